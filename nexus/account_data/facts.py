"""What the studio knows about a person besides her prose: rows as they go into the archive.

Keys, digests, secrets and session keys stay here: whoever finds an archive must not sign in by it.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import FileField, Model

from accounts.models import ApiToken, EmailChange, Session, User

ACCOUNT = (
    "id",
    "email",
    "username",
    "profile_img",
    "role",
    "is_verified",
    "time_zone",
    "day_end_hour",
    "week_start",
    "created_at",
    "last_login",
)
DEVICE = ("kind", "ip", "user_agent", "created_at", "last_seen_at", "expire_date")
TOKEN = ("name", "scopes", "created_at", "last_used_at", "expires_at")


def profile(user: User) -> dict[str, Any]:
    """Return who she is, and by which ways she signs in."""
    return {
        **{name: getattr(user, name) for name in ACCOUNT},
        **columns(user.profile, but={"user_id"}),
        "email_addresses": list(
            EmailAddress.objects.filter(user=user).values("email", "primary", "verified")
        ),
        "email_waiting": list(EmailChange.objects.filter(user=user).values("email", "asked_at")),
        "connected_accounts": list(
            SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined")
        ),
        "second_factors": list(
            Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")
        ),
    }


def preferences(user: User) -> dict[str, Any]:
    return columns(user.preferences, but={"user_id"})


def devices(user: User) -> list[dict[str, Any]]:
    return list(Session.objects.filter(user=user).order_by("created_at").values(*DEVICE))


def api_tokens(user: User) -> list[dict[str, Any]]:
    return list(ApiToken.objects.filter(user=user).order_by("created_at").values(*TOKEN))


def columns(row: Model, *, but: set[str] | frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return every stored column of a row, by name."""
    fields = [field for field in row._meta.concrete_fields if not isinstance(field, FileField)]
    names = [field.attname for field in fields]
    return {name: getattr(row, name) for name in names if name not in but}
