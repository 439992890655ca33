"""What a program holds of a session: a short access token, and a refresh token for the next one.

An access token is a JWT (RS256, 15 minutes). A refresh token is `<session>.<generation>.<mac>`; the
mac is made from the server's key and a secret in the session's row. Only that secret and the number
of the current generation are stored, so a session can never have two chains. Using a token moves
the generation on. The one before stays good for ten seconds to the same client, whose tabs may have
asked at once, and gives the current pair again. Anything older was stolen or copied: the session
ends, and with it whatever was made from it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import jwt
import structlog
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import keys
from accounts.models import Session, User
from accounts.sessions import end_session, expiry, store_for_public_id
from nexus.lib.addresses import client_ip
from nexus.lib.api import InvalidToken
from nexus.lib.ids import new_id

ACCESS_LIFE = timedelta(minutes=15)
GRACE = timedelta(seconds=10)
AUDIENCE = "nexus"
CLAIMS = ("sub", "sid", "role", "type", "iat", "exp", "iss", "aud", "jti")
# Short of what any parser could stumble over: nothing of a token is true before it is verified.
ACCESS = re.compile(r"[\w-]{1,256}\.[\w-]{1,2048}\.[\w-]{1,1024}", re.ASCII)
REFRESH = re.compile(r"([0-9a-f]{32})\.(0|[1-9][0-9]{0,8})\.([0-9a-f]{64})", re.ASCII)
logger = structlog.get_logger("nexus.accounts")


@dataclass(frozen=True)
class TokenPair:
    """Both tokens of a session; the lives in seconds."""

    access: str
    refresh: str
    expires_in: int
    refresh_expires_in: int
    session_id: UUID
    token_type: str = "bearer"  # noqa: S105 - a kind of token, no secret


@dataclass(frozen=True)
class AccessClaims:
    """What a verified access token says: which session, and whose."""

    session_id: UUID
    user_id: UUID


# --- Access tokens ----------------------------------------------------------------


def read_access(raw: str) -> AccessClaims:
    """Return what an access token of ours says; raise InvalidToken for anything else.

    Whether its session still lives is asked of the row.
    """
    if not ACCESS.fullmatch(raw):
        raise InvalidToken
    try:
        kid = jwt.get_unverified_header(raw).get("kid")
        key = keys.verifying_keys().get(kid) if isinstance(kid, str) else None
        if key is None:
            raise InvalidToken
        claims = jwt.decode(
            raw,
            key.public,
            algorithms=["RS256"],
            audience=AUDIENCE,
            issuer=settings.SITE_URL,
            options={"require": list(CLAIMS), "strict_aud": True},
        )
        if claims["type"] != "access":
            raise InvalidToken
        return AccessClaims(UUID(str(claims["sid"])), UUID(str(claims["sub"])))
    except (jwt.PyJWTError, ValueError) as error:
        raise InvalidToken from error


def _access_token(session: Session, user: User, at: datetime) -> str:
    key = keys.signing_key()
    claims = {
        "sub": str(user.pk),
        "sid": str(session.public_id),
        "role": user.role,
        "type": "access",
        "iat": int(at.timestamp()),
        "exp": int((at + ACCESS_LIFE).timestamp()),
        "iss": settings.SITE_URL,
        "aud": AUDIENCE,
        "jti": str(new_id()),
    }
    return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.kid})


# --- Refresh tokens ---------------------------------------------------------------


def issue(session: Session, user: User, *, at: datetime) -> TokenPair:
    """Begin the session's chain of refresh tokens; return its first pair."""
    session.refresh_secret, session.refresh_generation = secrets.token_hex(32), 0
    # By the id that stays; and a session that ended meanwhile makes its tokens worth nothing.
    Session.objects.filter(public_id=session.public_id).update(
        refresh_secret=session.refresh_secret,
        refresh_generation=0,
        refreshed_at=None,
        refreshed_by="",
    )
    return _pair(session, user, at)


def refresh(raw: str, *, client_fingerprint: str, at: datetime) -> TokenPair:
    """Return the pair that follows a refresh token; raise InvalidToken when it is worth nothing.

    A token that was used before, and not just now by the same client, ends its whole session.
    """
    session_id, generation = _parse(raw)
    pair = _refresh_locked(raw, session_id, generation, client_fingerprint, at)
    if pair is None:
        logger.warning("refresh_token_reused", session_id=str(session_id), generation=generation)
        # After the lock's transaction, which must not take it back with the refusal.
        end_session(session_id)
        raise InvalidToken
    return pair


@transaction.atomic
def _refresh_locked(
    raw: str, session_id: UUID, generation: int, client: str, at: datetime
) -> TokenPair | None:
    """Return the pair, or None for a token that was used before."""
    # The lock alone first: the row is read after whoever held it has changed it.
    Session.objects.select_for_update().filter(public_id=session_id).values("pk").first()
    session, user = _live(raw, session_id, generation)
    if generation != session.refresh_generation:
        return _pair(session, user, at) if _is_parallel(session, generation, client, at) else None
    session.refresh_generation += 1
    session.expire_date = expiry(session.kind, created_at=session.created_at, seen_at=at)
    Session.objects.filter(public_id=session_id).update(
        refresh_generation=session.refresh_generation,
        refreshed_at=at,
        refreshed_by=client,
        last_seen_at=at,
        expire_date=session.expire_date,
    )
    return _pair(session, user, at)


def _is_parallel(session: Session, generation: int, client: str, at: datetime) -> bool:
    return (
        generation == session.refresh_generation - 1
        and session.refreshed_at is not None
        and at - session.refreshed_at <= GRACE
        and constant_time_compare(session.refreshed_by, client)
    )


def session_of_refresh(raw: str) -> Session:
    """Return the live session a refresh token belongs to, used or not; raise InvalidToken."""
    return _live(raw, *_parse(raw))[0]


def fingerprint(request: HttpRequest) -> str:
    """Return what tells one client from another well enough for ten seconds of grace."""
    seen = f"{client_ip(request)}|{request.headers.get('User-Agent', '')}"
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()


def _parse(raw: str) -> tuple[UUID, int]:
    match = REFRESH.fullmatch(raw)
    if match is None:
        raise InvalidToken
    return UUID(match[1]), int(match[2])


def _live(raw: str, session_id: UUID, generation: int) -> tuple[Session, User]:
    """Return the token's session and person; raise InvalidToken when either is not to be had."""
    store = store_for_public_id(session_id)
    session = store.row if store is not None else None
    if store is None or session is None or not session.refresh_secret:
        raise InvalidToken
    if not constant_time_compare(raw, _refresh_token(session, generation)):
        raise InvalidToken
    user = store.signed_in_user()
    if user is None:
        raise InvalidToken
    return session, user


def _refresh_token(session: Session, generation: int) -> str:
    chain = session.public_id.hex
    value = f"{chain}|{generation}|{session.refresh_secret}"
    mac = salted_hmac("accounts.tokens.refresh", value, algorithm="sha256").hexdigest()
    return f"{chain}.{generation}.{mac}"


def _pair(session: Session, user: User, at: datetime) -> TokenPair:
    return TokenPair(
        access=_access_token(session, user, at),
        refresh=_refresh_token(session, session.refresh_generation),
        expires_in=int(ACCESS_LIFE.total_seconds()),
        refresh_expires_in=max(0, int((session.expire_date - at).total_seconds())),
        session_id=session.public_id,
    )
