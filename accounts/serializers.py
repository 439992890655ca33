"""The shape of accounts on the wire; `fields` are named, so nothing slips out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.forms.sign_in import PEN_NAME_LENGTH
from accounts.models import User
from accounts.preferences import is_web_address
from nexus.lib.days import time_zones
from nexus.lib.fields import StrictCharField


def refuse_other_schemes(address: str) -> None:
    if not is_web_address(address):
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
    time_zone = StrictCharField(max_length=64, required=False, allow_blank=True, default="")

    def validate_time_zone(self, raw: str) -> str:
        if raw and raw not in time_zones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return raw


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
