"""When the words come: weekday by hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Func, IntegerField, Q, Sum

from accounts.models import User
from analytics.models import WritingDay
from analytics.periods import Period
from analytics.reports.figures import fresh_sessions
from analytics.reports.heat import quantile_bounds, shade_of

WEEKDAYS, HOURS = 7, 24


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
    fresh = _fresh_hours(user, within, today, story_id, days)
    whole = Q(story_id=story_id) if story_id else Q(story__isnull=True)
    rolled = WritingDay.objects.filter(
        whole, user=user, day__range=(within.first, within.last), day__lt=today
    )
    hours: dict[date, Sequence[int]] = dict(rolled.values_list("day", "hours"))
    return clock_of((hours | fresh).items(), within)


def clock_of(hours: Iterable[tuple[date, Sequence[int]]], within: Period) -> Clock:
    """Sum days' hours by weekday. Pure."""
    by_weekday: list[list[Sequence[int]]] = [[] for _weekday in range(WEEKDAYS)]
    for day, counts in hours:
        by_weekday[day.weekday()].append(counts)
    rows = tuple(
        tuple(map(sum, zip(*counts, strict=True))) if counts else (0,) * HOURS
        for counts in by_weekday
    )
    cells = [words for row in rows for words in row if words > 0]
    return Clock(within, rows, quantile_bounds(cells))


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
    days: Collection[date] | None,
) -> dict[date, Sequence[int]]:
    """Read the hours of the days whose rollup is not settled from their sessions."""
    found: dict[date, list[int]] = defaultdict(lambda: [0] * HOURS)
    sums = (
        fresh_sessions(user, within, today, story_id, days=days)
        .order_by()
        .annotate(hour=_LocalHour(F("started_at"), F("time_zone")))
        .values("day", "hour")
        .annotate(words=Sum(F("typed") + F("applied")))
    )
    for row in sums:
        found[row["day"]][row["hour"]] += row["words"]
    return dict(found)
