"""Signing in with Google, for programs that have asked it for an id_token themselves."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import limits, verification
from accounts.google.identity import read_id_token
from accounts.google.people import person_for
from accounts.viewsets.auth import DoorView, LoggedInSerializer, admit
from nexus.lib.errors import Busy
from nexus.lib.fields import StrictCharField

HOUR = 3600


class NotConfigured(Busy):
    """This studio has no client id of Google's."""

    code = "google_not_configured"


class GoogleSerializer(serializers.Serializer[Any]):
    """Google's id_token, and a code of the second step for whoever has one."""

    id_token = StrictCharField(max_length=8192)
    code = StrictCharField(max_length=100, required=False, allow_blank=True, default="")


class GoogleView(DoorView):
    @extend_schema(
        operation_id="google_sign_in",
        request=GoogleSerializer,
        responses=LoggedInSerializer,
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Sign in with Google; a new person gets an account."""
        values = self.body(GoogleSerializer)
        if not settings.GOOGLE_CLIENT_ID:
            message = _("Signing in with Google is not set up in this studio.")
            raise NotConfigured(message, extra={"retry_after": HOUR})
        limits.google(request._request)
        user = person_for(read_id_token(values["id_token"]))
        if verification.is_mandatory() and not user.is_verified:
            verification.send_letter_again(user.email, request._request)
        return admit(request, user, code=values["code"])
