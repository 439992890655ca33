"""The tokens as cookies: for browsers and programs that keep cookies instead of answers."""

from __future__ import annotations

from django.conf import settings
from django.http.response import HttpResponseBase

from accounts.tokens import TokenPair

# Refreshing and signing out are the only calls that need it.
REFRESH_PATH = "/api/v1/auth"


def set_cookies(response: HttpResponseBase, pair: TokenPair) -> None:
    """Let the tokens travel as cookies that no script can read and no other site's form sends."""
    for name, value, seconds, path in (
        (settings.ACCESS_COOKIE_NAME, pair.access, pair.expires_in, "/"),
        (settings.REFRESH_COOKIE_NAME, pair.refresh, pair.refresh_expires_in, REFRESH_PATH),
    ):
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Lax",
        )


def clear_cookies(response: HttpResponseBase) -> None:
    """Take back all three presentations of a session, as they were set."""
    for name, path in (
        (settings.SESSION_COOKIE_NAME, "/"),
        (settings.ACCESS_COOKIE_NAME, "/"),
        (settings.REFRESH_COOKIE_NAME, REFRESH_PATH),
    ):
        response.delete_cookie(name, path=path, samesite="Lax")
