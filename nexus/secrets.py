"""Keys made on the first start and kept under `var/keys`, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

SHORTEST = 40
# Fewer different characters are a word repeated, not a key.
FEWEST_CHARACTERS = 10
# How keys begin that tools write into files which are then published.
DEFAULTS = ("django-insecure", "changeme", "change-me", "change_me", "secret", "your-")


def read_or_make(var: Path, name: str) -> str:
    """Return the key `name`, making it when this is the first start.

    Two processes may start at once, so the file appears whole or not at all and the first
    one wins.
    """
    path = var / "keys" / name
    with suppress(FileNotFoundError):
        return path.read_text("ascii").strip()
    _make(path)
    return path.read_text("ascii").strip()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def is_secret(key: str) -> bool:
    """Say whether a key can guard anything: long, of many characters, and no known default."""
    if len(key) < SHORTEST or len(set(key)) < FEWEST_CHARACTERS:
        return False
    return not key.lower().startswith(DEFAULTS)
