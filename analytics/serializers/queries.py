"""What may be asked of the statistics."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from nexus.lib.api import PageQuery
from stories.models import Target


def check_order(dates: dict[str, Any]) -> dict[str, Any]:
    """Refuse `to_date` before `from_date` where both are given."""
    first, last = dates.get("from_date"), dates.get("to_date")
    if first and last and last < first:
        message = _("The last day must not come before the first.")
        raise serializers.ValidationError({"to_date": [message]}, code="dates_reversed")
    return dates


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
