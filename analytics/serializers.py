"""Shapes of the ledger's API: what may be asked, and what is answered."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from nexus.lib.api import PageQuery
from nexus.lib.fields import StrictIntegerField
from stories.models import MAX_QUOTA, Target


def check_order(dates: dict[str, Any]) -> dict[str, Any]:
    """Refuse `to_date` before `from_date` where both are given."""
    first, last = dates.get("from_date"), dates.get("to_date")
    if first and last and last < first:
        message = _("The last day must not come before the first.")
        raise serializers.ValidationError({"to_date": [message]}, code="dates_reversed")
    return dates


class TargetBody(serializers.Serializer[Any]):
    """A whole target, or with `partial=True` any part of one."""

    quota = StrictIntegerField(min_value=0, max_value=MAX_QUOTA)
    frequency = serializers.ChoiceField(choices=Target.Frequency.choices)
    from_date = serializers.DateField()
    to_date = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs)


class FrequencyQuery(serializers.Serializer[Any]):
    frequency = serializers.ChoiceField(choices=Target.Frequency.choices, required=False)


class AnalyticsQuery(serializers.Serializer[Any]):
    """Which rows, over which days."""

    frequency = serializers.ChoiceField(
        choices=Target.Frequency.choices, default=Target.Frequency.DAILY, required=False
    )
    from_date = serializers.DateField(required=False)
    to_date = serializers.DateField(required=False)
    fill = serializers.BooleanField(default=False, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs)


class SessionsQuery(PageQuery):
    from_date = serializers.DateField(required=False)
    to_date = serializers.DateField(required=False)
    story = serializers.UUIDField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs)


# --- What is answered; read by the API's description ---------------------------------


class PeriodShape(serializers.Serializer[Any]):
    from_date = serializers.DateField()
    to_date = serializers.DateField()


class TargetShape(serializers.Serializer[Any]):
    """A target with its progress: words written in the current period within its dates."""

    target_id = serializers.UUIDField()
    story_id = serializers.UUIDField()
    quota = serializers.IntegerField()
    frequency = serializers.ChoiceField(choices=Target.Frequency.choices)
    from_date = serializers.DateField(allow_null=True)
    to_date = serializers.DateField(allow_null=True)
    progress = serializers.IntegerField()
    percent = serializers.IntegerField()
    remaining = serializers.IntegerField()
    period = PeriodShape(allow_null=True)
    kept = serializers.IntegerField()
    missed = serializers.IntegerField()


class AnalyticsTargetShape(TargetShape):
    """The same; without a target all is zero and its id null."""

    target_id = serializers.UUIDField(allow_null=True)


class TargetListShape(serializers.Serializer[Any]):
    targets = TargetShape(many=True)


class StoryTargetsShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    word_count = serializers.IntegerField()
    targets = TargetShape(many=True)


class BestDayShape(serializers.Serializer[Any]):
    date = serializers.DateField()
    words = serializers.IntegerField()


class KpisShape(serializers.Serializer[Any]):
    total_words = serializers.IntegerField()
    total_duration = serializers.IntegerField(help_text="active minutes")
    avg_words_per_minute = serializers.FloatField()
    net_words = serializers.IntegerField()
    removed_words = serializers.IntegerField()
    sessions = serializers.IntegerField()
    active_days = serializers.IntegerField()
    best_day = BestDayShape(allow_null=True)


class RowShape(serializers.Serializer[Any]):
    """One day (`date`), ISO week (`week_start`, `week_num`) or month (`month_start`, …)."""

    date = serializers.DateField(required=False)
    week_start = serializers.DateField(required=False)
    week_num = serializers.IntegerField(required=False)
    month_start = serializers.DateField(required=False)
    month_name = serializers.CharField(required=False)
    total_words = serializers.IntegerField()
    net_words = serializers.IntegerField()
    removed_words = serializers.IntegerField()
    total_duration = serializers.IntegerField()
    sessions = serializers.IntegerField()


class AnalyticsShape(serializers.Serializer[Any]):
    kpis = KpisShape()
    words_over_time = RowShape(many=True)
    target = AnalyticsTargetShape()


class CausesShape(serializers.Serializer[Any]):
    typed = serializers.IntegerField()
    pasted = serializers.IntegerField()
    imported = serializers.IntegerField()
    restored = serializers.IntegerField()
    replaced = serializers.IntegerField()
    moved_in = serializers.IntegerField()
    applied = serializers.IntegerField()
    removed = serializers.IntegerField()
    cut = serializers.IntegerField()
    moved_out = serializers.IntegerField()
    undone = serializers.IntegerField()


class SessionShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    story_id = serializers.UUIDField(allow_null=True)
    chapter_id = serializers.UUIDField(allow_null=True)
    story_title = serializers.CharField()
    chapter_title = serializers.CharField()
    started_at = serializers.DateTimeField()
    last_change_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    day = serializers.DateField()
    time_zone = serializers.CharField()
    active_seconds = serializers.IntegerField()
    saves = serializers.IntegerField()
    words_start = serializers.IntegerField()
    words_end = serializers.IntegerField()
    words_written = serializers.IntegerField()
    net_words = serializers.IntegerField(source="net")
    source = serializers.CharField()  # type: ignore[assignment]
    causes = CausesShape(source="*")


class SessionListShape(serializers.Serializer[Any]):
    sessions = SessionShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class DayShape(serializers.Serializer[Any]):
    date = serializers.DateField(source="day")
    words = serializers.IntegerField(source="figures.words_written")
    net_words = serializers.IntegerField(source="figures.net")
    goal = serializers.IntegerField(allow_null=True)
    minutes = serializers.IntegerField(source="figures.minutes")
    causes = CausesShape(source="figures")
    sessions = SessionShape(many=True)


class TodayShape(serializers.Serializer[Any]):
    date = serializers.DateField(source="day")
    words = serializers.IntegerField()
    net_words = serializers.IntegerField(source="net")
    goal = serializers.IntegerField(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    remaining = serializers.IntegerField(allow_null=True)
    minutes = serializers.IntegerField()
    sessions = serializers.IntegerField()


class StreakShape(serializers.Serializer[Any]):
    current = serializers.IntegerField()
    longest = serializers.IntegerField()


class WeekDayShape(serializers.Serializer[Any]):
    date = serializers.DateField(source="day")
    words = serializers.IntegerField()


class RecentChapterShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    story_id = serializers.UUIDField()
    story_title = serializers.CharField(source="story.title")
    word_count = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class LibraryShape(serializers.Serializer[Any]):
    stories = serializers.IntegerField()
    chapters = serializers.IntegerField()
    words = serializers.IntegerField()


class DashboardShape(serializers.Serializer[Any]):
    today = TodayShape()
    streak = StreakShape()
    week = WeekDayShape(many=True, source="week.days")
    jump_back_in = RecentChapterShape(many=True)
    library = LibraryShape()
