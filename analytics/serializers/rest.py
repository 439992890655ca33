"""Shapes of rest days."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.models import RestDay
from analytics.serializers.queries import CsvQuery, check_order
from nexus.lib.fields import StrictCharField, StrictChoiceField, StrictIntegerField


class RestBody(serializers.Serializer[Any]):
    """A stretch of dates, or with `weekday` (0 is Monday) that day of every week."""

    kind = StrictChoiceField(choices=RestDay.Kind.choices, required=False)
    from_date = serializers.DateField()
    to_date = serializers.DateField(required=False, allow_null=True)
    weekday = StrictIntegerField(min_value=0, max_value=6, required=False, allow_null=True)
    note = StrictCharField(max_length=200, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs)


class RestQuery(CsvQuery):
    """Only what touches these dates."""

    from_date = serializers.DateField(required=False)
    to_date = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs)


class RestShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=RestDay.Kind.choices)
    from_date = serializers.DateField()
    to_date = serializers.DateField(allow_null=True)
    weekday = serializers.IntegerField(allow_null=True)
    note = serializers.CharField()


class RestListShape(serializers.Serializer[Any]):
    rest_days = RestShape(many=True)
