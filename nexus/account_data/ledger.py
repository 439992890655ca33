"""The ledger and the days rolled up from it, as JSON and as tables for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from analytics.models import WritingDay, WritingSession
from nexus.account_data.archive import Archive

AT_A_TIME = 500
OMITTED = ("user_id",)


def write_ledger(archive: Archive, owner: User) -> None:
    sessions = WritingSession.objects.visible_to(owner).order_by("started_at", "pk")
    days = WritingDay.objects.visible_to(owner).order_by("day", "pk")
    for name, rows in (("sessions", sessions), ("days", days)):
        names = [
            field.attname
            for field in rows.model._meta.concrete_fields
            if field.attname not in OMITTED
        ]
        archive.add_json_list(f"ledger/{name}.json", _plain(rows, names))
        archive.add_csv(f"ledger/{name}.csv", names, _plain(rows, names))


def _plain(rows: QuerySet[Any], names: list[str]) -> Iterator[dict[str, Any]]:
    """Read row by row; values instead of instances, since a life of writing has many."""
    return rows.values(*names).iterator(chunk_size=AT_A_TIME)
