"""Files that are no single book, such as a whole archive: the apps above say how each comes in.

A door looks at the upload's bytes. What it recognises is read and written by it and by nobody else;
its reading's result has `format` equal to its name, besides the keys of any reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from jobs.models import Job
from jobs.work import Run, Shown


@dataclass(frozen=True)
class Door:
    """How a kind of file comes in: `kind` is the work that writes what `read` found.

    `show` words a finished reading, knowing whether it has been written; `refuse` raises a
    DomainError when it cannot be written now.
    """

    name: str
    kind: str
    recognises: Callable[[IO[bytes]], bool]
    read: Callable[[Run], dict[str, Any]]
    show: Callable[[Job, bool], Shown]
    refuse: Callable[[Job], None]


_doors: dict[str, Door] = {}


def register_door(door: Door) -> None:
    _doors[door.name] = door


def door_for(file: IO[bytes]) -> Door | None:
    """Return the door an upload belongs to; the file is at its start again."""
    found = next((door for door in _doors.values() if door.recognises(file)), None)
    file.seek(0)
    return found


def door_of(reading: Job) -> Door | None:
    """Return the door through which a finished reading came."""
    return _doors.get((reading.result or {}).get("format", ""))


def written_by() -> list[str]:
    """Return the kinds of work that write what doors have read."""
    return [door.kind for door in _doors.values()]
