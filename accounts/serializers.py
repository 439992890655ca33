"""The shape of accounts in the API."""

from __future__ import annotations

from rest_framework import serializers

from accounts.forms import known_time_zone
from accounts.models import User, validate_time_zone


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


class ProfileChangeSerializer(serializers.Serializer[User]):
    """What a writer may change about herself; everything else is ignored."""

    username = serializers.CharField(max_length=100, required=False)
    profile_img = serializers.CharField(max_length=500, required=False, allow_blank=True)
    time_zone = serializers.CharField(
        max_length=64, required=False, validators=[validate_time_zone]
    )
    day_end_hour = serializers.IntegerField(min_value=0, max_value=6, required=False)
    week_start = serializers.ChoiceField(choices=User.WeekStart.choices, required=False)


class RegisterSerializer(serializers.Serializer[User]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    username = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")
    profile_img = serializers.CharField(
        max_length=500, required=False, allow_blank=True, default=""
    )
    time_zone = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="UTC"
    )

    def validate_time_zone(self, raw: str) -> str:
        return known_time_zone(raw)


class LoginSerializer(serializers.Serializer[User]):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class SignedInSerializer(UserSerializer):
    """A person, once at the top and once as `user`, for clients of either habit."""

    user = UserSerializer(source="*")

    class Meta(UserSerializer.Meta):
        fields = (*UserSerializer.Meta.fields, "user")
        read_only_fields = fields


class MessageSerializer(serializers.Serializer[dict[str, str]]):
    message = serializers.CharField()
