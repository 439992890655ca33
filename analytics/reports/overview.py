"""A stretch of days in one answer: what it sums to, what it averages, which day was best."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Min
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.models import WritingDay, WritingSession
from analytics.periods import Period, last_days
from analytics.reports.figures import Figures, add_up, figures_by_day
from nexus.lib.errors import Invalid

DEFAULT_DAYS = 30
MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class BestDay:
    """The day with the most of what was asked for."""

    day: date
    words: int


@dataclass(frozen=True, slots=True)
class Overview:
    """`days` holds those of the range that are not still to come."""

    within: Period
    days: int
    measure: str
    figures: Figures
    active_days: int
    best_day: BestDay | None

    @property
    def value(self) -> int:
        return self.figures.measured(self.measure)

    @property
    def per_writing_day(self) -> float:
        return round(self.value / self.active_days, 1) if self.active_days else 0.0

    @property
    def per_calendar_day(self) -> float:
        return round(self.value / self.days, 1) if self.days else 0.0


def overview(
    user: User,
    *,
    within: Period,
    measure: str = "words",
    story_id: UUID | None = None,
    at: datetime,
) -> Overview:
    """Report the days of `within`, of one story or of all, by one of `MEASURES`. Two queries."""
    today = user.day_of(at)
    figures = figures_by_day(user, within=within, today=today, story_id=story_id)
    return overview_of(figures, within, measure=measure, today=today)


def overview_of(
    figures: Mapping[date, Figures], within: Period, *, measure: str = "words", today: date
) -> Overview:
    """Return the same from figures at hand. Pure."""
    inside = {day: found for day, found in figures.items() if day in within}
    past = within.clip(Period(min(within.first, today), today))
    return Overview(
        within=within,
        days=len(past) if past else 0,
        measure=measure,
        figures=add_up(inside.values()),
        active_days=sum(found.words_written > 0 for found in inside.values()),
        best_day=best_day(inside, measure),
    )


def best_day(figures: Mapping[date, Figures], measure: str = "words") -> BestDay | None:
    """Return the day with the most, the latest of equals; None where no day has any."""
    values = {day: found.measured(measure) for day, found in figures.items()}
    best = max(values, key=lambda day: (values[day], day), default=None)
    return BestDay(best, values[best]) if best and values[best] > 0 else None


def range_of(from_date: date | None, to_date: date | None, *, today: date) -> Period:
    """Return the days asked for: without a first the 30 up to the last, without a last to today.

    Raises Invalid when they are more than ten years.
    """
    last = to_date or max(today, from_date or today)
    if from_date is None:
        return Period(date.fromordinal(max(1, last.toordinal() - DEFAULT_DAYS + 1)), last)
    if (last - from_date).days >= MOST_DAYS:
        raise Invalid.field("from", _("Please ask for ten years at most."), code="too_long")
    return Period(from_date, last)


def all_days(user: User, *, today: date, story_id: UUID | None = None) -> Period:
    """Return the days from the first in the ledger to today, ten years at most. Two queries."""
    of_story = {"story_id": story_id} if story_id else {}
    firsts = [
        rows.filter(user=user, **of_story).aggregate(first=Min("day"))["first"]
        for rows in (WritingDay.objects.all(), WritingSession.objects.all())
    ]
    first = min(filter(None, firsts), default=today)
    return Period(min(max(first, last_days(MOST_DAYS, today).first), today), today)
