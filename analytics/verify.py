"""Does everything add up? Counts, hashes, revisions, the ledger and its sums, checked against each
other. Reads alone, also while people write: each figure is compared within one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from analytics.models import WritingSession
from analytics.reports.figures import SETTLING, SUMMED
from analytics.rollups import roll_up_day
from analytics.warehouse.comparing import compare
from analytics.words import ADDED, TAKEN
from stories.counting import RULE, count_words
from stories.models import Chapter, ChapterVersion
from stories.text import content_hash, to_text

MOST_EXAMPLES = 5
CHUNK = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check looked at, and what of it is wrong: `examples` name a few."""

    name: str
    checked: int
    wrong: int = 0
    examples: tuple[str, ...] = ()


def verify() -> Iterator[Finding]:
    """Make every check, one after the other."""
    for check in CHECKS:
        # A book or a million sessions take longer than a request may.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            finding = check()
        yield finding


def repair_days() -> int:
    """Sum the days anew that are not what their sessions say; return how many there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        days = {(user_id, day) for user_id, day in _drifted(cursor)[1]}
    users = User.objects.in_bulk({user_id for user_id, _day in days})
    for user_id, day in sorted(days):
        if user_id in users:
            roll_up_day(users[user_id], day, at=timezone.now())
    return len(days)


def _chapters() -> Finding:
    rows = Chapter.objects.filter(count_rule=RULE).iterator(chunk_size=CHUNK)
    return _look("chapters: words, text and hash", rows, _is_chapter_right)


def _is_chapter_right(chapter: Chapter) -> bool:
    return (
        chapter.text == to_text(chapter.content)
        and chapter.word_count == count_words(chapter.text)
        and chapter.content_hash == content_hash(chapter.content)
    )


def _versions() -> Finding:
    rows = ChapterVersion.objects.select_related("chapter").defer(
        "chapter__content", "chapter__text"
    )
    return _look(
        "versions: words, hash and revision", rows.iterator(chunk_size=CHUNK), _is_version_right
    )


def _is_version_right(version: ChapterVersion) -> bool:
    is_past = version.revision is None or version.revision <= version.chapter.content_revision
    return (
        is_past
        and version.word_count == count_words(to_text(version.content))
        and version.content_hash == content_hash(version.content)
    )


def _look(name: str, rows: Iterable[Any], is_right: Callable[[Any], bool]) -> Finding:
    checked, wrong = 0, []
    for row in rows:
        checked += 1
        if not is_right(row):
            wrong.append(str(row.pk))
    return Finding(name, checked, len(wrong), tuple(wrong[:MOST_EXAMPLES]))


# Positions without gaps; the trash holds none.
PLACES = """
    SELECT id, position = row_number() OVER (PARTITION BY story_id ORDER BY position) - 1
    FROM stories_chapter WHERE position IS NOT NULL
"""
TIMES = """
    SELECT id,
        last_change_at >= started_at
        AND coalesce(ended_at, last_change_at) >= last_change_at
        AND active_seconds <= extract(epoch FROM last_change_at - started_at)
        AND abs((last_change_at AT TIME ZONE time_zone)::date - day) <= 1
    FROM analytics_writingsession
"""
# A program's own session tells words without a save: they are no part of the text. The words of a
# chapter that was merged into another are there, though in the trash it keeps its text.
EXPLAINED = """
    SELECT chapter.id, coalesce(sum({added} - ({taken})), 0)
        = CASE WHEN chapter.merged_into_id IS NULL THEN chapter.word_count ELSE 0 END
    FROM stories_chapter AS chapter
    LEFT JOIN analytics_writingsession AS session
        ON session.chapter_id = chapter.id AND NOT (session.source = 'api' AND session.saves = 0)
    GROUP BY chapter.id
"""
CONSTRAINTS = """
    SELECT conrelid::regclass || ' ' || conname, convalidated FROM pg_constraint
    JOIN pg_namespace ON pg_namespace.oid = connamespace WHERE nspname = current_schema()
    UNION ALL
    SELECT indexrelid::regclass::text, indisvalid FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = current_schema()
