"""Headers that tell a browser how little this site needs.

Everything comes from us, nothing is inline, nobody may frame it. A view that needs more says so by
setting the header itself.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    )
)
NOT_NEEDED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "midi",
    "payment",
    "usb",
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": ", ".join([*(f"{name}=()" for name in NOT_NEEDED), "microphone=(self)"]),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


# Their forms lead on to Google, and a browser holds a form's redirects to the policy too.
OFFER_GOOGLE = frozenset(
    {"account_login", "account_signup", "google_login", "socialaccount_connections"}
)


class SecurityHeadersMiddleware:
    """Adds the headers to every answer, and keeps personal ones out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if offers_google(request):
            # The last directive is the one for forms.
            policy = f"{CONTENT_SECURITY_POLICY} {google_origin()}"
            response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if is_personal(request, response):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def offers_google(request: HttpRequest) -> bool:
    """Say whether the answer is a page with "Continue with Google" on it."""
    match = request.resolver_match
    return bool(settings.GOOGLE_CLIENT_ID) and match is not None and match.view_name in OFFER_GOOGLE


def google_origin() -> str:
    address = urlsplit(settings.GOOGLE_ENDPOINTS["authorize"])
    return f"{address.scheme}://{address.netloc}"


def is_personal(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Say whether the answer may depend on who asked."""
    if request.path_info.startswith(settings.STATIC_URL):
        return False
    has_credentials = (
        settings.SESSION_COOKIE_NAME in request.COOKIES
        or settings.ACCESS_COOKIE_NAME in request.COOKIES
        or "Authorization" in request.headers
    )
    return has_credentials or bool(response.cookies)
