"""Staff see people and their sessions; never a password, never a session key."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms.staff import StaffUserChangeForm, StaffUserCreationForm
from accounts.models import Session, User
from accounts.services import keep_address

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = (
        "email",
        "username",
        "role",
        "is_active",
        "is_verified",
        "joined",
        "story_count",
    )
    list_filter = ("role", "is_active", "is_verified")
    search_fields = ("email", "username")
    ordering = ("-created_at",)
    readonly_fields = ("id", "created_at", "last_login", "deleted_at")
    filter_horizontal = ()
    actions = ("disable", "enable", "end_sessions")
    fieldsets = (
        (None, {"fields": ("id", "email", "username", "password")}),
        (_("Access"), {"fields": ("role", "is_active", "is_verified", "is_superuser")}),
        (_("Writing day"), {"fields": ("time_zone", "day_end_hour", "week_start")}),
        (_("Dates"), {"fields": ("created_at", "last_login", "deleted_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "username", "password1", "password2")}),)
    form = StaffUserChangeForm
    add_form = StaffUserCreationForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(stories_total=Count("stories"))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Staff disable people; deleting one would delete a writer's work with her."""
        return False

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        """Save, and keep the address the sign-in library knows in step."""
        super().save_model(request, obj, form, change)
        keep_address(obj)

    @admin.display(description=_("stories"), ordering="stories_total")
    def story_count(self, user: User) -> int:
        return int(getattr(user, "stories_total", 0))

    @admin.display(description=_("joined"), ordering="created_at")
    def joined(self, user: User) -> str:
        return f"{user.created_at:%Y-%m-%d}"

    @admin.action(description=_("Disable, and end their sessions"))
    def disable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        chosen = [pk for pk in queryset.values_list("pk", flat=True) if pk != request.user.pk]
        User.objects.filter(pk__in=chosen).update(is_active=False)
        Session.objects.filter(user__in=chosen).delete()
        self._say(request, len(chosen))

    @admin.action(description=_("Enable"))
    def enable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        self._say(request, User.objects.filter(pk__in=chosen).update(is_active=True))

    @admin.action(description=_("End their sessions"))
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        chosen = list(queryset.values_list("pk", flat=True))
        ended, _rows = Session.objects.filter(user__in=chosen).delete()
        self._say(request, ended)

    def _say(self, request: HttpRequest, count: int) -> None:
        text = ngettext("%(count)d changed.", "%(count)d changed.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS)


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    """Who is signed in, and where.

    A row's key is the cookie itself, so nothing here may name a row: no links, no boxes, no
    filters. Sessions are ended from the list of writers.
    """

    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    list_select_related: ClassVar[tuple[str, ...]] = ("user",)
    list_display_links = None
    actions = None
    search_fields = ("user__email", "ip")
    ordering = ("-last_seen_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        live = super().get_queryset(request).filter(user__isnull=False)
        return live.filter(expire_date__gt=timezone.now()).defer("session_data")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse conditions in the address on what no page shows: they would answer questions."""
        return lookup.partition("__")[0] in {"user"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False
