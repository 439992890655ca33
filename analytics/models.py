"""The ledger, and the days rolled up from it."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from analytics.words import WordSums
from nexus.lib.ids import new_id
from stories.models import Chapter, Story


class Causes(WordSums, models.Model):
    """Words by cause; all counts are of words and never negative."""

    typed = models.PositiveIntegerField(default=0)
    pasted = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0)
    restored = models.PositiveIntegerField(default=0)
    replaced = models.PositiveIntegerField(default=0)
    moved_in = models.PositiveIntegerField(default=0)
    applied = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    cut = models.PositiveIntegerField(default=0)
    moved_out = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True


class WritingSessionQuerySet(models.QuerySet["WritingSession"]):
    def visible_to(self, user: User) -> WritingSessionQuerySet:
        return self.filter(user=user)

    def within(self, from_date: date, to_date: date) -> WritingSessionQuerySet:
        return self.filter(day__range=(from_date, to_date))


class WritingSession(Causes):
    """One stretch of work by one writer on one chapter: a row of the ledger.

    Story and chapter may go away; their titles stay, so that no past day ever changes.
    """

    class Source(models.TextChoices):
        EDITOR = "editor", _("Editor")
        API = "api", _("API")
        IMPORT = "import", _("Import")
        RESTORE = "restore", _("Restore")
        FORM = "form", _("Form")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: every index below begins with the user.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    story = models.ForeignKey(Story, models.SET_NULL, null=True, related_name="+")
    chapter = models.ForeignKey(Chapter, models.SET_NULL, null=True, related_name="+")
    story_title = models.CharField(max_length=255)
    chapter_title = models.CharField(max_length=255)
    started_at = models.DateTimeField()
    last_change_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    day = models.DateField()
    time_zone = models.CharField(max_length=64)
    active_seconds = models.PositiveIntegerField(default=0)
    saves = models.PositiveIntegerField(default=0)
    words_start = models.PositiveIntegerField(default=0)
    words_end = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=10, choices=Source)
    count_rule = models.CharField(max_length=20, default="nexus-1")
    # Marks of what was cut here and may yet be pasted elsewhere: see analytics.moves.
    cuts = models.JSONField(default=list, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    objects = WritingSessionQuerySet.as_manager()

    class Meta:
        indexes = (
            # With what tells the settled days from the others, so that no row is read for it.
            models.Index(fields=["user", "day", "updated_at"], name="sessions_by_day"),
            models.Index(fields=["user", "story", "day"]),
            # The newest sessions of years, some at a time.
            models.Index(fields=["user", "started_at", "id"], name="sessions_by_start"),
            # Whole months of everybody; rows lie nearly in the order of their days.
            BrinIndex(fields=["day"], name="sessions_by_month", autosummarize=True),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["user", "chapter", "source"],
                condition=Q(ended_at__isnull=True),
                name="one_open_session_per_chapter_and_source",
            ),
            models.CheckConstraint(
                condition=Q(last_change_at__gte=F("started_at")), name="session_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"Session of {self.user_id} on {self.day}"


class WritingDayQuerySet(models.QuerySet["WritingDay"]):
    def visible_to(self, user: User) -> WritingDayQuerySet:
        return self.filter(user=user)


class WritingDay(Causes):
    """One writer's day, whole (`story` null) and per story; rebuildable from the sessions."""

    id = models.BigAutoField(primary_key=True)
    # No index of its own: every index below begins with the user.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    story = models.ForeignKey(Story, models.CASCADE, null=True, related_name="+")
    day = models.DateField()
    active_seconds = models.PositiveIntegerField(default=0)
    saves = models.PositiveIntegerField(default=0)
    sessions = models.PositiveIntegerField(default=0)
    first_change_at = models.DateTimeField(null=True)
    last_change_at = models.DateTimeField(null=True)
    hours = ArrayField(models.PositiveIntegerField(), size=24, default=list)
    goal = models.PositiveIntegerField(null=True)
    # A RestDay.Kind, or empty: kept with the day like the goal.
    rest = models.CharField(max_length=10, blank=True)
    rolled_up_at = models.DateTimeField(default=timezone.now)

    objects = WritingDayQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "story", "day"], name="writing_day_once", nulls_distinct=False
            ),
        )
        indexes = (models.Index(fields=["user", "day"]),)

    def __str__(self) -> str:
        return f"{self.day} of {self.user_id}"


class RestDayQuerySet(models.QuerySet["RestDay"]):
    def visible_to(self, user: User) -> RestDayQuerySet:
        return self.filter(user=user)


class RestDay(models.Model):
    """Days on which a writer does not mean to write, or could not: they protect her streak.

    Either one stretch of dates, or one weekday (0 is Monday) from a date on, until a date or for
    good.
    """

    class Kind(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ILLNESS = "illness", _("Illness")
        LIFE = "life", _("Life")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="rest_days")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PLANNED)
    from_date = models.DateField()
    to_date = models.DateField(null=True)
    weekday = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RestDayQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(to_date__isnull=True) | Q(to_date__gte=F("from_date")),
                name="rest_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6)) | Q(weekday__isnull=True, to_date__isnull=False),
                name="rest_is_a_weekday_or_a_stretch",
            ),
        )
        indexes = (models.Index(fields=["user", "from_date"]),)

    def __str__(self) -> str:
        return f"Rest of {self.user_id} from {self.from_date}"


class Forecast(models.Model):
    """When a plan was thought to end, on the day it was thought; kept to judge it later.

    `odds` is the chance of meeting the deadline, 0 to 1. Without ten days of data the dates are
    null.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    story = models.ForeignKey(Story, models.CASCADE, related_name="forecasts")
    made_on = models.DateField()
    total_words = models.PositiveIntegerField()
    words_left = models.PositiveIntegerField()
    due_on = models.DateField()
    p10 = models.DateField(null=True)
    p50 = models.DateField(null=True)
    p90 = models.DateField(null=True)
    odds = models.FloatField(null=True)
    days_of_data = models.PositiveSmallIntegerField()
    runs = models.PositiveIntegerField()
    finished_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["story", "made_on"], name="forecast_once_a_day"),
        )

    def __str__(self) -> str:
        return f"Forecast of {self.story_id} on {self.made_on}"


class ClosedMonth(models.Model):
    """A month of everybody's sessions that the warehouse keeps, and what it keeps it under.

    At `checked_at` it was what the ledger says. The name ends in the rows' fingerprint.
    """

    month = models.DateField(primary_key=True)
    name = models.CharField(max_length=80, unique=True)
    rows = models.PositiveBigIntegerField()
    checked_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(month__day=1), name="closed_month_is_a_first"),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
