"""Making and confirming an account, for programs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import limits, services, verification
from accounts.models import User
from accounts.serializers import RegisterSerializer, UserSerializer
from accounts.viewsets.auth import DoorView
from nexus.lib.fields import StrictCharField


class RegisteredSerializer(UserSerializer):
    """A new writer; the token is there only where confirming is optional."""

    verification_token = serializers.CharField(required=False, read_only=True)

    class Meta:
        model = User
        fields = read_only_fields = (*UserSerializer.Meta.fields, "verification_token")


class TokenSerializer(serializers.Serializer[Any]):
    token = StrictCharField(max_length=500)


class VerifiedSerializer(serializers.Serializer[Any]):
    message = serializers.CharField()
    email = serializers.EmailField()
    is_verified = serializers.BooleanField()


class RegisterView(DoorView):
    @extend_schema(
        operation_id="register",
        request=RegisterSerializer,
        responses={201: RegisteredSerializer},
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Make an account. Does not sign in."""
        values = self.body(RegisterSerializer)
        limits.registration(request._request)
        user = services.register(**values)
        token = verification.send_letter(user, request._request, is_new=True)
        answer = dict(UserSerializer(user).data)
        if not verification.is_mandatory():
            answer["verification_token"] = token
        return Response(answer, status=status.HTTP_201_CREATED)


class VerifyView(DoorView):
    @extend_schema(
        operation_id="verify_email",
        request=TokenSerializer,
        parameters=[OpenApiParameter("token", OpenApiTypes.STR, description="Instead of a body.")],
        responses=VerifiedSerializer,
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Confirm an e-mail by the token of its letter, in the body or in the query."""
        in_query = "token" in request.query_params
        token = (self.query if in_query else self.body)(TokenSerializer)["token"]
        limits.verification(request._request)
        address = verification.verify(token, request._request)
        message = _("Your e-mail is confirmed.")
        return Response({"message": message, "email": address.email, "is_verified": True})
