"""The second step of signing in: the codes of an authenticator app, and recovery codes.

A code of the app is good for its half minute and its neighbours, since clocks differ, and once
only: the step that was used stands in the authenticator's row, so that it holds in every process.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import limits
from accounts.models import User

DRIFT_STEPS = 1
Type = Authenticator.Type


def is_required(user: User) -> bool:
    """Say whether a password alone does not sign this person in."""
    return Authenticator.objects.filter(user_id=user.pk).exclude(type=Type.RECOVERY_CODES).exists()


def is_missing(user: User) -> bool:
    """Say whether this person's work asks for a second step that was never set up."""
    return settings.STAFF_MFA == "required" and user.is_staff and not is_required(user)


def forget(user: User) -> None:
    """Turn the second step off, for a person who has lost all of it."""
    Authenticator.objects.filter(user=user).delete()


# --- Codes ------------------------------------------------------------------------


def check_code(user: User, code: str) -> bool:
    """Say whether this is a code of the person's app or a recovery code, and use it up.

    Raises TooMany after ten in a minute, right or wrong, and after thirty wrong ones in a day.
    """
    return use_code(user, code, at=timezone.now()) is not None


def use_code(user: User, code: str, *, at: datetime) -> Authenticator | None:
    """Use the code up and return whose it was, or None when it is wrong or was used before."""
    limits.guess_code(user)
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update().filter(user_id=user.pk)
        for row in rows.exclude(type=Type.WEBAUTHN).order_by("-type"):
            if _use(row, code, at):
                row.refresh_from_db(fields=["data"])
                limits.right_code(user)
                return row
    return None


def matching_step(secret: str, code: str, *, at: datetime, after: int = -1) -> int | None:
    """Return the number of the half minute whose code this is, if it is near and later."""
    now = step_of(at)
    for step in range(max(now - DRIFT_STEPS, after + 1), now + DRIFT_STEPS + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None


def step_of(at: datetime) -> int:
    """The number of the half minute that holds the instant `at` (RFC 6238)."""
    return int(at.timestamp()) // app_settings.TOTP_PERIOD


def remember_step(row: Authenticator, step: int) -> None:
    """Let no code up to this step be used again."""
    row.data["last_step"] = step
    row.save(update_fields=["data"])


def _use(row: Authenticator, code: str, at: datetime) -> bool:
    if row.type != Type.TOTP:
        return bool(row.wrap().validate_code(code))
    last = row.data.get("last_step", -1)
    step = matching_step(decrypt(row.data["secret"]), code, at=at, after=last)
    if step is not None:
        remember_step(row, step)
    return step is not None


# --- What the security page tells -------------------------------------------------


@dataclass(frozen=True)
class SecondSteps:
    """What guards an account besides its password."""

    app: Authenticator | None
    passkeys: list[Authenticator]
    codes: Authenticator | None
    codes_left: int
    codes_total: int

    @property
    def is_on(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def second_steps(user: User) -> SecondSteps:
    rows = list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at", "pk"))
    codes = next((row for row in rows if row.type == Type.RECOVERY_CODES), None)
    return SecondSteps(
        app=next((row for row in rows if row.type == Type.TOTP), None),
        passkeys=[row for row in rows if row.type == Type.WEBAUTHN],
        codes=codes,
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        codes_total=app_settings.RECOVERY_CODE_COUNT,
    )


class MfaAdapter(DefaultMFAAdapter):
    """The library's second step in our words."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("That did not match, or it was used already. Please again."),
        "unverified_email": gettext_lazy("Please confirm your e-mail first, then set this up."),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Recovery codes come with an authenticator app or a passkey. Set up one of them first."
        ),
    }

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("My passkey") if not count else _("Passkey %(number)d") % {"number": count + 1}

    def _get_site_name(self) -> str:
        """Apps and browsers list the account under this name."""
        return "Nexus"
