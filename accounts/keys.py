"""The keys that sign access tokens, and which of them are still believed.

They are files under `var/keys/access`, made on first use, or come from the environment
(`ACCESS_TOKEN_KEYS`: the first one signs, all are believed). Of the files the newest signs; an
older one is believed until its successor is an hour old, four times the life of a token. The folder
is listed at each use, so a running process knows a new key the moment another one has made it.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from nexus.lib.signing_keys import SigningKey, make_pem, read_keys

OVERLAP = timedelta(hours=1)
# How long others may keep the public keys; much shorter than the overlap.
CACHE_SECONDS = 300


def signing_key() -> SigningKey:
    """Return the key of new tokens, making it when there is none yet."""
    found = _believed(timezone.now())
    if not found:
        make_key()
        found = _believed(timezone.now())
    return found[0]


def verifying_keys() -> Mapping[str, SigningKey]:
    """Return the keys whose tokens are believed, by their names; the signing one comes first."""
    return {key.kid: key for key in _believed(timezone.now())}


def jwks() -> dict[str, list[dict[str, str]]]:
    """Return the public halves of the keys that are believed, as RFC 7517 writes a set of them."""
    signing_key()
    about = {"use": "sig", "alg": "RS256"}
    return {"keys": [about | {"kid": kid} | key.jwk for kid, key in verifying_keys().items()]}


def make_key() -> str:
    """Make the key that signs from now on; return its name.

    The file appears whole or not at all, and only its owner can read it.
    """
    kid, pem = make_pem()
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / f"{kid}.pem")
    return kid


def discard_old_keys(at: datetime) -> list[str]:
    """Delete the files whose keys are not believed any more; return their names."""
    files = _files()
    gone = files[len(_current(files, at)) :]
    for path, _ in gone:
        path.unlink(missing_ok=True)
    return [path.stem for path, _ in gone]


def _believed(at: datetime) -> list[SigningKey]:
    if settings.ACCESS_TOKEN_KEYS:
        return list(_from_environment(settings.ACCESS_TOKEN_KEYS))
    return [_read(path, made_ns) for path, made_ns in _current(_files(), at)]


def _current(files: list[tuple[Path, int]], at: datetime) -> list[tuple[Path, int]]:
    """Return the newest, and those whose successor has not been there for the whole overlap."""
    oldest = (at - OVERLAP).timestamp() * 1e9
    return [file for place, file in enumerate(files) if place == 0 or files[place - 1][1] > oldest]


def _files() -> list[tuple[Path, int]]:
    """Return the key files with the time each was made in nanoseconds, the newest first."""
    found = []
    with suppress(FileNotFoundError):
        for entry in os.scandir(_folder()):
            if entry.name.endswith(".pem"):
                found.append((Path(entry.path), entry.stat().st_mtime_ns))
    return sorted(found, key=lambda file: (-file[1], file[0].name))


def _folder() -> Path:
    return Path(settings.VAR) / "keys" / "access"


@lru_cache(maxsize=32)
def _read(path: Path, made_ns: int) -> SigningKey:
    return read_keys(path.read_text("ascii"))[0]


@lru_cache(maxsize=4)
def _from_environment(text: str) -> tuple[SigningKey, ...]:
    return read_keys(text)
