"""One run for one folder: a lock the kernel lets go of when its holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from django.core.management.base import CommandError


class FolderLock:
    """Hold `var/up.lock`, or say who holds it."""

    def __init__(self, var: Path, holder: str) -> None:
        self.path = var / "up.lock"
        self.holder = holder
        self._file = -1

    def __enter__(self) -> FolderLock:
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._file, 500).decode(errors="replace").strip()
            os.close(self._file)
            raise CommandError(
                f"Nexus is already running on {self.path.parent} ({holder}). "
                "Use that one, stop it first, or choose another folder with NEXUS_VAR."
            ) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, f"process {os.getpid()}, {self.holder}".encode())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            os.close(self._file)

    @classmethod
    def is_held(cls, var: Path) -> bool:
        """Say whether a run holds the folder, without taking it."""
        try:
            file = os.open(var / "up.lock", os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False
