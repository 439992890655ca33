"""Days, weeks and months as pairs of dates. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

MONDAY = 1
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(len(self)))

    def clip(self, other: Period) -> Period | None:
        """Return what the two have in common."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Period(first, last) if first <= last else None


def last_days(count: int, today: date) -> Period:
    """Return the `count` days that end today."""
    return Period(today - timedelta(days=count - 1), today)


def period_of(day: date, frequency: str, *, week_start: int = MONDAY) -> Period:
    """Return the day, week or month (`Daily`, `Weekly`, `Monthly`) that holds `day`."""
    if frequency == "Weekly":
        return week_of(day, week_start=week_start)
    return month_of(day) if frequency == "Monthly" else Period(day, day)


def week_of(day: date, *, week_start: int = MONDAY) -> Period:
    """Return the week of `day`; `week_start` is an ISO weekday, 1 for Monday."""
    back = (day.isoweekday() - week_start) % 7
    first = date.fromordinal(max(1, day.toordinal() - back))
    return Period(first, date.fromordinal(min(date.max.toordinal(), first.toordinal() + 6)))


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    if first >= date.max.replace(day=1):
        return Period(first, date.max)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - DAY)


def periods_within(span: Period, frequency: str, *, week_start: int = MONDAY) -> Iterator[Period]:
    """Yield every day, week or month that touches `span`, whole, in order."""
    day = span.first
    while True:
        period = period_of(day, frequency, week_start=week_start)
        yield period
        if period.last >= span.last:
            return
        day = period.last + DAY
