"""Changing a password, and choosing a new one for a forgotten one, for programs."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.exceptions import SessionInterrupted
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import limits, passwords, tokens
from accounts.models import Session
from accounts.serializers import MessageSerializer
from accounts.services import clean_email
from accounts.sessions import public_id_of
from accounts.token_cookies import set_cookies
from accounts.viewsets.auth import DoorView, TokenPairSerializer
from nexus.lib.api_view import CLOSED, ApiView
from nexus.lib.fields import StrictCharField


class PasswordField(StrictCharField):
    """A password as it was typed, spaces included."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=1000, trim_whitespace=False, **options)


class ChangeBody(serializers.Serializer[Any]):
    current_password = PasswordField()
    new_password = PasswordField()


class ResetBody(serializers.Serializer[Any]):
    email = StrictCharField(max_length=254)


class ConfirmBody(serializers.Serializer[Any]):
    """`token` is the last part of the mailed link."""

    token = StrictCharField(max_length=200)
    password = PasswordField()


class ChangedSerializer(MessageSerializer):
    """What was done, and to a program its new tokens."""

    access_token = serializers.CharField(required=False)
    refresh_token = serializers.CharField(required=False)
    token_type = serializers.CharField(required=False)
    expires_in = serializers.IntegerField(required=False)
    refresh_expires_in = serializers.IntegerField(required=False)
    session_id = serializers.UUIDField(required=False)


class PasswordChangeView(ApiView):
    is_keyed = False
    scopes = CLOSED

    @extend_schema(
        operation_id="change_password",
        request=ChangeBody,
        responses=ChangedSerializer,
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Change the password; every other session of the writer ends, this one goes on.

        A program's session is given new tokens: the refresh tokens of before are worth nothing.
        """
        values = self.body(ChangeBody)
        passwords.change_password(
            request._request, current=values["current_password"], new=values["new_password"]
        )
        answer = {"message": _("Your password is changed.")}
        session = Session.objects.filter(public_id=public_id_of(request._request)).first()
        if session is None:
            # Ended from elsewhere while the letter about the change was handed over.
            raise SessionInterrupted
        if session.kind != Session.Kind.PROGRAM:
            return Response(answer)
        pair = tokens.issue(session, self.person, at=timezone.now())
        response = Response(answer | dict(TokenPairSerializer(pair).data))
        set_cookies(response, pair)
        return response


class PasswordResetView(DoorView):
    @extend_schema(
        operation_id="request_password_reset",
        request=ResetBody,
        responses=MessageSerializer,
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Mail a link for a new password; the answer is the same for every address."""
        email = clean_email(self.body(ResetBody)["email"])
        limits.password_reset(request._request)
        passwords.request_reset(email)
        return Response({"message": _("If there is an account, a letter is on its way.")})


class PasswordResetConfirmView(DoorView):
    @extend_schema(
        operation_id="confirm_password_reset",
        request=ConfirmBody,
        responses=MessageSerializer,
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Set a new password with a mailed token; every session of the writer ends."""
        values = self.body(ConfirmBody)
        limits.password_reset(request._request)
        passwords.reset_password(request._request, key=values["token"], password=values["password"])
        return Response({"message": _("Your password is changed. Please sign in with it.")})
