"""Staff see people and their sessions; never a password, never a session key."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, ClassVar, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import roles, verification
from accounts.forms.staff import StaffUserChangeForm, StaffUserCreationForm
from accounts.models import Session, User
from accounts.services import keep_address
from accounts.sessions import SessionStore, end_all, end_others
from nexus.lib.errors import DomainError
from nexus.lib.staff_lists import OwnFiltersOnly
from nexus.lib.wording import ago

# Permissions come from the role; the others hold secrets, or what only their owner may change.
admin.site.unregister([Group, Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken])


@admin.register(User)
class UserAdmin(OwnFiltersOnly, DjangoUserAdmin):
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
    readonly_fields = ("id", "created_at", "last_login", "deleted_at", "signed_in", "story_count")
    filter_horizontal = ()
    actions = ("send_letter", "end_sessions", "disable", "enable")
    fieldsets = (
        (None, {"fields": ("id", "email", "username", "password")}),
        (_("Access"), {"fields": ("role", "is_active", "is_verified")}),
        (_("Writing day"), {"fields": ("time_zone", "day_end_hour", "week_start")}),
        (_("At a glance"), {"fields": ("story_count", "signed_in")}),
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

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[User]]:
        """Tell the form who is at work: some changes are not for oneself."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user  # type: ignore[attr-defined]
        return form

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return ((None, {"fields": ("id", "email", "username")}), *fieldsets[1:])

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        """Save; role and standing by their services, the library's address in step."""
        role, is_active = obj.role, obj.is_active
        if change:
            stored = User.objects.only("role", "is_active").get(pk=obj.pk)
            obj.role, obj.is_active = stored.role, stored.is_active
        super().save_model(request, obj, form, change)
        keep_address(obj)
        if role != obj.role:
            roles.change_role(obj, role, by=request.user)
        if is_active != obj.is_active:
            act = roles.enable if is_active else roles.disable
            act(obj, by=request.user)

    @transaction.atomic
    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Set somebody's password; whoever knew the old one is signed out everywhere."""
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == HTTPStatus.FOUND:
            # Of an administrator's own, the one she is at work in stays; nobody else has it.
            here = cast(SessionStore, request.session).row
            end_others(User(pk=id), but=cast(Session, here).public_id)
        return answer

    @admin.display(description=_("stories"), ordering="stories_total")
    def story_count(self, user: User) -> int:
        return int(getattr(user, "stories_total", 0))

    @admin.display(description=_("signed in on"))
    def signed_in(self, user: User) -> str:
        """Return on how many devices, and when one of them was last here."""
        now = timezone.now()
        live = Session.objects.filter(user=user, expire_date__gt=now)
        found = live.aggregate(devices=Count("pk"), last=Max("last_seen_at"))
        if not found["devices"]:
            return str(_("no device"))
        count = ngettext("%(n)d device", "%(n)d devices", found["devices"])
        values = {"count": count % {"n": found["devices"]}, "ago": ago(found["last"], now=now)}
        return str(_("%(count)s, last here %(ago)s")) % values

    @admin.display(description=_("joined"), ordering="created_at")
    def joined(self, user: User) -> str:
        return f"{user.created_at:%Y-%m-%d}"

    @admin.action(description=_("Disable, and end their sessions"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        done = 0
        for user in User.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))):
            try:
                roles.disable(user, by=request.user)
            except DomainError as refusal:
                self.message_user(request, f"{user.email}: {refusal.detail}", messages.WARNING)
            else:
                done += 1
        self._say(request, done)

    @admin.action(description=_("Enable"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        chosen = list(User.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))))
        for user in chosen:
            roles.enable(user, by=request.user)
        self._say(request, len(chosen))

    @admin.action(description=_("Write again to confirm the e-mail"), permissions=["change"])
    def send_letter(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        sent = 0
        for user in User.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))):
            if user.is_verified or not user.is_active:
                why = _("confirmed already") if user.is_verified else _("disabled")
                said = _("No letter to %(email)s: %(why)s") % {"email": user.email, "why": why}
                self.message_user(request, said, messages.WARNING)
            else:
                keep_address(user)
                verification.send_letter(user, request)
                sent += 1
        text = ngettext("%(count)d letter sent.", "%(count)d letters sent.", sent)
        self.message_user(request, text % {"count": sent}, messages.SUCCESS)

    @admin.action(description=_("End their sessions"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        chosen = list(User.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))))
        self._say(request, sum(end_all(user) for user in chosen))

    def _say(self, request: HttpRequest, count: int) -> None:
        text = ngettext("%(count)d changed.", "%(count)d changed.", count) % {"count": count}
        self.message_user(request, text, messages.SUCCESS)


@admin.register(Session)
class SessionAdmin(OwnFiltersOnly, admin.ModelAdmin):
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False
