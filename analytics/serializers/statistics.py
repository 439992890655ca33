"""Shapes of statistics; read by the API's description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Preferences
from analytics.reports import BUCKETS, MEASURES
from analytics.serializers.days import CausesShape
from analytics.serializers.targets import AnalyticsTargetShape


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
    """Days in a row; `kept_by` says what the streak hangs on: today, yesterday or rest."""

    current = serializers.IntegerField()
    longest = serializers.IntegerField()
    protected = serializers.IntegerField(help_text="rest days within the current streak")
    kept_by = serializers.ChoiceField(choices=["today", "yesterday", "rest"], allow_null=True)
    minimum = serializers.IntegerField(help_text="what a day needs to count")
    unit = serializers.ChoiceField(choices=Preferences.MinimumUnit.choices)


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


class BestValueShape(serializers.Serializer[Any]):
    date = serializers.DateField()
    value = serializers.IntegerField()


class SumsShape(serializers.Serializer[Any]):
    """What every stretch of days sums to; `value` is the measure asked for."""

    words = serializers.IntegerField()
    net_words = serializers.IntegerField()
    gross_words = serializers.IntegerField()
    removed_words = serializers.IntegerField()
    minutes = serializers.IntegerField()
    active_seconds = serializers.IntegerField()
    sessions = serializers.IntegerField()


class OverviewShape(SumsShape):
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    measure = serializers.ChoiceField(choices=list(MEASURES))
    value = serializers.IntegerField()
    days = serializers.IntegerField(help_text="days of the range up to today")
    active_days = serializers.IntegerField(help_text="days with words written")
    per_writing_day = serializers.FloatField()
    per_calendar_day = serializers.FloatField()
    revising_percent = serializers.IntegerField()
    best_day = BestValueShape(allow_null=True)
    causes = CausesShape()


class SeriesRowShape(SumsShape):
    """One day, ISO week or month, cut to the range."""

    from_date = serializers.DateField()
    to_date = serializers.DateField()
    value = serializers.IntegerField()
    rest_days = serializers.IntegerField()


class SeriesShape(serializers.Serializer[Any]):
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    bucket = serializers.ChoiceField(choices=list(BUCKETS))
    measure = serializers.ChoiceField(choices=list(MEASURES))
    rows = SeriesRowShape(many=True)


class HeatDayShape(serializers.Serializer[Any]):
    date = serializers.DateField()
    words = serializers.IntegerField()
    shade = serializers.IntegerField(help_text="0 for none, else 1 to 4")


class HeatShape(serializers.Serializer[Any]):
    """The days of a year up to today; `upper_bounds` holds the most words of each shade."""

    year = serializers.IntegerField()
    words = serializers.IntegerField()
    writing_days = serializers.IntegerField()
    upper_bounds = serializers.ListField(child=serializers.IntegerField())
    days = HeatDayShape(many=True)


class ClockCellShape(serializers.Serializer[Any]):
    weekday = serializers.IntegerField(help_text="1 for Monday")
    hour = serializers.IntegerField()
    words = serializers.IntegerField()


class ClockShape(serializers.Serializer[Any]):
    """Words by weekday (Monday first) and by the hour in which their session began."""

    from_date = serializers.DateField()
    to_date = serializers.DateField()
    words = serializers.IntegerField()
    upper_bounds = serializers.ListField(child=serializers.IntegerField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    best = ClockCellShape(allow_null=True)
