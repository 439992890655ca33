"""What a request is believed by, whichever way it was presented."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import ApiToken, Session, User

PERSONAL_PREFIX = "nxp_"


@dataclass(frozen=True)
class Credential:
    """Whom a request speaks for and by what; `scopes` None is everything: a session of hers."""

    user: User
    session: Session | None = None
    token: ApiToken | None = None
    scopes: frozenset[str] | None = None
