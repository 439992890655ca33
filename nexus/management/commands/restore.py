"""`manage.py restore BACKUP`: bring a backup back into an empty studio."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from nexus import embedded, setup_steps
from nexus.backups import restoring
from nexus.backups.manifest import BackupError, Manifest
from nexus.backups.postgres import Database
from nexus.lock import FolderLock
from nexus.management.commands.admin import reach_database
from nexus.management.commands.backup import amounts, stoppable

NEW_KEY = (
    "The SECRET_KEY differs from the one of the backup: text that a browser holds and has not sent"
    " yet cannot be opened. If you still have the old key, set it now, before anybody signs in."
)


class Command(BaseCommand):
    help = "Bring a backup back into an empty Nexus, and check every number of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, help="the folder that `backup` made")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        backup = options["backup"].absolute()
        try:
            manifest = restoring.examine(backup)
            with ExitStack() as stack, stoppable():
                self._reach(stack)
                self._restore(backup, manifest, is_sure=options["yes"])
        except (BackupError, embedded.ServerError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. Start the restore again to finish it.") from None

    def _reach(self, stack: ExitStack) -> None:
        if not os.environ.get("DATABASE_URL") and FolderLock.is_held(settings.VAR):
            raise BackupError(f"Nexus is running on {settings.VAR}. Stop it, then restore.")
        reach_database(stack, holder="manage.py restore", migrates=False)

    def _restore(self, backup: Path, manifest: Manifest, *, is_sure: bool) -> None:
        database = Database.of_studio()
        connection.close()
        restoring.refuse_occupied(database)
        if not is_sure:
            self._ask(manifest)
        restoring.bring_back(backup, manifest, database)
        if setup_steps.migrate():
            self.stdout.write("The database was brought up to date.")
        try:
            call_command("verify", stdout=self.stdout)
        finally:
            self._tell(manifest)

    def _ask(self, manifest: Manifest) -> None:
        question = f"Restore the backup of {moment(manifest)} into {settings.VAR}? [y/N] "
        try:
            is_sure = input(question).strip().lower() in {"y", "yes"}
        except EOFError:
            is_sure = False
        if not is_sure:
            raise BackupError("Nothing was restored. `--yes` restores without asking.")

    def _tell(self, manifest: Manifest) -> None:
        files = amounts({"files": len(manifest.files)})
        self.stdout.write(
            f"Restored the backup of {moment(manifest)}: {amounts(manifest.counts)} and {files}."
        )
        self.stdout.write(
            "Passwords, second steps and API tokens are those of that moment."
            " Everybody signs in once more."
        )
        if not restoring.has_its_key(manifest):
            self.stdout.write(NEW_KEY)


def moment(manifest: Manifest) -> str:
    return f"{manifest.taken_at:%-d %B %Y, %H:%M:%S} UTC"
