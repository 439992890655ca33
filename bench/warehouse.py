"""The warehouse beside bare DuckDB: millions of sessions summed by writer and day.

The sessions are made by DuckDB from their own numbers, so that every run has the same ones.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from bench.report import row

SIZES = (100_000, 1_000_000, 10_000_000)
MONTHS = 20
# Of one writer in one month.
SESSIONS = 100
ROUNDS = 3
GENERATED = """
    SELECT md5(concat(month, '-', i))::UUID AS id,
        md5(concat('writer-', i // {sessions}))::UUID AS user_id,
        md5(concat('story-', i // 50))::UUID AS story_id,
        md5(concat('chapter-', i // 10))::UUID AS chapter_id,
        day + to_hours(6 + (i % 16)::INTEGER) AS started_at,
        started_at + to_seconds(600 + (luck % 3600)::INTEGER) AS last_change_at,
        last_change_at AS ended_at, day::DATE AS day, 'Europe/London' AS time_zone,
        (300 + luck % 300)::INTEGER AS active_seconds, (luck % 90)::INTEGER AS saves,
        0 AS words_start, (luck % 900)::INTEGER AS words_end,
        {causes}, 'editor' AS source, 'nexus-1' AS count_rule, last_change_at AS updated_at
    FROM (
        SELECT i, month, hash(i) AS luck,
            month + to_days(((i % {sessions}) * 28 // {sessions})::INTEGER) AS day
        FROM range({rows}) AS numbers(i), (SELECT TIMESTAMP '{month}' AS month)
    ) ORDER BY user_id, started_at, id
"""
SUMS = """
    SELECT user_id, day, {sums}, count(*) AS sessions, sum(active_seconds), sum(saves),
        min(started_at), max(last_change_at)
    FROM {{sessions}} GROUP BY user_id, day
"""


def warehouse_figures() -> list[dict[str, Any]]:
    """Sum 10⁵, 10⁶ and 10⁷ sessions by writer and day."""
    taken = {size: ratio_of(size) for size in SIZES}
    figures = []
    for size, (ours, bare) in taken.items():
        name = f"roll-up of {size:,} sessions by the warehouse"
        is_judged = size == SIZES[-1]
        ratio, bar = ours / bare, "≤ 1.5 × bare DuckDB" if is_judged else "–"
        figures.append(row(f"{name}, took", ours, "s", "–", met=True))
        figures.append(row(name, ratio, "×", bar, met=not is_judged or ratio <= 1.5))
    growth = taken[SIZES[-1]][0] / taken[SIZES[0]][0]
    most = SIZES[-1] / SIZES[0]
    name = "the same, from 10⁵ to 10⁷"
    return [*figures, row(name, growth, "×", f"≤ {most:.0f} ×", met=growth <= most)]


def ledger_figures(rows: int) -> list[dict[str, Any]]:
    """Close the months of the ledger there is, and sum it by writer and day."""
    from django.test import override_settings
    from django.utils import timezone

    from analytics.warehouse import open_warehouse
    from analytics.warehouse.months import close_months

    at = timezone.now()
    with tempfile.TemporaryDirectory() as folder, override_settings(WAREHOUSE_URL=folder):
        began = time.perf_counter()
        close_months(at=at)
        closed = time.perf_counter() - began
        began = time.perf_counter()
        close_months(at=at)
        again = time.perf_counter() - began
        size = sum(file.stat().st_size for file in Path(folder).rglob("*.parquet")) / 1e6
        began = time.perf_counter()
        with open_warehouse(at) as warehouse:
            warehouse.execute(sums_of("sessions")).fetchmany(1)
        summed = time.perf_counter() - began
        forget_all()
    return [
        row(f"{rows:,} sessions from Postgres to Parquet", closed, "s", "≤ 60 s", met=closed <= 60),
        row("the same again, nothing having changed", again, "s", "≤ 30 s", met=again <= 30),
        row("their files", size, "MB", "–", met=True),
        row("their roll-up by the warehouse", summed, "s", "≤ 5 s", met=summed <= 5),
    ]


def ratio_of(size: int) -> tuple[float, float]:
    """Return the best seconds of the warehouse and of bare DuckDB over the same files."""
    from django.test import override_settings

    forget_all()
    with tempfile.TemporaryDirectory() as folder, override_settings(WAREHOUSE_URL=folder):
        files = write_months(Path(folder), size)
        listed = ", ".join(f"'{file}'" for file in files)
        bare_query = sums_of(f"read_parquet([{listed}])")
        ours, bare = [], []
        for _round in range(ROUNDS):
            ours.append(timed(ask_warehouse))
            bare.append(timed(lambda: ask_bare(bare_query)))
        forget_all()
    return min(ours), min(bare)


def write_months(folder: Path, size: int) -> list[Path]:
    """Write the files of the months before this one, and name them to the studio."""
    from django.utils import timezone

    from analytics.models import ClosedMonth
    from analytics.warehouse.columns import FORMAT, NAMES
    from analytics.words import CAUSES

    now, files = timezone.now(), []
    causes = ", ".join(f"(luck % {300 + place})::INTEGER AS {c}" for place, c in enumerate(CAUSES))
    (folder / FORMAT).mkdir()
    with duckdb.connect(config={"threads": 2}) as connection:
        for month in months_before(now.date()):
            name = f"{FORMAT}/{month:%Y-%m}-{size:016x}"
            query = GENERATED.format(
                sessions=SESSIONS, causes=causes, rows=size // MONTHS, month=month
            )
            files.append(folder / f"{name}.parquet")
            connection.execute(
                f"COPY (SELECT {NAMES} FROM ({query})) TO '{files[-1]}'"
                " (FORMAT parquet, COMPRESSION zstd)"
            )
            ClosedMonth.objects.create(
                month=month, name=name, rows=size // MONTHS, checked_at=now + timedelta(hours=1)
            )
    return files


def months_before(today: date) -> list[date]:
    months = [today.replace(day=1)]
    for _number in range(MONTHS):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[:0:-1]


def forget_all() -> None:
    from analytics.models import ClosedMonth

    ClosedMonth.objects.all().delete()


def sums_of(sessions: str) -> str:
    from analytics.words import CAUSES

    sums = ", ".join(f"sum({cause}) AS {cause}" for cause in CAUSES)
    return SUMS.format(sums=sums).format(sessions=sessions)


def ask_warehouse() -> None:
    from analytics.warehouse import open_warehouse

    with open_warehouse(now()) as warehouse:
        warehouse.execute(f"CREATE TEMP TABLE summed AS {sums_of('sessions')}")


def ask_bare(query: str) -> None:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"CREATE TEMP TABLE summed AS {query}")


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
