"""Shapes of plans and forecasts."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.models import RestDay
from analytics.serializers.queries import CsvQuery, check_order
from stories.serializers import PlanSerializer

MOST_DAYS_SHOWN = 3660


class PlanShape(PlanSerializer):
    """A plan today. `quota_today` is a share of what was left this morning.

    `written_today` is work of the hands and below 0 on a day of cuts; what an import brought is
    not in it.
    """

    written_today = serializers.IntegerField()
    remaining_today = serializers.IntegerField()
    percent = serializers.IntegerField()
    rest_today = serializers.ChoiceField(choices=RestDay.Kind.choices, allow_null=True)


class PlanDaysQuery(CsvQuery):
    """Which days; without dates all of the plan, or as many of its first as are shown at once."""

    from_date = serializers.DateField(required=False)
    to_date = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs)


class PlanDayShape(serializers.Serializer[Any]):
    date = serializers.DateField(source="day")
    quota = serializers.IntegerField(allow_null=True, help_text="from today on")
    expected_words = serializers.IntegerField(
        source="expected", allow_null=True, help_text="total when every quota is kept"
    )
    words = serializers.IntegerField(allow_null=True, help_text="total there was, up to today")
    par_words = serializers.IntegerField(
        source="par", help_text="total had the plan been kept from its start"
    )
    rest = serializers.CharField(help_text="kind of rest, or empty")


class PlanDaysShape(serializers.Serializer[Any]):
    days = PlanDayShape(many=True)


class KeptForecastShape(serializers.Serializer[Any]):
    made_on = serializers.DateField()
    total_words = serializers.IntegerField()
    words_left = serializers.IntegerField()
    due_on = serializers.DateField()
    p10 = serializers.DateField(allow_null=True)
    p50 = serializers.DateField(allow_null=True)
    p90 = serializers.DateField(allow_null=True)
    odds = serializers.FloatField(allow_null=True)
    finished_on = serializers.DateField(allow_null=True)


class RecordShape(serializers.Serializer[Any]):
    closed = serializers.IntegerField()
    within = serializers.IntegerField(help_text="finished between p10 and p90")
    days_off = serializers.FloatField(allow_null=True, help_text="median distance from p50")


class ForecastShape(serializers.Serializer[Any]):
    """By when 10, 50 and 90 percent of the runs were done; null beyond five years."""

    story_id = serializers.UUIDField(source="report.plan.story_id")
    made_on = serializers.DateField(source="report.today")
    status = serializers.ChoiceField(choices=["ready", "too_few_days", "reached"])
    total_words = serializers.IntegerField(source="report.plan.total_words")
    word_count = serializers.IntegerField(source="report.word_count")
    words_left = serializers.IntegerField(source="report.words_left")
    due_on = serializers.DateField(source="report.plan.due_on")
    p10 = serializers.DateField(source="outlook.p10", allow_null=True)
    p50 = serializers.DateField(source="outlook.p50", allow_null=True)
    p90 = serializers.DateField(source="outlook.p90", allow_null=True)
    odds = serializers.FloatField(
        source="outlook.odds", allow_null=True, help_text="of meeting the deadline, 0 to 1"
    )
    days_of_data = serializers.IntegerField(source="outlook.days_of_data")
    fewest_days = serializers.IntegerField(help_text="days of data that a forecast needs")
    runs = serializers.IntegerField(source="outlook.runs")
    record = RecordShape()
    kept = KeptForecastShape(many=True)
