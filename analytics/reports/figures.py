"""The ledger, summed: what every report is made from.

Past days are read from the rollup; today, and every day whose rollup is not settled yet, from
the sessions. So a page is right with the worker running, late, or down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    Sum,
    Value,
)
from psycopg.sql import SQL, Identifier, Literal

from accounts.models import User
from analytics.models import WritingDay, WritingSession
from analytics.periods import Period
from analytics.words import CAUSES, WRITTEN, WordSums

# A save may stand open for ten seconds at most, so what was written this long before a rollup
# began is surely in it; anything later is counted from the sessions until the next rollup.
SETTLING = timedelta(seconds=15)
SUMMED = (*CAUSES, "active_seconds", "saves")
# What a statistic may be about; each names a property of `Figures`.
MEASURES = {"words": "words_written", "net": "net", "gross": "gross", "minutes": "minutes"}


# What `unsettled` says, by days and not by sessions: years of these are read for one page. Its
# values are part of it, since a plan made for any values takes twice as long.
UNSETTLED_DAYS = """
    SELECT changed.day FROM (
        SELECT day, max(updated_at) AS changed_at FROM analytics_writingsession
        WHERE user_id = {user} AND day >= {first} AND day <= {last} GROUP BY day
    ) AS changed
    LEFT JOIN analytics_writingday AS rolled
        ON rolled.user_id = {user} AND rolled.story_id IS NULL AND rolled.day = changed.day
    WHERE rolled.rolled_up_at IS NULL OR rolled.rolled_up_at <= changed.changed_at + {settling}
        OR changed.day >= {today}
"""


# What `figures_by_day` reads, with the ledger's columns. Written out, since nearly every page asks
# and putting fourteen sums together anew each time takes longer than reading them.
SESSIONS_BY_DAY = """
    SELECT true, day, {sums}, count(*) FROM analytics_writingsession
    WHERE user_id = %(user)s AND day BETWEEN %(first)s AND %(last)s
"""
ROLLED_BY_DAY = """
    UNION ALL SELECT false, day, {names}, sessions FROM analytics_writingday
    WHERE user_id = %(user)s AND day BETWEEN %(first)s AND %(last)s
"""


class Counts(NamedTuple):
    """What is counted of some stretch. A tuple: a page of five years makes thousands of them."""

    typed: int = 0
    pasted: int = 0
    imported: int = 0
    restored: int = 0
    replaced: int = 0
    moved_in: int = 0
    applied: int = 0
    removed: int = 0
    cut: int = 0
    moved_out: int = 0
    undone: int = 0
    active_seconds: int = 0
    saves: int = 0
    sessions: int = 0


class Figures(WordSums, Counts):
    """Words by cause, time and sessions of some stretch."""

    __slots__ = ()

    @property
    def minutes(self) -> int:
        return round(self.active_seconds / 60)

    @property
    def words_per_minute(self) -> float:
        """Typed words for each active minute; 0 when no time was measured."""
        return round(self.typed * 60 / self.active_seconds, 1) if self.active_seconds else 0.0

    @property
    def revising_percent(self) -> int:
        """Words removed by hand, in whole percent of all that were written or removed."""
        moved = self.words_written + self.removed
        return round(self.removed * 100 / moved) if moved else 0

    def measured(self, measure: str) -> int:
        """Return one of `MEASURES`."""
        return int(getattr(self, MEASURES[measure]))


NOTHING = Figures()


def add_up(parts: Iterable[Figures]) -> Figures:
    columns = [sum(column) for column in zip(*parts, strict=True)]
    return Figures(*columns) if columns else NOTHING


def unsettled() -> Q:
    """Match the sessions that their day's rollup may not hold yet."""
    settled = WritingDay.objects.filter(
        user=OuterRef("user"),
        day=OuterRef("day"),
        story=None,
        rolled_up_at__gt=ExpressionWrapper(
            OuterRef("updated_at") + Value(SETTLING, output_field=DurationField()),
            output_field=DateTimeField(),
        ),
    )
    return Q(~Exists(settled))


