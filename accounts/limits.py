"""How often what may be tried: every limit of the accounts, by name.

Each function uses one try and raises TooMany (429 with `Retry-After`) when none is left. Limits by
address count an IPv6 network of /64 as one: a home has one, and 2^64 addresses in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from nexus.lib import limits
from nexus.lib.addresses import client_network
from nexus.lib.errors import TooMany

MINUTE, HOUR, DAY = 60, 3600, 86_400
WRONG_CODES_PER_DAY = 30
FAILED_LOGINS_PER_EMAIL = 5
FAILED_LOGINS_PER_ADDRESS = 20
LOGIN_ADDRESS, LOGIN_EMAIL, LOGIN_PAIR = "login-address", "login-email", "login-pair"


# --- Sign-in ----------------------------------------------------------------------


@dataclass(frozen=True)
class LoginAttempt:
    """The places an attempt has taken; they stay taken unless the password was right."""

    places: tuple[tuple[str, str], ...]

    def give_back(self) -> None:
        for name, key in self.places:
            limits.give_back(name, key)


def attempt_login(request: HttpRequest, email: str) -> LoginAttempt:
    """Take the places of one attempt BEFORE its password is hashed; raise TooMany without them.

    Five failures a minute close an e-mail, to the address they came from at once. An address that
    has not failed for this e-mail yet keeps one try a minute, so that nobody can lock a writer out
    by typing nonsense elsewhere. Twenty failures a minute close an address to every e-mail.
    """
    address, email = client_network(request), email.strip().casefold()
    pair = (LOGIN_PAIR, f"{email} {address}")
    taken = [pair]
    verdict = limits.take(*pair, limit=FAILED_LOGINS_PER_EMAIL, seconds=MINUTE)
    if not verdict.is_allowed:
        raise too_many(verdict)
    is_first_from_here = verdict.remaining == FAILED_LOGINS_PER_EMAIL - 1
    verdict = limits.take(LOGIN_EMAIL, email, limit=FAILED_LOGINS_PER_EMAIL, seconds=MINUTE)
    if verdict.is_allowed:
        taken.append((LOGIN_EMAIL, email))
    elif not is_first_from_here:
        limits.give_back(*pair)
        raise too_many(verdict)
    verdict = limits.take(LOGIN_ADDRESS, address, limit=FAILED_LOGINS_PER_ADDRESS, seconds=MINUTE)
    if not verdict.is_allowed:
        LoginAttempt(tuple(taken)).give_back()
        raise too_many(verdict)
    return LoginAttempt((*taken, (LOGIN_ADDRESS, address)))


# --- By address -------------------------------------------------------------------


def registration(request: HttpRequest) -> None:
    _spend("register", client_network(request))


def password_reset(request: HttpRequest) -> None:
    _spend("reset", client_network(request))


def verification(request: HttpRequest) -> None:
    """One try of a link or token, or one more letter with it."""
    _spend("verify", client_network(request))


def strength(request: HttpRequest) -> None:
    _spend("strength", client_network(request), limit=60)


def passkey(request: HttpRequest) -> None:
    """One question to a passkey, or one answer of it, at the door."""
    _spend("passkey", client_network(request), limit=40)


def google(request: HttpRequest) -> None:
    _spend("google", client_network(request))


def may_write_to(email: str) -> bool:
    """Use one of ten letters in ten minutes; nobody's post is flooded through our doors."""
    key = email.strip().casefold()
    return limits.take("letter", key, limit=10, seconds=10 * MINUTE).is_allowed


# --- By account -------------------------------------------------------------------


def identity(user: User) -> None:
    """One check of the password or a code before something sensitive."""
    _spend("identity", str(user.pk))


def password_change(user: User) -> None:
    _spend("password-change", str(user.pk))


def mfa_code(user: User) -> None:
    """One code of an authenticator app, a recovery code or a passkey's answer."""
    _spend("mfa-code", str(user.pk))


def guess_code(user: User) -> None:
    """One code that may be wrong, before it is looked at; `right_code` takes it back.

    Ten a minute alone would let a patient thief of the password try 14,400 of a million codes a
    day, three of which are good at any time.
    """
    mfa_code(user)
    _spend("mfa-wrong", str(user.pk), limit=WRONG_CODES_PER_DAY, seconds=DAY)


def right_code(user: User) -> None:
    limits.give_back("mfa-wrong", str(user.pk))


def email_change(user: User) -> None:
    _spend("email-change", str(user.pk))


def data_request(user: User) -> None:
    """One request for an account's export or deletion."""
    _spend("data", str(user.pk))


def picture(user_id: UUID) -> None:
    """One upload of a cover or portrait: each takes the processor for a second."""
    _spend("picture", str(user_id), limit=60, seconds=HOUR)


# --- Their common end -------------------------------------------------------------


def too_many(verdict: limits.Verdict) -> TooMany:
    """Return the refusal that tells how long to wait."""
    return TooMany(_sentence(verdict.reset_in), wait=verdict.reset_in, limit=verdict.limit)


def _sentence(seconds: int) -> str:
    if seconds > HOUR:
        hours = math.ceil(seconds / HOUR)
        return _("That was tried too often. Please try again in %(n)d hours.") % {"n": hours}
    if seconds > 2 * MINUTE:
        minutes = math.ceil(seconds / MINUTE)
        return _("That was tried too often. Please try again in %(n)d minutes.") % {"n": minutes}
    sentence = ngettext(
        "That was tried too often. Please wait a second, then try again.",
        "That was tried too often. Please wait %(wait)d seconds, then try again.",
        seconds,
    )
    return sentence % {"wait": seconds}


def _spend(name: str, key: str, *, limit: int = 10, seconds: int = MINUTE) -> None:
    verdict = limits.take(name, key, limit=limit, seconds=seconds)
    if not verdict.is_allowed:
        raise too_many(verdict)
