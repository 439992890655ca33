"""The signed-in person, for programs."""

from __future__ import annotations

from typing import Any

from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import preferences
from accounts.models import User
from accounts.serializers import UserSerializer, refuse_other_schemes
from nexus.lib.api_view import OPEN, ApiView
from nexus.lib.days import time_zones
from nexus.lib.fields import StrictCharField, StrictChoiceField, StrictIntegerField


def known_zone(raw: str) -> None:
    if raw not in time_zones():
        raise serializers.ValidationError(_("There is no such time zone."))


def _line(max_length: int) -> StrictCharField:
    return StrictCharField(max_length=max_length, required=False, allow_blank=True)


class MeSerializer(UserSerializer):
    """The writer herself, with what only she and her exports show."""

    first_name = serializers.CharField(source="profile.first_name")
    last_name = serializers.CharField(source="profile.last_name")
    country = serializers.CharField(source="profile.country")
    city = serializers.CharField(source="profile.city")
    phone = serializers.CharField(source="profile.phone")
    bio = serializers.CharField(source="profile.bio")
    website = serializers.CharField(source="profile.website")

    class Meta:
        model = User
        fields = read_only_fields = (*UserSerializer.Meta.fields, *preferences.PROFILE)


class ProfileChangeSerializer(serializers.Serializer[Any]):
    """What a writer may change about herself; everything else is ignored."""

    username = StrictCharField(max_length=preferences.PEN_NAME_LENGTH, required=False)
    profile_img = StrictCharField(
        max_length=preferences.PORTRAIT_LENGTH,
        required=False,
        allow_blank=True,
        validators=[refuse_other_schemes],
    )
    first_name, last_name = _line(100), _line(100)
    country, city, phone = _line(100), _line(100), _line(40)
    bio = _line(2000)
    website = StrictCharField(
        max_length=300,
        required=False,
        allow_blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )
    time_zone = StrictCharField(max_length=64, required=False, validators=[known_zone])
    day_end_hour = StrictIntegerField(min_value=0, max_value=6, required=False)
    week_start = StrictChoiceField(choices=User.WeekStart.choices, required=False)


class MeView(ApiView):
    scopes = OPEN

    @extend_schema(operation_id="get_me", responses=MeSerializer, tags=["auth"])
    def get(self, request: Request) -> Response:
        """Say who is signed in."""
        return Response(MeSerializer(self.person).data)

    @extend_schema(
        operation_id="update_me",
        request=ProfileChangeSerializer,
        responses=MeSerializer,
        tags=["auth"],
    )
    def patch(self, request: Request) -> Response:
        """Change the name, the portrait, the profile, or how the writing days run."""
        changes = self.body(ProfileChangeSerializer)
        return Response(MeSerializer(preferences.update_profile(self.person, **changes)).data)
