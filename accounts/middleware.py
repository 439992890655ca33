"""Puts the person into the request: who they are, and what time it is where they write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import limits, mfa
from accounts.models import User
from accounts.sessions import Client, SessionStore
from nexus.lib.addresses import client_ip
from nexus.lib.errors import Busy, DomainError, TooMany
from nexus.lib.problems import headers_of, refusal_response, request_id_of

LIMITED: dict[str, Callable[[User], None]] = {
    "account_reauthenticate": limits.identity,
    "account_change_password": limits.password_change,
    "account_set_password": limits.password_change,
}


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
        session = cast(SessionStore, request.session)
        if session.modified and not session.has_cookie:
            session.save()
            session.modified = False
        return response


class StaffSecondStepMiddleware(MiddlewareMixin):
    """Sends staff without a second step to set one up first, where the settings ask for it."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or match.app_name != "admin" or match.view_name == "admin:logout":
            return None
        if not request.user.is_authenticated or not mfa.is_missing(request.user):
            return None
        messages.info(
            request,
            _(
                "The studio's back room opens with a second step. "
                "Set up an app or a passkey here, it takes a minute; then the door is open."
            ),
        )
        return redirect("accounts:security")


class LimitsMiddleware(MiddlewareMixin):
    """Counts tries of the sign-in library's own pages, and answers TooMany and Busy on any page."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        spend = LIMITED.get(match.view_name) if match and request.method == "POST" else None
        if spend is None or not request.user.is_authenticated:
            return None
        try:
            spend(request.user)
        except TooMany as refusal:
            return _wait_page(request, refusal)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _wait_page(request, error) if isinstance(error, (TooMany, Busy)) else None


def _wait_page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    if request.path.startswith("/api/"):
        return refusal_response(request, refusal)
    context = {"detail": refusal.detail, "request_id": request_id_of(request)}
    page = render_to_string(f"errors/{refusal.status}.html", context, request)
    return HttpResponse(page, status=refusal.status, headers=headers_of(refusal))


def _user(request: HttpRequest, session: SessionStore) -> object:
    user = session.signed_in_user()
    if user is None:
        return get_user(request)
    session.note_seen(timezone.now())
    return user


def _enter_time_zone(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        timezone.activate(ZoneInfo(request.user.time_zone))
