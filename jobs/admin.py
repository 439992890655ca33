"""Staff see that work runs and why it failed, not what it is about."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jobs import services
from jobs.models import Job
from nexus.lib.errors import DomainError
from nexus.lib.staff_lists import OwnFiltersOnly


@admin.register(Job)
class JobAdmin(OwnFiltersOnly, admin.ModelAdmin):
    # No title: a job bears that of a story, or of a file.
    list_display = ("short_id", "kind", "status", "email", "reason", "attempts", "created_at")
    list_filter = ("status", "kind")
    list_select_related = ("owner",)
    search_fields = ("id", "owner__email")
    ordering = ("-created_at",)
    actions = ("retry",)
    fields = readonly_fields = (
        "id",
        "kind",
        "status",
        "email",
        "reason",
        "attempts",
        "retry_at",
        "step",
        "steps",
        "created_at",
        "started_at",
        "finished_at",
        "alive_at",
    )

    @admin.display(description=_("id"), ordering="id")
    def short_id(self, job: Job) -> str:
        """Return the part of an id in which those of one day differ."""
        return str(job.pk)[-12:]

    @admin.display(description=_("owner"), ordering="owner__email")
    def email(self, job: Job) -> str:
        return job.owner.email

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        jobs = Job.objects.select_related("owner").order_by(*self.ordering)
        columns = [name for name in self.fields if name != "email"]
        return jobs.only(*columns, "owner__email")

    @admin.action(description=_("Try again"), permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            try:
                services.retry_job(job)
            except DomainError as refusal:
                self.message_user(request, f"{job.pk}: {refusal.detail}", messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: Job) -> None:
        services.discard_upload(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        for job in queryset:
            self.delete_model(request, job)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
