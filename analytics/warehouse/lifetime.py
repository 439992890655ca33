"""A writer's whole life of writing: records, years, seasons, hours by year, pace and its swing."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from operator import add
from statistics import fmean, stdev
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from duckdb import DuckDBPyConnection

from accounts.models import User
from analytics.periods import DAY, Period, month_of, week_of
from analytics.reports.heat import year_of
from analytics.warehouse.reading import Shelf, open_warehouse, shelf_of_studio

PACE_DAYS = 28
HOURS, MONTHS = 24, 12
# Below so many whole weeks, how they swing says nothing.
WEEKS_TO_SWING = 8
# Said to DuckDB of what is settled, and to Postgres of what is newer.
DAYS = """
    SELECT day, sum(typed + applied)::BIGINT, sum(typed)::BIGINT, sum(removed)::BIGINT,
        count(*), sum(active_seconds)::BIGINT
    FROM {sessions} WHERE {which} GROUP BY day
"""
# An hour is that of the writer's own clock when the session began, as in the rollups.
CLOCK = """
    SELECT extract(YEAR FROM day)::INTEGER,
        extract(HOUR FROM timezone(time_zone, {started}))::INTEGER,
        sum(typed + applied)::BIGINT
    FROM {sessions} WHERE {which} GROUP BY 1, 2
"""
LONGEST = """
    SELECT active_seconds, day FROM {sessions} WHERE {which} AND active_seconds > 0
    ORDER BY active_seconds DESC, day DESC LIMIT 1
"""
IN_DUCKDB = {"sessions": "sessions", "started": "timezone('UTC', started_at)"}
IN_POSTGRES = {"sessions": "analytics_writingsession", "started": "started_at"}
# What is settled changes once a night.
KEPT_SECONDS = 24 * 3600


class Day(NamedTuple):
    """What one day came to; words are those written, as everywhere."""

    words: int = 0
    typed: int = 0
    removed: int = 0
    sessions: int = 0
    seconds: int = 0

    def and_of(self, other: Day) -> Day:
        """Return what both parts of a day come to."""
        return Day(*map(add, self, other))


@dataclass(frozen=True, slots=True)
class Record:
    """The days of a record, and how much it is: words, or seconds of a session."""

    within: Period
    value: int


@dataclass(frozen=True, slots=True)
class Year:
    """One year of writing, as far as it has come.

    `hours` are its words by the hour in which their session began. `swing` is the standard
    deviation of its whole weeks' words in percent of their mean; None for fewer than eight weeks,
    or none with words.
    """

    within: Period
    words: int
    typed: int
    removed: int
    writing_days: int
    sessions: int
    seconds: int
    hours: tuple[int, ...]
    swing: int | None

    @property
    def per_minute(self) -> float:
        """Typed words a minute at work; 0 where no time is known."""
        return 60 * self.typed / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Season:
    """One month of the calendar, 1 to 12, over all years: its words, and how often it has come."""

    month: int
    words: int
    times: int

    @property
    def average(self) -> int:
        return round(self.words / self.times) if self.times else 0


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Everything up to today. `pace` is, for each day, the words a day over the last 28.

    `closed_at` is when the closed months were last compared with the ledger, None before any was
    closed; what is newer is as of `open_at`.
    """

    within: Period
    years: tuple[Year, ...]
    seasons: tuple[Season, ...]
    pace: tuple[tuple[date, int], ...]
    best_day: Record | None
    best_week: Record | None
    best_month: Record | None
    longest: Record | None
    swing: int | None
    closed_at: datetime | None
    open_at: datetime

    def total(self, name: str) -> int:
        """Sum one of the years' numbers: words, typed, writing_days, sessions or seconds."""
        return sum(getattr(year, name) for year in self.years)

    @property
    def best_year(self) -> Record | None:
        best = max(self.years, key=lambda year: (year.words, year.within.first))
        return Record(best.within, best.words) if best.words else None


@dataclass(frozen=True, slots=True)
class _Told:
    """What the warehouse says of one writer's sessions, or of a part of them."""

    days: dict[date, Day]
    hours: dict[tuple[int, int], int]
    longest: tuple[int, date] | None

    def and_of(self, other: _Told) -> _Told:
        """Return what both parts say together."""
        days = self.days | other.days
        for day in self.days.keys() & other.days.keys():
            days[day] = self.days[day].and_of(other.days[day])
        hours = Counter(self.hours) + Counter(other.hours)
        longest = max(filter(None, (self.longest, other.longest)), default=None)
        return _Told(days, dict(hours), longest)


def lifetime(user: User, *, at: datetime) -> Lifetime | None:
    """Report a life of writing; None before its first session.

    Raises WarehouseUnavailable when the closed months cannot be reached.
    """
    today = user.day_of(at)
    shelf = shelf_of_studio()
    told = _ask(shelf, user, today, at)
    if not told.days:
        return None
    within, words = Period(min(told.days), today), {day: d.words for day, d in told.days.items()}
    weeks = _whole_weeks(words, within, user.week_start)
    return Lifetime(
        within=within,
        years=tuple(_years(told, within, weeks)),
        seasons=_seasons(words, within),
        pace=tuple(_pace(words, within)),
        best_day=_best(words, lambda day: day, lambda day: Period(day, day)),
        best_week=_best(
            words,
            lambda day: day - timedelta(days=(day.isoweekday() - user.week_start) % 7),
            lambda day: week_of(day, week_start=user.week_start),
        ),
        best_month=_best(words, lambda day: day.replace(day=1), month_of),
        longest=_longest(told),
        swing=swing(weeks.values()),
        closed_at=shelf.closed_at,
        open_at=at,
    )


