"""Do the warehouse and Postgres tell the same? By month, and over everything they sum."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import duckdb
from django.db import connection as postgres
from django.db import transaction

from analytics.reports.figures import SUMMED
from analytics.warehouse.reading import open_warehouse

TOTALS = f"""
    SELECT date_trunc('month', day)::date, count(*), count(DISTINCT user_id),
        {", ".join(f"sum({name})::bigint" for name in SUMMED)}
    FROM {{sessions}} GROUP BY 1
"""
Totals = dict[date, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many months were compared, the sessions they hold, and the months whose totals differ."""

    months: int
    sessions: int
    differing: tuple[date, ...]


def compare(*, at: datetime) -> Comparison:
    """Compare every month's sessions, writers and sums in both.

    People write meanwhile: a month counts as differing when it does so twice.
    Raises WarehouseUnavailable when the files cannot be read.
    """
    kept, told = _totals(at)
    differing = _differing(kept, told)
    if differing:
        kept, told = _totals(at)
        differing &= _differing(kept, told)
    return Comparison(len(told), sum(row[0] for row in told.values()), tuple(sorted(differing)))


def _totals(at: datetime) -> tuple[Totals, Totals]:
    """Return the totals of the warehouse and of Postgres, however long it takes."""
    with transaction.atomic():
        with postgres.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        with open_warehouse(at) as warehouse:
            return _in_warehouse(warehouse), _in_postgres()


def _in_warehouse(warehouse: duckdb.DuckDBPyConnection) -> Totals:
    rows = warehouse.execute(TOTALS.format(sessions="sessions")).fetchall()
    return {month: tuple(totals) for month, *totals in rows}


def _in_postgres() -> Totals:
    with postgres.cursor() as cursor:
        cursor.execute(TOTALS.format(sessions="analytics_writingsession"))
        return {month: tuple(totals) for month, *totals in cursor.fetchall()}


def _differing(kept: Totals, told: Totals) -> set[date]:
    return {month for month in kept.keys() | told.keys() if kept.get(month) != told.get(month)}
