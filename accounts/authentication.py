"""Who asks: the one answer for every door of the API, whichever way a session is presented.

In this order: `Authorization: Bearer` with an access token or a personal one, the session cookie,
the access token in its cookie. A bad bearer is refused, never passed over for a cookie. Cookies
alone are held to the rule of origin: no other site's page can make a browser send a bearer.
"""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import api_tokens, tokens
from accounts.credentials import PERSONAL_PREFIX, Credential
from accounts.models import User
from accounts.sessions import SessionStore, store_for_public_id
from nexus.lib.api import InvalidToken
from nexus.lib.problems import refuse_foreign_origin


class StudioAuthentication(BaseAuthentication):
    """The API's sign-in: `request.user`, and as `request.auth` the Credential."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        credential = authenticate(request._request)
        return None if credential is None else (credential.user, credential)


class DoorAuthentication(BaseAuthentication):
    """For the doors themselves: who comes to sign in may still carry tokens that are dead."""

    def authenticate(self, request: Request) -> tuple[Any, None]:
        if bearer_of(request._request) is None:
            refuse_foreign_origin(request._request)
        return request._request.user, None


def authenticate(request: HttpRequest) -> Credential | None:
    """Return who asks, None for a visitor; raise InvalidToken for a token that is worth nothing.

    Raises Forbidden when another site's page asks with a cookie. Afterwards the whole request
    speaks for this person: `request.user`, and with an access token `request.session` too.
    """
    bearer = bearer_of(request)
    if bearer is not None:
        credential = _by_bearer(request, bearer)
        cast(SessionStore, request.session).has_cookie = False
        return credential
    refuse_foreign_origin(request)
    if request.user.is_authenticated:
        session = cast(SessionStore, request.session).row
        # The session's own, where it is the same: each look at Django's stand-in goes twice.
        user = session.user if session else None
        if user is None or user != request.user:
            user = request.user
        return Credential(user, session=session)
    raw = request.COOKIES.get(settings.ACCESS_COOKIE_NAME)
    return _by_access_token(request, raw) if raw else None


def bearer_of(request: HttpRequest) -> str | None:
    """Return the bearer token as presented, "" for an empty one, None when there is none."""
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    return raw.strip() if scheme.lower() == "bearer" else None


def _by_bearer(request: HttpRequest, raw: str) -> Credential:
    if not raw.startswith(PERSONAL_PREFIX):
        return _by_access_token(request, raw)
    credential = api_tokens.credential_for(raw)
    if credential is None:
        raise InvalidToken
    request.user = credential.user
    return credential


def _by_access_token(request: HttpRequest, raw: str) -> Credential:
    claims = tokens.read_access(raw)
    store = store_for_public_id(claims.session_id)
    user = store.signed_in_user() if store is not None else None
    if store is None or user is None or user.pk != claims.user_id:
        raise InvalidToken
    store.client = cast(SessionStore, request.session).client
    store.note_seen(timezone.now())
    # Whoever's session cookie came along, nothing of it may mix with this request.
    request.user, request.session = user, store
    return Credential(user, session=store.row)