def _ask(shelf: Shelf, user: User, today: date, at: datetime) -> _Told:
    """Ask Postgres for what is newer each time, the warehouse for what is settled once a night.

    Where something of a closed month was changed since, the warehouse tells all of it.
    """
    past, newer = f"day <= '{today}'", shelf.newer(user).as_string()
    if _is_any(f"{newer} AND {shelf.replaced()}"):
        with open_warehouse(at, user) as warehouse:
            return _read(partial(_from_duckdb, warehouse), IN_DUCKDB, past)
    told = _read(_from_postgres, IN_POSTGRES, f"{newer} AND {past}")
    return _settled(shelf, user, today, at).and_of(told) if shelf.names else told


def _settled(shelf: Shelf, user: User, today: date, at: datetime) -> _Told:
    which = f"{shelf.settled()} AND day <= '{min(today, shelf.open_from)}'"
    key = sha256(f"lifetime {user.pk} {which}".encode()).hexdigest()
    settled: _Told | None = cache.get(key)
    if settled is None:
        with open_warehouse(at, user) as warehouse:
            settled = _read(partial(_from_duckdb, warehouse), IN_DUCKDB, which)
        cache.set(key, settled, KEPT_SECONDS)
    return settled


def _is_any(which: str) -> bool:
    return bool(_from_postgres(f"SELECT FROM analytics_writingsession WHERE {which} LIMIT 1"))


def _from_duckdb(warehouse: DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(query).fetchall()


def _from_postgres(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _read(
    ask: Callable[[str], list[tuple[Any, ...]]], names: Mapping[str, str], which: str
) -> _Told:
    days, hours, longest = (
        ask(query.format(**names, which=which)) for query in (DAYS, CLOCK, LONGEST)
    )
    return _Told(
        {day: Day(*numbers) for day, *numbers in days},
        {(year, hour): words for year, hour, words in hours},
        longest[0] if longest else None,
    )


def _longest(told: _Told) -> Record | None:
    if told.longest is None:
        return None
    seconds, day = told.longest
    return Record(Period(day, day), seconds)


def _best(
    words: Mapping[date, int], first_of: Callable[[date], date], period: Callable[[date], Period]
) -> Record | None:
    """Return the period with the most words, the latest of equals; None where none has any."""
    sums: Counter[date] = Counter()
    for day, count in words.items():
        sums[first_of(day)] += count
    best = max(sums, key=lambda first: (sums[first], first))
    return Record(period(best), sums[best]) if sums[best] else None


def _years(told: _Told, within: Period, weeks: Mapping[Period, int]) -> Iterator[Year]:
    by_year: dict[int, list[Day]] = defaultdict(list)
    for day, found in told.days.items():
        by_year[day.year].append(found)
    for number in range(within.first.year, within.last.year + 1):
        days = by_year[number]
        yield Year(
            within=year_of(number).clip(within) or within,
            words=sum(day.words for day in days),
            typed=sum(day.typed for day in days),
            removed=sum(day.removed for day in days),
            writing_days=sum(day.words > 0 for day in days),
            sessions=sum(day.sessions for day in days),
            seconds=sum(day.seconds for day in days),
            hours=tuple(told.hours.get((number, hour), 0) for hour in range(HOURS)),
            swing=swing([count for week, count in weeks.items() if week.first.year == number]),
        )


def _seasons(words: Mapping[date, int], within: Period) -> tuple[Season, ...]:
    sums: Counter[int] = Counter()
    for day, count in words.items():
        sums[day.month] += count
    first, last = within.first, within.last
    months = range(first.year * MONTHS + first.month - 1, last.year * MONTHS + last.month)
    times = Counter(number % MONTHS + 1 for number in months)
    return tuple(Season(month, sums[month], times[month]) for month in range(1, MONTHS + 1))


def _pace(words: Mapping[date, int], within: Period) -> Iterator[tuple[date, int]]:
    """Average every 28 days; the first ones need as many before they say anything."""
    window: deque[int] = deque(maxlen=PACE_DAYS)
    for day in within.days():
        window.append(words.get(day, 0))
        if len(window) == PACE_DAYS:
            yield day, round(sum(window) / PACE_DAYS)


def _whole_weeks(words: Mapping[date, int], within: Period, week_start: int) -> dict[Period, int]:
    """Return every week that lies wholly in the writer's life, those without words too."""
    week = week_of(within.first, week_start=week_start)
    if week.first < within.first:
        week = week_of(week.last + DAY, week_start=week_start)
    weeks = {}
    while week.last <= within.last:
        weeks[week] = sum(words.get(day, 0) for day in week.days())
        week = week_of(week.last + DAY, week_start=week_start)
    return weeks


def swing(weeks: Collection[int]) -> int | None:
    """Return how far weeks lie from their mean: the coefficient of variation, in percent."""
    if len(weeks) < WEEKS_TO_SWING or not any(weeks):
        return None
    return round(100 * stdev(weeks) / fmean(weeks))
