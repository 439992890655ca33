"""`manage.py verify`: check that every stored number is what it is made from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nexus import embedded
from nexus.management.commands.admin import reach_database

if TYPE_CHECKING:
    from analytics.verify import Finding


class Command(BaseCommand):
    help = (
        "Check counts, hashes, revisions, the ledger and its sums, and stored files; "
        "exit code 1 if any is wrong."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--repair", action="store_true", help="sum wrong days anew; nothing else is touched"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with ExitStack() as stack:
                reach_database(stack)
                wrong = self._check(repair=options["repair"])
        except embedded.ServerError as error:
            raise CommandError(str(error)) from error
        if wrong:
            raise CommandError(f"{wrong} of these are not what they should be.", returncode=1)
        self.stdout.write("All of it adds up.")

    def _check(self, *, repair: bool) -> int:
        from analytics.verify import repair_days

        if repair:
            self.stdout.write(f"{repair_days()} days were summed anew.")
        wrong = 0
        self.stdout.write(f"{'':<48}{'checked':>10}{'wrong':>8}")
        for finding in _findings():
            self.stdout.write(f"{finding.name:<48}{finding.checked:>10,}{finding.wrong:>8,}")
            for example in finding.examples:
                self.stdout.write(f"    {example}")
            wrong += finding.wrong
        return wrong


def _findings() -> Iterator[Finding]:
    from analytics.verify import verify
    from nexus.backups.checking import stored_files

    yield from verify()
    yield stored_files()
