"""When the words come: weekday by hour."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, IntegerField, Sum
from psycopg.sql import SQL

from accounts.models import User
from analytics.periods import Period
from analytics.reports.figures import fresh_days, fresh_sessions
from analytics.reports.heat import quantile_bounds, shade_of

WEEKDAYS, HOURS = 7, 24
# Summed where the days are: years of them are thousands of arrays.
HOUR_SUMS = ", ".join(f"coalesce(sum(hours[{hour}]), 0)::int" for hour in range(1, HOURS + 1))
ROLLED_HOURS = """
    SELECT extract(isodow FROM day)::int - 1, ARRAY[{hours}] FROM analytics_writingday
    WHERE user_id = {user} AND {story} AND day BETWEEN {first} AND {last} AND day <> ALL(%s)
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class ClockCell:
    """One hour of one weekday, 0 for Monday; an hour belongs to the day it was written for."""

    weekday: int
    hour: int
    words: int


@dataclass(frozen=True, slots=True)
class Clock:
    """Words written by the hour in which their session began, and the scale of the shades."""

    within: Period
    rows: tuple[tuple[int, ...], ...]
    upper_bounds: tuple[int, ...]

    def shade(self, words: int) -> int:
        return shade_of(words, self.upper_bounds)

    @property
    def words(self) -> int:
        return sum(map(sum, self.rows))

    @property
    def cells(self) -> tuple[ClockCell, ...]:
        return tuple(
            ClockCell(weekday, hour, words)
            for weekday, row in enumerate(self.rows)
            for hour, words in enumerate(row)
        )

    @property
    def best(self) -> ClockCell | None:
        best = max(self.cells, key=lambda cell: cell.words)
        return best if best.words else None


def clock(
    user: User,
    *,
    within: Period,
    story_id: UUID | None = None,
    days: Collection[date] | None = None,
    at: datetime,
) -> Clock:
    """Report when the words of `within` were written, of one story or of all.

    Three queries; two with `days`, what `fresh_days` said of them.
    """
    today = user.day_of(at)
    waiting = fresh_days(user, within, today) if days is None else days
    rows = [[0] * HOURS for _weekday in range(WEEKDAYS)]
    for weekday, counts in _rolled_hours(user, within, waiting, story_id):
        rows[weekday] = list(counts)
    for day, hour, words in _fresh_hours(user, within, today, story_id, waiting):
        rows[day.weekday()][hour] += words
    cells = [words for row in rows for words in row if words > 0]
    return Clock(within, tuple(map(tuple, rows)), quantile_bounds(cells))


def _rolled_hours(
    user: User, within: Period, waiting: Collection[date], story_id: UUID | None
) -> list[tuple[int, list[int]]]:
    """Return the hours of each weekday, 0 for Monday, over the days whose rollup is settled."""
    story = SQL("story_id = {}").format(story_id) if story_id else SQL("story_id IS NULL")
    with connection.cursor() as cursor:
        query = SQL(ROLLED_HOURS).format(
            hours=SQL(HOUR_SUMS), user=user.pk, story=story, first=within.first, last=within.last
        )
        cursor.execute(query.as_string(), [list(waiting)])
        return cursor.fetchall()


class _LocalHour(Func):
    """The hour of an instant on the clock of its own time zone."""

    template = "extract(hour FROM %(expressions)s)::int"
    arg_joiner = " AT TIME ZONE "
    output_field = IntegerField()


def _fresh_hours(
    user: User,
    within: Period,
    today: date,
    story_id: UUID | None,
    days: Collection[date],
) -> Iterable[tuple[date, int, int]]:
    """Read the hours of the days whose rollup is not settled from their sessions."""
    return (
        fresh_sessions(user, within, today, story_id, days=days)
        .order_by()
        .annotate(hour=_LocalHour(F("started_at"), F("time_zone")))
        .values("day", "hour")
        .annotate(words=Sum(F("typed") + F("applied")))
        .values_list("day", "hour", "words")
    )
