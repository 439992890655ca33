"""Public identifiers."""

from __future__ import annotations

import uuid

import uuid_utils


def new_id() -> uuid.UUID:
    """Return a UUIDv7: unguessable, and ordered by time so that indexes stay compact."""
    return uuid.UUID(int=uuid_utils.uuid7().int)
