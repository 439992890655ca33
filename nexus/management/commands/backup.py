"""`manage.py backup`: everything of this studio in one folder, while it is in use."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nexus import embedded
from nexus.backups import keeping, making
from nexus.backups.manifest import KEY, BackupError
from nexus.lock import FolderLock
from nexus.management.commands.admin import reach_database

ONE_OF = {"stories": "story"}


class Command(BaseCommand):
    help = "Back up the database and all stored files, also while people write."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, help="the folder to make it in (var/backups)")
        parser.add_argument(
            "--rolling",
            action="store_true",
            help="only if somebody wrote since the last one, gently, and discard old ones",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        folder = (options["to"] or keeping.home()).absolute()
        started = time.monotonic()
        try:
            with ExitStack() as stack, stoppable():
                self._reach(stack)
                backup = self._make(folder, is_rolling=options["rolling"])
        except (BackupError, embedded.ServerError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped; nothing of this backup was kept.") from None
        if backup is not None:
            self._tell(backup, time.monotonic() - started)
            if not options["rolling"]:
                self._warn(backup)

    def _reach(self, stack: ExitStack) -> None:
        is_embedded = not os.environ.get("DATABASE_URL")
        is_new = not (embedded.Places(settings.VAR).postgres / "PG_VERSION").exists()
        if is_embedded and is_new and not FolderLock.is_held(settings.VAR):
            raise BackupError(f"There is nothing to back up yet in {settings.VAR}.")
        reach_database(stack, holder="manage.py backup", migrates=False)

    def _make(self, folder: Path, *, is_rolling: bool) -> making.Backup | None:
        if not is_rolling:
            return making.make_backup(folder)
        os.nice(19)
        try:
            return making.make_rolling(folder)
        except keeping.Busy as error:
            self.stdout.write(str(error))
            return None

    def _tell(self, backup: making.Backup, seconds: float) -> None:
        found = backup.manifest
        self.stdout.write(
            f"Backed up {amounts(found.counts)} and {amounts({'files': len(found.files)})}"
            f" ({found.size / 1e6:,.1f} MB) in {seconds:.1f} s: {backup.path}"
        )
        if found.missing:
            self.stdout.write(f"{len(found.missing)} files are named but not there, as before.")

    def _warn(self, backup: making.Backup) -> None:
        with_key = " and the key of this studio" if (backup.path / KEY).exists() else ""
        self.stdout.write(f"It holds every text{with_key}: keep it as safe as the studio itself.")


def amounts(counts: Mapping[str, int]) -> str:
    """Say how many there are of what: `1 account, 61 chapters`."""
    return ", ".join(
        f"{count:,} {ONE_OF.get(name, name[:-1]) if count == 1 else name}"
        for name, count in counts.items()
    )


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the block as Ctrl-C does, tidily."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
