"""The rows of an account on their way into an archive: some at a time, and as of one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import User
from nexus.account_data.archive import Archive
from nexus.account_data.sections import DAYS, LEDGER, SECTIONS, VERSIONS, Section, section_at

# As tables for a spreadsheet, too.
TABLES = (LEDGER, DAYS)


def write_versions(archive: Archive, owner: User, tick: Callable[[], None]) -> None:
    """Write the kept versions, the bulk of an archive.

    They are read before their chapters are: whatever is saved meanwhile, no version is newer than
    its chapter.
    """
    section = section_at(VERSIONS)
    archive.add_json_list(section.path, _ticking(_rows(section, owner), tick))


def write_rows(archive: Archive, owner: User, check: Callable[[], None]) -> None:
    """Write all other rows as of one moment, so that the ledger explains the words of the text.

    `check` may raise to stop it; progress is not to be told from within that moment.
    """
    with _one_moment():
        for section in SECTIONS:
            if section.path != VERSIONS:
                archive.add_json_list(section.path, _ticking(_rows(section, owner), check))
        for path in TABLES:
            section = section_at(path)
            names = [column.attname for column in section.columns]
            rows = _ticking(_rows(section, owner), check)
            archive.add_csv(path.replace(".json", ".csv"), names, rows)


def in_pieces(rows: QuerySet[Any], size: int) -> Iterator[Any]:
    """Read rows some at a time, in their order; one that goes away meanwhile is passed over."""
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), size):
        piece = {row.pk: row for row in rows.filter(pk__in=keys[start : start + size]).order_by()}
        yield from (piece[key] for key in keys[start : start + size] if key in piece)


def _rows(section: Section, owner: User) -> Iterator[dict[str, Any]]:
    names = [column.attname for column in section.columns]
    rows = section.rows(owner).only(*names)
    for row in in_pieces(rows, section.batch):
        yield {name: getattr(row, name) for name in names}


def _ticking(rows: Iterator[dict[str, Any]], tick: Callable[[], None]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield row
        tick()


@contextmanager
def _one_moment() -> Iterator[None]:
    """See the database as it is now, whatever others write; within a transaction, see its state."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")
        yield
