"""The shape of accounts on the wire; `fields` are named, so nothing slips out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.forms.sign_in import PEN_NAME_LENGTH, known_time_zone
from accounts.models import User
from nexus.lib.days import time_zones
from nexus.lib.fields import StrictCharField, StrictIntegerField


def refuse_other_schemes(address: str) -> None:
    """A portrait's address may be shown as a link one day; then `javascript:` would be code."""
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        scheme = "broken"
    if scheme not in {"", "http", "https"}:
        raise serializers.ValidationError(_("Please give a web address."))


class UserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "email",
            "profile_img",
            "role",
            "is_verified",
            "time_zone",
            "day_end_hour",
            "week_start",
            "created_at",
        )
        read_only_fields = fields


class ProfileChangeSerializer(serializers.Serializer[Any]):
    """What a writer may change about herself; everything else is ignored."""

    username = StrictCharField(max_length=PEN_NAME_LENGTH, required=False)
    profile_img = StrictCharField(
        max_length=500, required=False, allow_blank=True, validators=[refuse_other_schemes]
    )
    time_zone = StrictCharField(max_length=64, required=False)
    day_end_hour = StrictIntegerField(min_value=0, max_value=6, required=False)
    week_start = serializers.ChoiceField(choices=User.WeekStart.choices, required=False)

    def validate_time_zone(self, raw: str) -> str:
        if raw not in time_zones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return raw


class RegisterSerializer(serializers.Serializer[Any]):
    email = StrictCharField(max_length=254)
    password = StrictCharField(max_length=1000, trim_whitespace=False)
    username = StrictCharField(
        max_length=PEN_NAME_LENGTH, required=False, allow_blank=True, default=""
    )
    profile_img = StrictCharField(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        validators=[refuse_other_schemes],
    )
    time_zone = StrictCharField(max_length=64, required=False, allow_blank=True, default="UTC")

    def validate_time_zone(self, raw: str) -> str:
        return known_time_zone(raw)


class LoginSerializer(serializers.Serializer[Any]):
    email = StrictCharField(max_length=254)
    password = StrictCharField(max_length=1000, trim_whitespace=False)


class SignedInSerializer(UserSerializer):
    """A person, once at the top and once as `user`, for clients of either habit."""

    user = UserSerializer(source="*")

    class Meta:
        model = User
        fields = read_only_fields = (*UserSerializer.Meta.fields, "user")


class MessageSerializer(serializers.Serializer[Any]):
    message = serializers.CharField()
