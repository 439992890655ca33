"""The key with which a browser seals what it keeps for a writer."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from django.utils.crypto import salted_hmac
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from nexus.lib.api_view import CLOSED, ApiView

SALT = "accounts.journal-key"


class JournalKeySerializer(serializers.Serializer[Any]):
    """256 bits in base64, and whose they are."""

    key = serializers.CharField()
    user_id = serializers.UUIDField()


class JournalKeyView(ApiView):
    scopes = CLOSED

    @extend_schema(
        operation_id="get_journal_key_of_account", responses=JournalKeySerializer, tags=["auth"]
    )
    def get(self, request: Request) -> Response:
        """Tell the key that seals this writer's text in a browser; it stays the same."""
        answer = {"key": journal_key(self.person), "user_id": self.person.pk}
        return Response(JournalKeySerializer(answer).data, headers={"Cache-Control": "no-store"})


def journal_key(user: User) -> str:
    """Derive the key from the studio's secret, so that no table holds it."""
    return b64encode(salted_hmac(SALT, str(user.pk), algorithm="sha256").digest()).decode()