def figures_by_day(
    user: User,
    *,
    within: Period,
    today: date,
    story_id: UUID | None = None,
    days: Collection[date] | None = None,
) -> dict[date, Figures]:
    """Return the figures of each day that has any, of one story or of all.

    Two queries, one where `days` is at hand, what `fresh_days` said of them, or when no day is
    past, since those are always read from the sessions.
    """
    is_past = within.first < today
    values: dict[str, Any] = {
        "user": user.pk,
        "first": within.first,
        "last": within.last,
        "story": story_id,
    }
    if is_past:
        values["waiting"] = list(fresh_days(user, within, today) if days is None else days)
    with connection.cursor() as cursor:
        cursor.execute(_by_day(is_past=is_past, is_of_story=story_id is not None), values)
        rows = cursor.fetchall()
    kept = {day: Figures._make(row) for is_fresh, day, *row in rows if not is_fresh}
    return kept | {day: Figures._make(row) for is_fresh, day, *row in rows if is_fresh}


@cache
def _by_day(*, is_past: bool, is_of_story: bool) -> str:
    """Return the statement for sessions and, where days are past, what was rolled up of them."""
    of_story = SQL("AND story_id = %(story)s" if is_of_story else "")
    sums = SQL(", ").join(SQL("sum({})").format(Identifier(name)) for name in SUMMED)
    by_day = SQL("GROUP BY day")
    parts = [SQL(SESSIONS_BY_DAY).format(sums=sums), of_story]
    if not is_past:
        return SQL(" ").join([*parts, by_day]).as_string()
    names = SQL(", ").join(Identifier(name) for name in SUMMED)
    whole = of_story if is_of_story else SQL("AND story_id IS NULL")
    parts += [SQL("AND day = ANY(%(waiting)s)"), by_day]
    return SQL(" ").join([*parts, SQL(ROLLED_BY_DAY).format(names=names), whole]).as_string()


def figures_by_story(
    user: User, *, within: Period, today: date, story_ids: Collection[UUID] | None = None
) -> Mapping[UUID, dict[date, Figures]]:
    """Return the same for many stories at once. Three queries, however many there are."""
    chosen = Q(story__isnull=False) if story_ids is None else Q(story_id__in=story_ids)
    found: dict[UUID, dict[date, Figures]] = defaultdict(dict)
    rolled = WritingDay.objects.filter(
        chosen, user=user, day__range=(within.first, within.last)
    ).values("story_id", "day", *SUMMED, "sessions")
    fresh = fresh_sessions(user, within, today).filter(chosen).order_by()
    for rows in (rolled, fresh.values("story_id", "day").annotate(**_sums())):
        for row in rows:
            story_id, day = row.pop("story_id"), row.pop("day")
            found[story_id][day] = Figures(**row)
    return found


def words_by_story(
    user: User, *, within: Period, today: date, story_ids: Collection[UUID]
) -> Mapping[UUID, dict[date, int]]:
    """Return only the words written, of these stories. Three queries, however many there are."""
    found: dict[UUID, dict[date, int]] = defaultdict(dict)
    rolled = WritingDay.objects.filter(
        user=user, story_id__in=story_ids, day__range=(within.first, within.last)
    )
    fresh = fresh_sessions(user, within, today).filter(story_id__in=story_ids).order_by()
    sums = fresh.values("story_id", "day").annotate(**{name: Sum(name) for name in WRITTEN})
    for rows in (rolled, sums):
        for story_id, day, *written in rows.values_list("story_id", "day", *WRITTEN):
            found[story_id][day] = sum(written)
    return found


def fresh_days(user: User, within: Period, today: date) -> list[date]:
    """Return the days of `within` that must be read from their sessions: today and later, and the
    unsettled ones.
    """
    with connection.cursor() as cursor:
        query = SQL(UNSETTLED_DAYS).format(
            user=Literal(user.pk),
            first=Literal(within.first),
            last=Literal(within.last),
            today=Literal(today),
            settling=Literal(SETTLING),
        )
        cursor.execute(query.as_string())
        return [*(day for (day,) in cursor.fetchall()), today]


def fresh_sessions(
    user: User,
    within: Period,
    today: date,
    story_id: UUID | None = None,
    *,
    days: Collection[date] | None = None,
) -> Any:
    """Return the sessions of `fresh_days`, which are looked up unless at hand: as values, since
    as part of the query they have all sessions read twice.
    """
    sessions = _sessions(user, within, story_id)
    if within.first >= today:
        return sessions
    waiting = fresh_days(user, within, today) if days is None else days
    return sessions.filter(day__in=waiting)


def _sessions(user: User, within: Period, story_id: UUID | None) -> Any:
    sessions = WritingSession.objects.filter(user=user, day__range=(within.first, within.last))
    return sessions.filter(story_id=story_id) if story_id else sessions


def _sums() -> dict[str, Any]:
    return {name: Sum(name) for name in SUMMED} | {"sessions": Count("pk")}
