"""Closing months: writing what is over, writing it again when it was changed, forgetting people.

A month's fingerprint is made by Postgres from every value of every session. As long as it is the
one kept with the month, nothing is written, so a task delivered twice or to two workers finds
nothing left to do. All who write take turns on the table of closed months.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import structlog
from django.db import connection as postgres
from django.db import transaction
from psycopg import sql

from analytics.models import ClosedMonth
from analytics.warehouse.columns import (
    COLUMNS,
    FORMAT,
    NAMES,
    TABLE,
    in_month,
    month_of,
    table_of_sessions,
)
from analytics.warehouse.engine import copy_from_postgres, engine
from analytics.warehouse.places import Place, WarehouseUnavailable, place_of_studio, quoted
from nexus.lib.failpoints import hit

# The last day of a month ends 18 hours after midnight UTC somewhere, and its last session later.
WAIT = timedelta(days=2)
SORTED = "ORDER BY user_id, started_at, id"
MODULUS = 2**64
logger = structlog.get_logger("nexus.warehouse")


def close_months(*, at: datetime) -> int:
    """Bring the files of all months that are over to what the ledger says; return how many changed.

    New months come first and in order: readers take the last one for the end of what is closed.
    """
    place, changed = place_of_studio(), 0
    sweep()
    with engine(place) as (connection, scratch):
        closed = set(ClosedMonth.objects.values_list("month", flat=True))
        found = _months_before(month_of((at - WAIT).date()))
        for month in (*sorted(found - closed), *sorted(closed)):
            changed += _close(place, connection, month, scratch)
    return changed


def write_again(spoiled: Collection[date], *, at: datetime) -> None:
    """Write months over whose files say something else than the ledger, fingerprint or not.

    Until they are written their sessions come from Postgres.
    """
    for month in spoiled:
        ClosedMonth.objects.filter(month=month).update(name=f"spoiled/{month}")
    close_months(at=at)


def forget_writer(user_id: UUID) -> int:
    """Take one writer's sessions out of every file; return how many months held any.

    Belongs into the transaction that deletes her: until that is in, readers keep the old files, and
    nobody else closes a month meanwhile. Raises WarehouseUnavailable when a file stays as it was.
    """
    place = place_of_studio()
    try:
        with taking_turns(), engine(place) as (connection, _scratch):
            rows = [row for row in ClosedMonth.objects.all() if place.has(row.name)]
            held = [row for row in rows if _holds(place, connection, row, user_id)]
            for row in held:
                _keep_without(place, connection, row, user_id)
    except duckdb.Error as error:
        raise WarehouseUnavailable(f"A month cannot be written: {error}") from error
    transaction.on_commit(sweep, robust=True)
    return len(held)


@contextmanager
def taking_turns() -> Iterator[None]:
    """Wait for whoever else writes the warehouse; readers wait for nobody."""
    with transaction.atomic(), postgres.cursor() as cursor:
        # A month of a million sessions takes longer than a request may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL lock_timeout = '10min'")
        cursor.execute("LOCK TABLE analytics_closedmonth IN SHARE ROW EXCLUSIVE MODE")
        yield


def sweep() -> None:
    """Discard what an earlier run replaced, or wrote and never came to name."""
    place = place_of_studio()
    with taking_turns(), engine(place) as (connection, _scratch):
        named = set(ClosedMonth.objects.values_list("name", flat=True))
        for name in place.kept(connection) - named:
            place.discard(connection, name)


def _months_before(end: date) -> set[date]:
    with taking_turns(), postgres.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT date_trunc('month', day)::date FROM analytics_writingsession"
            " WHERE day < %s",
            [end],
        )
        return {month for (month,) in cursor.fetchall()}


def _close(place: Place, connection: duckdb.DuckDBPyConnection, month: date, scratch: Path) -> bool:
    """Write the month if its file is not what the ledger says; return whether it was written."""
    with taking_turns():
        checked_at, rows, fingerprint = _look_at(in_month(month))
        name = f"{FORMAT}/{month:%Y-%m}-{fingerprint:016x}"
        stored = ClosedMonth.objects.filter(month=month).first()
        is_right = stored is not None and stored.name == name and place.has(name)
        if not is_right:
            connection.execute(table_of_sessions("month"))
            copy_from_postgres(connection, "month", in_month(month), scratch)
            place.keep(connection, name, f"SELECT {NAMES} FROM month {SORTED}")
            connection.execute("DROP TABLE month")
            hit("month-written")
        ClosedMonth.objects.update_or_create(
            month=month, defaults={"name": name, "rows": rows, "checked_at": checked_at}
        )
    if not is_right:
        logger.info("month_closed", month=str(month), rows=rows, again=stored is not None)
    return not is_right


def _look_at(which: sql.Composable) -> tuple[datetime, int, int]:
    """Return the time, and how many sessions there are, and their fingerprint."""
    texts = (sql.SQL("{}::text").format(sql.Identifier(name)) for name in COLUMNS)
    query = sql.SQL(
        "SELECT count(*), coalesce(sum(hashtextextended(concat_ws('|', {}), 0)::numeric), 0)"
        " FROM {} WHERE {}"
    )
    with postgres.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        ((now,),) = cursor.fetchall()
        cursor.execute(query.format(sql.SQL(", ").join(texts), TABLE, which))
        ((rows, total),) = cursor.fetchall()
    return now, rows, int(total) % MODULUS


def _holds(
    place: Place, connection: duckdb.DuckDBPyConnection, row: ClosedMonth, user_id: UUID
) -> bool:
    query = f"SELECT 1 FROM ({place.rows([row.name])}) WHERE user_id = {quoted(str(user_id))}"
    return connection.execute(f"{query} LIMIT 1").fetchone() is not None


def _keep_without(
    place: Place, connection: duckdb.DuckDBPyConnection, row: ClosedMonth, user_id: UUID
) -> None:
    """Copy the month but for one writer; a fingerprint is a sum, so that her part comes off it."""
    hers = sql.SQL("user_id = {} AND {}").format(sql.Literal(user_id), in_month(row.month))
    _now, rows, part = _look_at(hers)
    old, fingerprint = row.name, int(row.name[-16:], 16)
    row.name = f"{FORMAT}/{row.month:%Y-%m}-{(fingerprint - part) % MODULUS:016x}"
    row.rows = max(0, row.rows - rows)
    others = f"user_id <> {quoted(str(user_id))}"
    place.keep(
        connection, row.name, f"SELECT {NAMES} FROM ({place.rows([old])}) WHERE {others} {SORTED}"
    )
    row.save(update_fields=["name", "rows"])
