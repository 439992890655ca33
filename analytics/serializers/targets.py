"""Shapes of targets."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from analytics.serializers.queries import check_order
from nexus.lib.fields import StrictIntegerField
from stories.models import MAX_QUOTA, Target


class TargetBody(serializers.Serializer[Any]):
    """A whole target, or with `partial=True` any part of one."""

    quota = StrictIntegerField(min_value=0, max_value=MAX_QUOTA)
    frequency = serializers.ChoiceField(choices=Target.Frequency.choices)
    from_date = serializers.DateField()
    to_date = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return check_order(attrs)


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


class PastPeriodShape(PeriodShape):
    """A period that is over; one of rest alone is missed by nobody."""

    words = serializers.IntegerField()
    quota = serializers.IntegerField(help_text="in force then")
    is_kept = serializers.BooleanField()
    is_rest = serializers.BooleanField()


class TargetHistoryShape(TargetShape):
    """A target with the periods of the last year that are over, the oldest first."""

    history = PastPeriodShape(many=True)


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
