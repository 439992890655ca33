"""The second step of signing in: the codes of an authenticator app, and recovery codes.

A code of the app is good for its half minute and its neighbours, since clocks differ, and once
only: the step that was used stands in the authenticator's row, so that it holds in every process.
"""

from __future__ import annotations

from datetime import datetime

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.db import transaction
from django.utils import timezone

from accounts.models import User

DRIFT_STEPS = 1


def is_required(user: User) -> bool:
    """Say whether a password alone does not sign this person in."""
    factors = Authenticator.objects.filter(user_id=user.pk)
    return factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def check_code(user: User, code: str) -> bool:
    """Say whether this is a code of the person's app or a recovery code, and use it up."""
    return use_code(user, code, at=timezone.now()) is not None


@transaction.atomic
def use_code(user: User, code: str, *, at: datetime) -> Authenticator | None:
    """Use the code up and return whose it was, or None when it is wrong or was used before."""
    rows = Authenticator.objects.select_for_update().filter(user_id=user.pk)
    for row in rows.exclude(type=Authenticator.Type.WEBAUTHN).order_by("-type"):
        is_totp = row.type == Authenticator.Type.TOTP
        if _use_step(row, code, at) if is_totp else row.wrap().validate_code(code):
            row.refresh_from_db(fields=["data"])
            row.record_usage()
            return row
    return None


def step_of(at: datetime) -> int:
    """The number of the half minute that holds the instant `at` (RFC 6238)."""
    return int(at.timestamp()) // app_settings.TOTP_PERIOD


def _use_step(row: Authenticator, code: str, at: datetime) -> bool:
    secret, now = decrypt(row.data["secret"]), step_of(at)
    first = max(now - DRIFT_STEPS, row.data.get("last_step", -1) + 1)
    for step in range(first, now + DRIFT_STEPS + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            row.data["last_step"] = step
            row.save(update_fields=["data"])
            return True
    return False
