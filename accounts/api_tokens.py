"""Personal API tokens: shown once, kept as a digest, limited to their scopes.

A token is 256 bits of chance, so its plain SHA-256 cannot be guessed back and needs no salt.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.credentials import PERSONAL_PREFIX, Credential
from accounts.models import ApiToken, User
from nexus.lib.errors import Conflict
from nexus.lib.names import clean_title

MAX_TOKENS = 50
MAX_NAME = 100
MAX_DAYS = 3650
USED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create(
    user: User, *, name: str, scopes: Collection[str], expires_in_days: int | None = None
) -> tuple[ApiToken, str]:
    """Return a new token and its secret, which is kept nowhere.

    Without `expires_in_days` it lasts until it is revoked. Raises Invalid for a name that is none,
    Conflict when the person has as many tokens as one may have.
    """
    title = clean_title(name, field="name", max_length=MAX_NAME)
    # Locked, so that tokens made at the same time are counted one after the other.
    User.objects.select_for_update().get(pk=user.pk)
    if ApiToken.objects.visible_to(user).count() >= MAX_TOKENS:
        message = _("You have %(max)d tokens. Please revoke one that you do not use.")
        raise Conflict(message % {"max": MAX_TOKENS}, code="too_many_tokens")
    secret = PERSONAL_PREFIX + secrets.token_urlsafe(32)
    at = timezone.now()
    token = ApiToken.objects.create(
        user=user,
        name=title,
        digest=_digest(secret),
        hint=secret[-4:],
        scopes=[scope for scope in ApiToken.Scope.values if scope in scopes],
        created_at=at,
        expires_at=at + timedelta(days=expires_in_days) if expires_in_days else None,
    )
    return token, secret


def revoke(token: ApiToken) -> None:
    """End a token; it is worth nothing from the next request on."""
    token.delete()


def credential_for(raw: str) -> Credential | None:
    """Return who presents a token and what it allows; None when it is worth nothing."""
    at = timezone.now()
    token = (
        ApiToken.objects.usable(at)
        .select_related("user__preferences")
        .filter(digest=_digest(raw))
        .first()
    )
    if token is None:
        return None
    _note_used(token, at=at)
    return Credential(user=token.user, session=None, token=token, scopes=frozenset(token.scopes))


def _note_used(token: ApiToken, *, at: datetime) -> None:
    """Remember the use, at most once a minute, so that a read stays a read."""
    if token.last_used_at is None or at - token.last_used_at >= USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
        token.last_used_at = at


def _digest(raw: str) -> str:
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
