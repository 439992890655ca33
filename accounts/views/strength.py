"""What the server will say about a password, asked while it is typed."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.forms import UserTokenForm
from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import limits
from accounts.models import User
from accounts.strength import strength_of
from nexus.lib import strict_json
from nexus.lib.errors import DomainError, Invalid, TooLarge
from nexus.lib.problems import refusal_response

MAX_BYTES = 16 * 1024


@never_cache
@require_POST
def password_strength(request: HttpRequest) -> HttpResponse:
    """Answer `{ok, messages, score, word}` for JSON `{password, email?, username?, uid?}`."""
    try:
        limits.strength(request)
        asked = _asked(request)
    except DomainError as refusal:
        return refusal_response(request, refusal)
    strength = strength_of(asked["password"], user=_person(request, asked))
    return JsonResponse(strength.as_dict())


def _asked(request: HttpRequest) -> dict[str, str]:
    if int(request.headers.get("Content-Length") or 0) > MAX_BYTES:
        raise TooLarge("This is no password.")
    try:
        body: Any = strict_json.loads(request.body)
    except strict_json.MalformedJSON as error:
        raise Invalid(str(error)) from error
    if not isinstance(body, dict) or not isinstance(body.get("password"), str):
        raise Invalid.field("password", "This must be a text.")
    return {name: value for name, value in body.items() if isinstance(value, str)}


def _person(request: HttpRequest, asked: dict[str, str]) -> User:
    """Return whom the password is for: who is signed in, whose reset link it is, or a newcomer."""
    if request.user.is_authenticated:
        return request.user
    key = request.session.get(INTERNAL_RESET_SESSION_KEY, "")
    if key and "uid" in asked:
        link = UserTokenForm({"uidb36": asked["uid"], "key": key})
        if link.is_valid():
            return cast(User, link.reset_user)
    return User(email=asked.get("email", ""), username=asked.get("username", ""))
