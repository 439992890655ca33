"""A million sessions taken away as CSV, beside a bare COPY of the same rows."""

from __future__ import annotations

import resource
import time
from typing import Any

from bench.inside import Studio
from bench.pages import SESSIONS
from bench.report import row

EXPORTED = 1_000_000
EXPORT_STORIES = 500
COPY = "COPY (SELECT * FROM analytics_writingsession WHERE user_id = %s ORDER BY day) TO STDOUT CSV"


def export_figures(studio: Studio) -> list[dict[str, Any]]:
    """Take a million sessions away as CSV: beside a bare COPY of the same rows, and in how much
    memory.
    """
    from django.db import connection

    from accounts.models import User
    from stories.services.stories import create_story

    at = studio.user.created_at
    writer = User.objects.create(username="million", email="million@bench.test")
    stories = [create_story(writer, title=f"Bench {n}", at=at).pk for n in range(EXPORT_STORIES)]
    with connection.cursor() as cursor:
        days = EXPORTED // EXPORT_STORIES
        # A million rows take longer than a request may.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(SESSIONS, {"user": writer.pk, "stories": stories, "days": days})
        cursor.execute("ANALYZE analytics_writingsession")
        began = time.perf_counter()
        with cursor.copy(COPY, [writer.pk]) as copy:
            for _block in copy:
                pass
        bare = time.perf_counter() - began
        cursor.execute("RESET statement_timeout")
    return [*streamed_export(writer, bare), row("the same rows by COPY", bare, "s", "–", met=True)]


def streamed_export(writer: Any, bare: float) -> list[dict[str, Any]]:
    from analytics.exports import csv_chunks
    from analytics.models import WritingSession
    from analytics.tables import session_table

    table = session_table(WritingSession.objects.filter(user=writer))
    before, began = peak_memory(), time.perf_counter()
    chunks = csv_chunks(table)
    next(chunks)
    next(chunks)
    first = time.perf_counter() - began
    rows = sum(chunk.count(b"\n") for chunk in chunks)
    taken, grown = time.perf_counter() - began, peak_memory() - before
    if rows < EXPORTED * 0.99:
        raise SystemExit(f"Only {rows:,} sessions were exported.")
    name = f"{EXPORTED:,} sessions as CSV"
    return [
        row(f"{name}, first rows after", first * 1000, "ms", "≤ 500 ms", met=first <= 0.5),
        row(name, taken, "s", "≤ 60 s", met=taken <= 60),
        row(f"{name}, memory", grown, "MB", "≤ 50 MB", met=grown <= 50),
    ]


def peak_memory() -> float:
    """Return the most memory this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
