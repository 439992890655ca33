"""Opening the warehouse: closed months from their files, all that is newer from Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
from django.db import connection as postgres
from django.db import transaction
from psycopg import sql

from accounts.models import User
from analytics.models import ClosedMonth
from analytics.warehouse.columns import (
    FORMAT,
    NAMES,
    in_month,
    month_after,
    table_of_sessions,
)
from analytics.warehouse.engine import copy_from_postgres, engine, lock_down
from analytics.warehouse.places import Place, WarehouseUnavailable, place_of_studio, quoted

# A row carries the time it was written at, and is seen once its transaction is in.
SETTLING = timedelta(hours=1)
# A session's day may lie this far from its start in UTC: zones, the day's end, long sessions.
STRADDLE = timedelta(days=3)
TRIES = 3


@dataclass(frozen=True)
class Shelf:
    """What is closed: names of months, and from when on sessions may be newer than their files.

    `missing` are months that were closed and whose files are not there: Postgres has them still.
    """

    names: tuple[str, ...]
    missing: tuple[date, ...]
    open_from: date
    changed_since: datetime | None

    @classmethod
    def of(cls, place: Place) -> Shelf:
        rows = list(ClosedMonth.objects.order_by("month"))
        there = {
            row.month: row.name
            for row in rows
            if row.name.startswith(f"{FORMAT}/") and place.has(row.name)
        }
        return cls(
            tuple(there.values()),
            tuple(row.month for row in rows if row.month not in there),
            month_after(rows[-1].month) if rows else date.min,
            min(row.checked_at for row in rows) - SETTLING if rows else None,
        )

    @property
    def closed_at(self) -> datetime | None:
        """When the files were last compared with the ledger."""
        return self.changed_since + SETTLING if self.changed_since else None

    def newer(self, user: User | None) -> sql.Composed:
        """Match the sessions that Postgres must tell: more than those at times, never fewer."""
        parts = [sql.SQL("day >= {}").format(sql.Literal(self.open_from))]
        if self.changed_since:
            parts.append(sql.SQL("updated_at >= {}").format(sql.Literal(self.changed_since)))
        parts += [in_month(month) for month in self.missing]
        newer = sql.SQL("({})").format(sql.SQL(" OR ").join(parts))
        if user is None:
            return newer
        return sql.SQL("user_id = {} AND {}").format(sql.Literal(user.pk), newer)

    def settled(self) -> str:
        """Match, in DuckDB, the sessions of closed months that nobody changed since: all others
        are `newer`.
        """
        if not self.changed_since:
            return "false"
        since = str(_in_utc(self.changed_since))
        parts = [f"day < {quoted(str(self.open_from))}", f"updated_at < {quoted(since)}"]
        parts += [
            f"date_trunc('month', day) <> {quoted(str(month))}::DATE" for month in self.missing
        ]
        return " AND ".join(parts)

    def replaced(self) -> str:
        """Match the newer sessions that a file may hold as they were before, for DuckDB or, its
        times being in UTC, Postgres.
        """
        if not self.changed_since:
            return "false"
        latest = datetime.combine(self.open_from, time.min) + STRADDLE
        since = str(_in_utc(self.changed_since))
        return f"updated_at >= {quoted(since)} AND started_at < {quoted(str(latest))}"


@contextmanager
def open_warehouse(now: datetime, user: User | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield DuckDB with `sessions`: every session as it is at this moment, or one writer's alone.

    With `user` the connection holds her sessions and can reach no others. The columns are those of
    the ledger's table, without titles; times are in UTC. `as_of` has one row: `closed_before` (a
    date: months from then on are read from Postgres), `closed_at` (when the files were last
    compared with the ledger; null while there are none) and `open_at`, which is `now`.
    Raises WarehouseUnavailable when WAREHOUSE_URL cannot be reached.
    """
    place = place_of_studio()
    with engine(place) as (connection, scratch):
        _fill(place, connection, scratch, user, now)
        lock_down(connection, [] if user else place.folders())
        yield connection


def shelf_of_studio() -> Shelf:
    """Return what is closed at this moment. One query."""
    return Shelf.of(place_of_studio())


def _fill(
    place: Place,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    user: User | None,
    now: datetime,
) -> None:
    for attempt in range(1, TRIES + 1):
        shelf = Shelf.of(place)
        _take_newer(connection, shelf, scratch, user)
        try:
            _join(place, connection, shelf, user.pk if user else None)
        except duckdb.IOException as error:
            # A file was discarded between its being named and its being read; or all are away.
            if attempt == TRIES:
                raise WarehouseUnavailable("The closed months cannot be read.") from error
            continue
        break
    connection.execute(
        "CREATE TEMP TABLE as_of AS"
        " SELECT ?::DATE AS closed_before, ?::TIMESTAMP AS closed_at, ?::TIMESTAMP AS open_at",
        [
            shelf.open_from,
            _in_utc(shelf.closed_at) if shelf.closed_at else None,
            _in_utc(now),
        ],
    )


def _in_utc(moment: datetime) -> datetime:
    """Return the moment as DuckDB keeps it: in UTC, unsaid."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _take_newer(
    connection: duckdb.DuckDBPyConnection, shelf: Shelf, scratch: Path, user: User | None
) -> None:
    connection.execute("DROP TABLE IF EXISTS newer")
    connection.execute(table_of_sessions("newer"))
    if user is not None or postgres.in_atomic_block:
        copy_from_postgres(connection, "newer", shelf.newer(user), scratch)
        return
    with transaction.atomic(), postgres.cursor() as cursor:
        # A month of everybody's may be a million sessions.
        cursor.execute("SET LOCAL statement_timeout = '30s'")
        copy_from_postgres(connection, "newer", shelf.newer(None), scratch)


def _join(
    place: Place, connection: duckdb.DuckDBPyConnection, shelf: Shelf, user_id: UUID | None
) -> None:
    """Put files and newer rows together; a session that is in both is taken from the newer."""
    query = f"SELECT {NAMES} FROM newer"
    if shelf.names:
        which = f"user_id = {quoted(str(user_id))}" if user_id else "true"
        replaced = f"SELECT id FROM newer WHERE {shelf.replaced()}"
        # Looking up every session's id would cost more than most questions do.
        if connection.execute(f"{replaced} LIMIT 1").fetchone():
            which += f" AND id NOT IN ({replaced})"
        query = f"SELECT {NAMES} FROM ({place.rows(shelf.names)}) WHERE {which} UNION ALL {query}"
    kind = "TABLE" if user_id else "VIEW"
    connection.execute(f"CREATE OR REPLACE TEMP {kind} sessions AS {query}")
