"""How the studio behaves for the signed-in writer, section by section."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NoReturn

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import preferences
from accounts.models import Preferences, User
from accounts.viewsets.me import known_zone
from nexus.lib.api_view import CLOSED, ApiView
from nexus.lib.fields import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictIntegerField,
)


@extend_schema_field(OpenApiTypes.FLOAT)
class LineHeightField(serializers.Field[Decimal, Any, float, Any]):
    """A multiple of the size, in tenths."""

    low, high = preferences.LINE_HEIGHTS

    def to_internal_value(self, data: Any) -> Decimal:
        if type(data) not in {int, float} or not self.low <= data <= self.high:
            self._refuse()
        tenths = Decimal(str(data))
        if tenths != round(tenths, 1):
            self._refuse()
        return tenths

    def to_representation(self, value: Decimal) -> float:
        return float(value)

    def _refuse(self) -> NoReturn:
        message = _("Please choose a number from %(low)s to %(high)s, in tenths.")
        raise serializers.ValidationError(message % {"low": self.low, "high": self.high})


class Section(serializers.Serializer[Any]):
    """Takes any of its names and no other: a misspelt preference would act on nothing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(
                {name: [_("There is no such preference.")] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)


def _within(span: range) -> StrictIntegerField:
    return StrictIntegerField(min_value=span[0], max_value=span[-1], required=False)


def _one_of(choices: Any) -> StrictChoiceField:
    return StrictChoiceField(choices=choices.choices, required=False)


class AppearanceSerializer(Section):
    theme = _one_of(Preferences.Theme)
    reduced_motion = StrictBooleanField(required=False)


class EditorSerializer(Section):
    font = _one_of(Preferences.EditorFont)
    size = _within(preferences.SIZES)
    line_height = LineHeightField(required=False)
    width = _within(preferences.WIDTHS)
    spell_check = StrictBooleanField(required=False)
    typewriter = StrictBooleanField(required=False)
    focus_mode = StrictBooleanField(required=False)


class WritingDaySerializer(Section):
    time_zone = StrictCharField(max_length=64, required=False, validators=[known_zone])
    day_end_hour = _within(preferences.DAY_ENDS)
    week_start = _one_of(User.WeekStart)
    idle_minutes = _within(preferences.IDLE_MINUTES)
    counting_rule = _one_of(Preferences.CountingRule)
    daily_minimum = _within(preferences.DAILY_MINIMA)
    minimum_unit = _one_of(Preferences.MinimumUnit)


class NotificationsSerializer(Section):
    mail_new_device = StrictBooleanField(required=False)
    mail_finished_jobs = StrictBooleanField(required=False)


class PreferencesSerializer(Section):
    appearance = AppearanceSerializer(required=False)
    editor = EditorSerializer(required=False)
    writing_day = WritingDaySerializer(required=False)
    notifications = NotificationsSerializer(required=False)


class PreferencesView(ApiView):
    scopes = CLOSED

    @extend_schema(operation_id="get_preferences", responses=PreferencesSerializer, tags=["auth"])
    def get(self, request: Request) -> Response:
        """Tell every preference."""
        return self._answer()

    @extend_schema(
        operation_id="update_preferences",
        request=PreferencesSerializer,
        responses=PreferencesSerializer,
        tags=["auth"],
    )
    def put(self, request: Request) -> Response:
        """Change one section or several; what is left out stays as it is."""
        sections = self.body(PreferencesSerializer)
        with transaction.atomic():
            for section, changes in sections.items():
                preferences.change_section(self.person, section, **changes)
        return self._answer()

    def _answer(self) -> Response:
        sections = {
            section: preferences.section_of(self.person, section)
            for section in preferences.SECTIONS
        }
        return Response(PreferencesSerializer(sections).data)