"""
# The same sums as `analytics.rollups`; days that wait for their rollup are read from the sessions
# meanwhile, and are none of them wrong.
DAYS = """
    WITH summed AS (
        SELECT user_id, day, story_id, {sums}, count(*) AS sessions,
            min(started_at) AS first_change_at, max(last_change_at) AS last_change_at
        FROM analytics_writingsession
        GROUP BY GROUPING SETS ((user_id, day), (user_id, day, story_id))
        HAVING GROUPING(story_id) = 1 OR story_id IS NOT NULL
    ), waiting AS (
        SELECT DISTINCT user_id, day FROM analytics_writingsession AS session
        WHERE NOT EXISTS (
            SELECT FROM analytics_writingday AS kept
            WHERE kept.user_id = session.user_id AND kept.day = session.day
                AND kept.story_id IS NULL AND kept.rolled_up_at > session.updated_at + %(settling)s
        )
    )
    SELECT coalesce(summed.user_id, kept.user_id), coalesce(summed.day, kept.day),
        summed.user_id IS NOT NULL AND kept.user_id IS NOT NULL AND {equal}
        AND (SELECT sum(hour) FROM unnest(kept.hours) AS hour) = kept.typed + kept.applied
    FROM summed FULL JOIN analytics_writingday AS kept
        ON kept.user_id = summed.user_id AND kept.day = summed.day
        AND coalesce(kept.story_id, kept.user_id) = coalesce(summed.story_id, summed.user_id)
    WHERE NOT EXISTS (
        SELECT FROM waiting
        WHERE waiting.user_id = coalesce(summed.user_id, kept.user_id)
            AND waiting.day = coalesce(summed.day, kept.day)
    )
"""
COMPARED = (*SUMMED, "sessions", "first_change_at", "last_change_at")


def _places() -> Finding:
    return _ask("chapters: places without gaps", PLACES)


def _times() -> Finding:
    return _ask("sessions: 0 ≤ at work ≤ elapsed, in their day", TIMES)


def _explained() -> Finding:
    query = EXPLAINED.format(added=_sum(ADDED), taken=_sum(TAKEN))
    return _ask("ledger: explains the words of each chapter", query)


def _constraints() -> Finding:
    return _ask("database: constraints and indexes valid", CONSTRAINTS)


def _days() -> Finding:
    with connection.cursor() as cursor:
        checked, drifted = _drifted(cursor)
    examples = tuple(f"{day} of {user_id}" for user_id, day in drifted[:MOST_EXAMPLES])
    return Finding("days: the sums of their sessions", checked, len(drifted), examples)


def _drifted(cursor: Any) -> tuple[int, list[tuple[UUID, date]]]:
    """Return how many rows of days were compared, and the writer and day of those that differ."""
    query = DAYS.format(
        sums=", ".join(f"sum({name}) AS {name}" for name in SUMMED),
        equal=" AND ".join(f"kept.{name} = summed.{name}" for name in COMPARED),
    )
    cursor.execute(query, {"settling": SETTLING})
    rows = cursor.fetchall()
    return len(rows), sorted({(user_id, day) for user_id, day, is_right in rows if not is_right})


def _warehouse() -> Finding:
    found = compare(at=timezone.now())
    examples = tuple(f"{month:%Y-%m}" for month in found.differing[:MOST_EXAMPLES])
    return Finding("warehouse: the ledger's months", found.months, len(found.differing), examples)


def _waiting() -> Finding:
    from analytics.rollups import stale_days

    waiting = sum(1 for _day in stale_days(limit=WritingSession.objects.count() or 1))
    return Finding("days: waiting to be summed (no fault)", waiting)


def _ask(name: str, query: str) -> Finding:
    """Run a query of (name, is right)."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    wrong = [str(ident) for ident, is_right in rows if not is_right]
    return Finding(name, len(rows), len(wrong), tuple(wrong[:MOST_EXAMPLES]))


def _sum(causes: Iterable[str]) -> str:
    return " + ".join(f"session.{cause}" for cause in causes)


CHECKS: tuple[Callable[[], Finding], ...] = (
    _chapters,
    _versions,
    _places,
    _times,
    _explained,
    _days,
    _warehouse,
    _waiting,
    _constraints,
)
