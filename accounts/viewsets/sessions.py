"""Where a writer is signed in, for programs; a session's key never leaves the server."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import sessions
from accounts.devices import device_name
from accounts.models import Session
from nexus.lib.api import parse_id
from nexus.lib.api_view import CLOSED, ApiView
from nexus.lib.errors import NotFound


class SessionSerializer(serializers.ModelSerializer[Session]):
    """`device` is a short name for people; `current` marks the session that asks."""

    id = serializers.UUIDField(source="public_id")
    device = serializers.SerializerMethodField()
    expires_at = serializers.DateTimeField(source="expire_date")
    current = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = (
            "id",
            "device",
            "user_agent",
            "ip",
            "kind",
            "created_at",
            "last_seen_at",
            "expires_at",
            "current",
        )
        read_only_fields = fields

    def get_device(self, session: Session) -> str:
        return device_name(session.user_agent)

    def get_current(self, session: Session) -> bool:
        return bool(session.public_id == self.context["current"])


class SessionListSerializer(serializers.Serializer[Any]):
    sessions = SessionSerializer(many=True)


class EndedSerializer(serializers.Serializer[Any]):
    ended = serializers.IntegerField(min_value=0)


class SessionsView(ApiView):
    scopes = CLOSED

    @extend_schema(
        operation_id="list_sessions_of_account", responses=SessionListSerializer, tags=["auth"]
    )
    def get(self, request: Request) -> Response:
        """List where the writer is signed in, the latest seen first."""
        context = {"current": sessions.public_id_of(request._request)}
        rows = sessions.live_sessions(self.person)
        return Response(SessionListSerializer({"sessions": rows}, context=context).data)


class SessionView(ApiView):
    scopes = CLOSED

    @extend_schema(operation_id="end_session_of_account", responses={204: None}, tags=["auth"])
    def delete(self, request: Request, session_id: str) -> Response:
        """End a session: its cookie, its tokens and its sockets.

        Another writer's is answered as one that does not exist.
        """
        public_id = parse_id(session_id)
        if not sessions.live_sessions(self.person).filter(public_id=public_id).exists():
            raise NotFound(_("There is nothing here."))
        sessions.end_own(request._request, public_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EndOthersView(ApiView):
    is_keyed = False
    scopes = CLOSED

    @extend_schema(
        operation_id="end_other_sessions", request=None, responses=EndedSerializer, tags=["auth"]
    )
    def post(self, request: Request) -> Response:
        """End every session of the writer but the one that asks."""
        here = sessions.public_id_of(request._request)
        return Response({"ended": sessions.end_others(self.person, but=here)})
