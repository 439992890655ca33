"""What the warehouse keeps of a session: all its columns but titles and the marks of cuts."""

from __future__ import annotations

from datetime import date, timedelta

from psycopg import sql

from analytics.words import CAUSES

# As part of each name, so that files of other columns are never taken for these.
FORMAT = "sessions-1"
COLUMNS = {
    "id": "UUID",
    "user_id": "UUID",
    "story_id": "UUID",
    "chapter_id": "UUID",
    "started_at": "TIMESTAMP",
    "last_change_at": "TIMESTAMP",
    "ended_at": "TIMESTAMP",
    "day": "DATE",
    "time_zone": "VARCHAR",
    "active_seconds": "INTEGER",
    "saves": "INTEGER",
    "words_start": "INTEGER",
    "words_end": "INTEGER",
    **dict.fromkeys(CAUSES, "INTEGER"),
    "source": "VARCHAR",
    "count_rule": "VARCHAR",
    "updated_at": "TIMESTAMP",
}
NAMES = ", ".join(COLUMNS)
TABLE = sql.Identifier("analytics_writingsession")
EMPTY = "CREATE TEMP TABLE {name} ({columns})"


def columns_for_postgres() -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, COLUMNS))


def table_of_sessions(name: str) -> str:
    """Return the SQL of an empty table like `sessions`."""
    columns = ", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())
    return EMPTY.format(name=name, columns=columns)


def month_of(day: date) -> date:
    return day.replace(day=1)


def month_after(month: date) -> date:
    """Return the first day of the month after that of `month`."""
    return month_of(month_of(month) + timedelta(days=31))


def in_month(month: date) -> sql.Composed:
    return sql.SQL("day >= {} AND day < {}").format(
        sql.Literal(month), sql.Literal(month_after(month))
    )
