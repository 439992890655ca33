"""Whom an id_token speaks of: Google's signature, for us, still good.

OpenID Connect Core 1.0, section 3.1.3.7. Nothing of a token is believed before its signature is
checked, and its header chooses neither the algorithm nor where the key comes from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import jwt
import requests
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from nexus.lib.errors import Busy, DomainError

ISSUERS = ("https://accounts.google.com", "accounts.google.com")
REQUIRED = ("iss", "aud", "sub", "exp", "iat", "email")
LEEWAY_SECONDS = 10
KEYS, ASKED_AGAIN = "google-keys", "google-keys-asked-again"
# Seconds: for connecting and for each wait while reading.
PATIENCE = (1.5, 1.5)
# Seconds: an unknown key is a reason to look again, but a forger must not make us ask all day.
ASK_AGAIN_AFTER = 60
DEFAULT_AGE, SHORTEST_AGE, LONGEST_AGE = 300, 60, 24 * 3600
MAX_AGE = re.compile(r"(?:^|[,\s])max-age=(\d{1,9})")
WAIT = 10


class Refused(DomainError):
    """The token, or what it says, signs nobody in."""

    status, code = 401, "google_refused"


class GoogleAway(Busy):
    """Google could not be asked for its keys."""

    code = "google_unreachable"


@dataclass(frozen=True)
class Identity:
    """Who somebody is to Google; `sub` stays the same whatever becomes of the address."""

    sub: str
    email: str
    email_verified: bool
    name: str = ""
    picture: str = ""


def read_id_token(raw: str) -> Identity:
    """Return whom the token speaks of; raise Refused for any but a good one, GoogleAway."""
    try:
        claims = jwt.decode(
            raw,
            _key_of(raw),
            algorithms=["RS256"],
            audience=settings.GOOGLE_CLIENT_ID,
            issuer=ISSUERS,
            leeway=LEEWAY_SECONDS,
            options={"require": list(REQUIRED), "strict_aud": True},
        )
    except (jwt.PyJWTError, UnicodeError) as error:
        # Half a character is no text to the library.
        raise _refused() from error
    return _identity(claims)


def _identity(claims: dict[str, Any]) -> Identity:
    sub, email = claims["sub"], claims["email"]
    if not isinstance(sub, str) or not 1 <= len(sub) <= 191 or not isinstance(email, str):
        raise _refused()
    try:
        validate_email(email)
    except ValidationError as error:
        raise _refused() from error
    return Identity(
        sub=sub,
        email=email.lower(),
        # Only the word itself: a "false" in quotes is true in Python.
        email_verified=claims.get("email_verified") is True,
        name=_text(claims.get("name")),
        picture=_text(claims.get("picture")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _key_of(raw: str) -> jwt.PyJWK:
    kid = jwt.get_unverified_header(raw).get("kid")
    keys: dict[str, Any] | None = cache.get(KEYS)
    if keys is None or (kid not in keys and cache.add(ASKED_AGAIN, True, ASK_AGAIN_AFTER)):
        keys = _fetch_keys()
    if not isinstance(kid, str) or kid not in keys:
        raise _refused()
    return jwt.PyJWK(keys[kid], algorithm="RS256")


def _fetch_keys() -> dict[str, Any]:
    """Ask Google for its keys and keep them as long as it says, by their id."""
    try:
        answer = requests.get(
            settings.GOOGLE_ENDPOINTS["keys"], timeout=PATIENCE, allow_redirects=False
        )
        answer.raise_for_status()
        found = {key["kid"]: key for key in answer.json()["keys"] if key.get("kty") == "RSA"}
    except (requests.RequestException, LookupError, TypeError, AttributeError) as error:
        raise away() from error
    cache.set(KEYS, found, _age(answer.headers.get("Cache-Control", "")))
    return found


def _age(cache_control: str) -> int:
    said = MAX_AGE.search(cache_control)
    age = int(said[1]) if said else DEFAULT_AGE
    return min(max(age, SHORTEST_AGE), LONGEST_AGE)


def _refused() -> Refused:
    return Refused(_("Google's answer could not be accepted. Please try again."))


def away() -> GoogleAway:
    message = _("Google cannot be reached at the moment. Please try again, or use your password.")
    return GoogleAway(message, extra={"retry_after": WAIT})
