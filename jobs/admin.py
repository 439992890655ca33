"""Staff see that work runs and why it failed, not what it is about."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.models import Job
from nexus.lib.errors import Conflict
from nexus.lib.staff_lists import OwnFiltersOnly


@admin.register(Job)
class JobAdmin(OwnFiltersOnly, admin.ModelAdmin):
    list_display = ("id", "kind", "status", "owner", "attempts", "created_at", "finished_at")
    list_filter = ("status", "kind")
    list_select_related = ("owner",)
    search_fields = ("id", "owner__email")
    ordering = ("-created_at",)
    actions = ("retry",)
    fields = readonly_fields = (
        "id",
        "kind",
        "status",
        "owner",
        "step",
        "steps",
        "attempts",
        "error",
        "created_at",
        "started_at",
        "finished_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        jobs = Job.objects.select_related("owner").order_by(*self.ordering)
        return jobs.only(*self.fields, "owner__email", "owner__username")

    @admin.action(description=_("Try again"), permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            try:
                services.retry_job(job)
            except Conflict as refusal:
                self.message_user(request, f"{job.pk}: {refusal.detail}", messages.WARNING)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
