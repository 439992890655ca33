"""`manage.py bring_back`: a writer's archive that is too large for the door of imports."""

from __future__ import annotations

from argparse import FileType
from contextlib import ExitStack
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DataError, IntegrityError
from django.utils import timezone

from nexus import embedded
from nexus.lib.effects import drain
from nexus.management.commands.admin import reach_database


class Command(BaseCommand):
    help = "Bring a writer's archive back into her empty account, of whatever size; all or nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("archive", type=FileType("rb"), help="the zip of “Download everything”")
        parser.add_argument("--to", required=True, metavar="EMAIL", help="whose account it becomes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with ExitStack() as stack, options["archive"] as archive:
                reach_database(stack)
                self._bring(archive, options["to"])
                drain(30)
        except embedded.ServerError as error:
            raise CommandError(str(error)) from error

    def _bring(self, archive: IO[bytes], email: str) -> None:
        from accounts.models import User
        from nexus.account_data.bringing import bring_back, looked_through
        from nexus.account_data.refusal import ArchiveRefused

        owner = User.objects.filter(email__iexact=email.strip()).first()
        if owner is None:
            raise CommandError(f"Nobody here has the e-mail {email}.")
        try:
            with looked_through(
                archive, owner, at=timezone.now(), progress=lambda step, steps: None
            ) as (into, found):
                bring_back(found, into, lambda: None)
                stories, days = len(into.stories), len({day for day, _story in into.days})
        except ArchiveRefused as refusal:
            raise CommandError(refusal.reason) from refusal
        except (IntegrityError, DataError) as error:
            raise CommandError("This archive contradicts itself; nothing was written.") from error
        self.stdout.write(f"Brought back. Stories: {stories:,}, writing days: {days:,}.")
