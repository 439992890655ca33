"""Staff see when and how much was written, not in what; and change nothing of it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from analytics.models import WritingSession
from analytics.staff_views import writing_dashboard
from analytics.words import CAUSES
from nexus.lib.staff_lists import OwnFiltersOnly

SHOWN = (
    "id",
    "user",
    "day",
    "time_zone",
    "started_at",
    "last_change_at",
    "ended_at",
    "active_seconds",
    "saves",
    "words_start",
    "words_end",
    "source",
    "count_rule",
    *CAUSES,
)


@admin.register(WritingSession)
class WritingSessionAdmin(OwnFiltersOnly, admin.ModelAdmin):
    list_display = (
        "started_at",
        "user",
        "day",
        "source",
        "written",
        "net_words",
        "minutes",
        "saves",
    )
    list_filter = ("source", "day")
    list_select_related: ClassVar[tuple[str, ...]] = ("user",)
    search_fields = ("user__email", "user__username")
    ordering = ("-started_at",)
    fields = readonly_fields = SHOWN

    def get_urls(self) -> list[URLPattern]:
        """Put the dashboard before the rows, whose ids may be anything."""
        dashboard = self.admin_site.admin_view(writing_dashboard)
        return [path("dashboard/", dashboard, name="analytics_writing"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WritingSession]:
        sessions = WritingSession.objects.select_related("user").order_by(*self.ordering)
        return sessions.only(*SHOWN, "user__email", "user__username")

    @admin.display(description=_("written"))
    def written(self, session: WritingSession) -> int:
        return session.words_written

    @admin.display(description=_("net"))
    def net_words(self, session: WritingSession) -> int:
        return session.net

    @admin.display(description=_("minutes"), ordering="active_seconds")
    def minutes(self, session: WritingSession) -> int:
        return round(session.active_seconds / 60)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: WritingSession | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: WritingSession | None = None
    ) -> bool:
        return False
