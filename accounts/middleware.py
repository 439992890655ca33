"""Puts the person into the request: who they are, and what time it is where they write."""

from __future__ import annotations

from typing import cast
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.sessions import Client, SessionStore
from nexus.lib.addresses import client_ip


class PersonMiddleware(AuthenticationMiddleware):
    """Django's own, reading the user in the session's query instead of a second one."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        session = cast(SessionStore, request.session)
        session.client = Client(client_ip(request), request.headers.get("User-Agent", ""))
        request.user = SimpleLazyObject(lambda: _user(request, session))  # type: ignore[assignment]
        timezone.deactivate()
        # The API speaks UTC; pages speak the writer's own time.
        if session.session_key and not request.path.startswith("/api/"):
            _enter_time_zone(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        timezone.deactivate()
        return response


def _user(request: HttpRequest, session: SessionStore) -> object:
    user = session.signed_in_user()
    if user is None:
        return get_user(request)
    session.note_seen(timezone.now())
    return user


def _enter_time_zone(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        timezone.activate(ZoneInfo(request.user.time_zone))
