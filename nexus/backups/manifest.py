"""What a backup says of itself, and whether its parts are still what they were."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
KEY = "secret_key"
FILES = "files"
BLOCK = 1024 * 1024


class BackupError(Exception):
    """A sentence for the host: why a backup could not be made or brought back."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup: where it lies in the folder, its bytes and their SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything there is to know of a backup before it is touched.

    `taken_at` is the instant whose state it holds. `postgres` and `tool` are the major versions of
    the server and of `pg_dump`. `migrations` are the applied ones as `app.name`. `counts` is how
    many there are of what. `missing` names files that rows of that instant name and that were not
    there either. `key_digest` tells one studio key from another; `changes` one state of the tables.
    """

    version: str
    taken_at: datetime
    postgres: int
    tool: int
    migrations: tuple[str, ...]
    counts: Mapping[str, int]
    parts: tuple[Part, ...]
    missing: tuple[str, ...]
    key_digest: str
    changes: str
    format: int = FORMAT

    @property
    def size(self) -> int:
        """The bytes of all parts."""
        return sum(part.size for part in self.parts)

    @property
    def files(self) -> list[str]:
        """The names of the stored files, as rows name them."""
        begin = f"{FILES}/"
        return [part.name.removeprefix(begin) for part in self.parts if part.name.startswith(begin)]

    def to_json(self) -> str:
        values = asdict(self) | {"taken_at": self.taken_at.astimezone(UTC).isoformat()}
        return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def read_manifest(backup: Path) -> Manifest:
    """Read what the folder says of itself.

    Raises BackupError for what is no backup, a torn one, or one in a format we do not know.
    """
    try:
        values = json.loads((backup / MANIFEST).read_text("utf-8"))
        if values["format"] > FORMAT:
            raise BackupError(f"{backup} was made by a newer version of Nexus.")
        return _from_json(values)
    except OSError as error:
        raise BackupError(f"{backup} is no backup of Nexus: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{backup} is no backup of Nexus, or its {MANIFEST} is torn.") from error


def _from_json(values: dict[str, Any]) -> Manifest:
    parts = tuple(Part(**part) for part in values["parts"])
    for part in parts:
        path = PurePosixPath(part.name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError(part.name)
    lists = {name: tuple(values[name]) for name in ("migrations", "missing")}
    taken_at = datetime.fromisoformat(values["taken_at"])
    return Manifest(**(values | lists | {"parts": parts, "taken_at": taken_at}))


def check_parts(backup: Path, manifest: Manifest) -> None:
    """Read every part; raise BackupError for the first that is not what was written."""
    for part in manifest.parts:
        path = backup / part.name
        try:
            is_whole = path.stat().st_size == part.size and digest_of(path) == part.sha256
        except OSError as error:
            raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
        if not is_whole:
            raise BackupError(
                f"{path} is damaged: it is not the file that was written. "
                "Nothing was restored; please choose another backup."
            )


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe(backup: Path, name: str) -> Part:
    """Put a part that was written on disk for good, and return its size and digest."""
    path = backup / name
    sync(path)
    return Part(name, path.stat().st_size, digest_of(path))


class Chunks(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


def copy(source: Chunks, target: IO[bytes]) -> None:
    while block := source.read(BLOCK):
        target.write(block)


def sync(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
