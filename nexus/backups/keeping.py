"""Where backups lie, which of the rolling ones stay, and how the last attempt went."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.conf import settings

from nexus.backups.manifest import BackupError, sync

BY_HAND, ROLLING = "backup", "rolling"
INTERVAL = timedelta(minutes=15)
# A start has better things to do.
FIRST_AFTER = timedelta(minutes=1)
KEPT = 24
DAYS = 14
DRAFT = ".draft-"
FAILURE = "last-failure"
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(rf"({BY_HAND}|{ROLLING})-(\d{{8}}T\d{{6}}Z)")


class Busy(BackupError):
    """Somebody makes a backup in this folder right now."""


def home() -> Path:
    """Where backups go unless another folder is named."""
    return Path(settings.VAR) / "backups"


def name_of(kind: str, taken_at: datetime) -> str:
    return f"{kind}-{taken_at.astimezone(UTC):{STAMP}}"


def moment_of(backup: Path) -> datetime | None:
    """Return the second in a backup's name, None for what has no such name."""
    found = NAME.fullmatch(backup.name)
    return datetime.strptime(found[2], STAMP).replace(tzinfo=UTC) if found else None


def backups_in(folder: Path, *kinds: str) -> list[Path]:
    """Return the whole backups of these kinds (all without any), the newest first."""
    found = []
    with suppress(FileNotFoundError):
        for entry in folder.iterdir():
            moment = moment_of(entry)
            if moment and (not kinds or entry.name.partition("-")[0] in kinds):
                found.append((moment, entry))
    return [path for _moment, path in sorted(found, reverse=True)]


# --- Which stay -------------------------------------------------------------------


def worth_keeping(moments: Iterable[datetime]) -> set[datetime]:
    """Choose the newest 24, and of each of the last 14 days that have any the newest one.

    Days are those of UTC. Only days with a backup count: after weeks away, coming back does not
    cost the days before.
    """
    ordered = sorted(set(moments), reverse=True)
    newest_of: dict[date, datetime] = {}
    for moment in ordered:
        newest_of.setdefault(moment.astimezone(UTC).date(), moment)
    return {*ordered[:KEPT], *list(newest_of.values())[:DAYS]}


def discard_old(folder: Path) -> list[Path]:
    """Delete the rolling backups that need not stay, and none made by hand; return them."""
    rolling = {path: moment_of(path) for path in backups_in(folder, ROLLING)}
    stay = worth_keeping(moment for moment in rolling.values() if moment)
    gone = [path for path, moment in rolling.items() if moment not in stay]
    for path in gone:
        # Under its own name it is whole until it is no more.
        draft = folder / f"{DRAFT}{path.name}"
        path.rename(draft)
        shutil.rmtree(draft)
    return gone


# --- Making room and taking turns -------------------------------------------------


@contextmanager
def turn_in(folder: Path) -> Iterator[None]:
    """Be the only one who makes backups in a folder, and clear away what a killed one left."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BackupError(f"{folder} cannot be written: {error.strerror}.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in folder.glob(f"{DRAFT}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    except BlockingIOError as error:
        raise Busy(f"Another backup is being made in {folder}.") from error
    finally:
        os.close(file)


@contextmanager
def draft_in(folder: Path) -> Iterator[Path]:
    """Give a folder to fill, which is gone at the end of the block unless it was published."""
    draft = folder / f"{DRAFT}{os.getpid()}"
    draft.mkdir(mode=0o700)
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def publish(draft: Path, path: Path) -> None:
    """Let a draft appear under its name, whole and on disk for good."""
    for folder, _folders, _files in os.walk(draft, topdown=False):
        sync(Path(folder))
    if path.exists():
        raise BackupError(f"{path} is there already. Please try again in a second.")
    draft.rename(path)
    sync(path.parent)


# --- How it goes ------------------------------------------------------------------


def note_failure(folder: Path, reason: str) -> None:
    """Leave word for the health page. On a full disk its name alone must do."""
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / FAILURE).write_text(reason, "utf-8")


def forget_failure(folder: Path) -> None:
    (folder / FAILURE).unlink(missing_ok=True)


def last_failure(folder: Path) -> str | None:
    """Return why the last attempt failed, None when it did not."""
    try:
        return (folder / FAILURE).read_text("utf-8") or "The log says why."
    except FileNotFoundError:
        return None


def seconds_to_first(folder: Path, *, at: datetime) -> float:
    """Return how long after a start the first attempt is due: a minute to a quarter of an hour."""
    newest = backups_in(folder)
    moment = moment_of(newest[0]) if newest else None
    wait = moment + INTERVAL - at if moment else FIRST_AFTER
    return min(max(wait, FIRST_AFTER), INTERVAL).total_seconds()
