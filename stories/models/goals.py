"""What a writer wants to reach: quotas and a date."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from nexus.lib.ids import new_id
from stories.models.book import Story

MAX_QUOTA = 10_000_000


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: User) -> TargetQuerySet:
        return self.filter(story__owner=user, story__trashed_at__isnull=True)


class Target(models.Model):
    """A word quota of a story for each day, week or month within two dates."""

    class Frequency(models.TextChoices):
        DAILY = "Daily", _("Daily")
        WEEKLY = "Weekly", _("Weekly")
        MONTHLY = "Monthly", _("Monthly")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    story = models.ForeignKey(Story, models.CASCADE, related_name="targets")
    quota = models.PositiveIntegerField(_("words"))
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency)
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("until"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["story", "frequency"], name="target_once_per_frequency"
            ),
            models.CheckConstraint(
                condition=Q(to_date__gte=F("from_date")), name="target_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(quota__lte=MAX_QUOTA), name="target_quota_within_limit"
            ),
            models.CheckConstraint(
                condition=Q(frequency__in=["Daily", "Weekly", "Monthly"]),
                name="target_frequency_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quota} {self.frequency}"


class Plan(models.Model):
    """A total by a date: what is left is divided over the writing days that remain."""

    class Strategy(models.TextChoices):
        STEADY = "steady", _("Steady")
        FRONT = "front", _("More at the start")
        BACK = "back", _("More towards the end")
        RAMP = "ramp", _("Ramp up")

    story = models.OneToOneField(Story, models.CASCADE, primary_key=True, related_name="plan")
    total_words = models.PositiveIntegerField()
    start_words = models.PositiveIntegerField(default=0)
    start_on = models.DateField()
    due_on = models.DateField()
    weekday_weights = models.JSONField(default=list)
    strategy = models.CharField(max_length=10, choices=Strategy, default=Strategy.STEADY)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(due_on__gte=F("start_on")), name="plan_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(total_words__lte=MAX_QUOTA), name="plan_total_within_limit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.total_words} by {self.due_on}"
