"""A year of days, sorted into five shades."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.models import User
from analytics.periods import Period
from analytics.reports.days import DayWords, day_words
from analytics.reports.figures import Figures, figures_by_day

SHADES = 4


@dataclass(frozen=True, slots=True)
class HeatYear:
    """The days of a year and the scale: the most words of each shade above the empty one."""

    year: int
    days: tuple[DayWords, ...]
    upper_bounds: tuple[int, ...]

    def shade(self, words: int) -> int:
        """Return 0 for none, else 1 to 4."""
        return shade_of(words, self.upper_bounds)

    @property
    def words(self) -> int:
        return sum(day.words for day in self.days)

    @property
    def writing_days(self) -> int:
        return sum(day.words > 0 for day in self.days)


def heat_year(user: User, *, year: int, at: datetime, story_id: UUID | None = None) -> HeatYear:
    """Report a calendar year, of one story or of all; its days up to today only."""
    today = user.day_of(at)
    found = figures_by_day(user, within=year_of(year), today=today, story_id=story_id)
    return heat_of(found, year=year, today=today)


def year_of(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))


def heat_of(figures: dict[date, Figures], *, year: int, today: date) -> HeatYear:
    """Return the same from figures at hand. Pure."""
    span = year_of(year)
    shown = span.clip(Period(span.first, max(span.first, today))) or span
    days = day_words(figures, shown, today=today)
    return HeatYear(year, days, quantile_bounds([day.words for day in days if day.words > 0]))


def shade_of(words: int, upper_bounds: Sequence[int]) -> int:
    """Return 0 for none, else the number of the first bound that holds `words`."""
    return min(bisect_left(upper_bounds, words) + 1, len(upper_bounds)) if words > 0 else 0


def quantile_bounds(values: Collection[int], shades: int = SHADES) -> tuple[int, ...]:
    """Return the upper bounds that part the values into equally full shades; equal ones merge."""
    ordered = sorted(values)
    bounds = [
        ordered[-(-len(ordered) * part // shades) - 1] for part in range(1, shades + 1) if ordered
    ]
    return tuple(sorted(set(bounds)))
