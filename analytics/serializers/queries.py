"""What may be asked of the statistics."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from analytics.models import WritingSession
from analytics.reports import BUCKETS, MEASURES
from nexus.lib.api import PageQuery
from stories.models import Target

Fields = dict[str, Any]


def check_order(dates: dict[str, Any], *, name: str = "to_date") -> dict[str, Any]:
    """Refuse `to_date` before `from_date` where both are given."""
    first, last = dates.get("from_date"), dates.get("to_date")
    if first and last and last < first:
        message = _("The last day must not come before the first.")
        raise serializers.ValidationError({name: [message]}, code="dates_reversed")
    return dates


class CsvQuery(serializers.Serializer[Any]):
    """In which form the answer comes."""

    format = serializers.ChoiceField(choices=["json", "csv"], default="json", required=False)


class SheetQuery(serializers.Serializer[Any]):
    format = serializers.ChoiceField(
        choices=["json", "csv", "xlsx"], default="json", required=False
    )


class RangeQuery(serializers.Serializer[Any]):
    """A range of days as `from` and `to`; the longer names of the story's statistics do as well."""

    from_date = serializers.DateField(required=False)
    to_date = serializers.DateField(required=False)

    def get_fields(self) -> Fields:
        # `from` is no name Python would let a class have.
        named = {
            "from": serializers.DateField(required=False, source="from_date"),
            "to": serializers.DateField(required=False, source="to_date"),
        }
        return super().get_fields() | named

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs, name="to" if "to" in self.initial_data else "to_date")


class FrequencyQuery(serializers.Serializer[Any]):
    frequency = serializers.ChoiceField(choices=Target.Frequency.choices, required=False)


class AnalyticsQuery(CsvQuery):
    """Which rows, over which days."""

    frequency = serializers.ChoiceField(
        choices=Target.Frequency.choices, default=Target.Frequency.DAILY, required=False
    )
    from_date = serializers.DateField(required=False)
    to_date = serializers.DateField(required=False)
    fill = serializers.BooleanField(default=False, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs)


class ClockQuery(RangeQuery, CsvQuery):
    story = serializers.UUIDField(required=False)


class OverviewQuery(ClockQuery):
    measure = serializers.ChoiceField(choices=list(MEASURES), default="words", required=False)


class SeriesQuery(RangeQuery, SheetQuery):
    story = serializers.UUIDField(required=False)
    measure = serializers.ChoiceField(choices=list(MEASURES), default="words", required=False)
    bucket = serializers.ChoiceField(choices=list(BUCKETS), default="day", required=False)


class HeatQuery(CsvQuery):
    year = serializers.IntegerField(min_value=1, max_value=9999, required=False)
    story = serializers.UUIDField(required=False)


class SessionsQuery(RangeQuery, SheetQuery, PageQuery):
    story = serializers.UUIDField(required=False)
    chapter = serializers.UUIDField(required=False)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=WritingSession.Source.choices, required=False
    )
