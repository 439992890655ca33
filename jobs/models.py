"""Work that goes on after the answer, seen by the person who asked for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from nexus.lib.ids import new_id


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        return self.filter(owner=user)

    def newest_first(self) -> JobQuerySet:
        return self.order_by("-created_at", "-id")


class Job(models.Model):
    """One piece of background work: queued → running → done, failed, dead or cancelled."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Working")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        DEAD = "dead", _("Gave up")
        CANCELLED = "cancelled", _("Cancelled")

    RETRYABLE = (Status.FAILED, Status.DEAD, Status.CANCELLED)
    ENDED = (Status.DONE, *RETRYABLE)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    title = models.CharField(max_length=255, blank=True)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    sequence = models.PositiveIntegerField(default=0)
    parameters = models.JSONField(default=dict, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    # For staff: what kind of failure and where in the code, never a word of anybody's.
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    upload = models.FileField(upload_to="jobs/", blank=True)
    upload_size = models.PositiveBigIntegerField(default=0, db_default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # The last sign of life of whoever works on it; a change of the job is one too.
    alive_at = models.DateTimeField(null=True, blank=True)
    # Not before then is it tried again.
    retry_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["owner", "-created_at"]),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(step__lte=models.F("steps")), name="job_step_within_steps"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.status}"

    @property
    def is_ended(self) -> bool:
        return self.status in self.ENDED

    @property
    def percent(self) -> int:
        """Progress from 0 to 100; 100 only when the work is done."""
        if self.status == self.Status.DONE:
            return 100
        return min(99, self.step * 100 // self.steps) if self.steps else 0


class JobUpdate(models.Model):
    """What a job was after one of its changes, so that whoever watches it can miss none.

    Written together with the change: when a sequence can be read, all before it can.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="updates")
    sequence = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Job.Status)
    is_pausing = models.BooleanField(default=False)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["job", "sequence"], name="job_update_sequence"),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.status}"
