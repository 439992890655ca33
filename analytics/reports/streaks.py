"""Streaks: consecutive writing days, kind to rest.

A day counts when the writer's daily minimum was met. A rest day is stepped over: it neither counts
nor breaks anything. Today may still be empty.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Preferences, User
from analytics.models import WritingDay, WritingSession
from analytics.periods import DAY, Period
from analytics.reports.figures import fresh_days
from analytics.rest import rest_on

TODAY, YESTERDAY, REST = "today", "yesterday", "rest"


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row now, and the most there ever were.

    `protected` rest days lie within the current streak. `kept_by` says what it hangs on: `today`
    when today counts already, `rest` when today is a rest day, `yesterday` while today is open,
    and nothing without a streak.
    """

    current: int
    longest: int
    protected: int = 0
    kept_by: str | None = None
    minimum: int = 1
    unit: str = Preferences.MinimumUnit.WORDS.value


def streak(user: User, *, at: datetime) -> Streak:
    """Measure the streak that ends today or yesterday. Constant queries, however many years."""
    today = user.day_of(at)
    preferences = user.preferences
    days = writing_days(
        user, until=today, minimum=preferences.daily_minimum, unit=preferences.minimum_unit
    )
    span = Period(min(days, default=today), today)
    found = streak_of(days, rests=rest_on(user, span.days()), today=today)
    return Streak(*found, preferences.daily_minimum, str(preferences.minimum_unit))


def streak_sentence(found: Streak) -> str:
    """Say it kindly: "12 days, 3 rests kept"."""
    days = ngettext("%(days)d day in a row", "%(days)d days in a row", found.current)
    said = days % {"days": found.current}
    if not found.protected:
        return said
    rests = ngettext("%(rests)d rest kept", "%(rests)d rests kept", found.protected)
    return _("%(days)s, %(rests)s") % {"days": said, "rests": rests % {"rests": found.protected}}


def writing_days(user: User, *, until: date, minimum: int = 1, unit: str = "words") -> set[date]:
    """Return every day up to `until` on which the minimum, in words or minutes, was met."""
    rolled = WritingDay.objects.filter(user=user, story=None, day__lte=until)
    waiting = fresh_days(user, Period(date.min, until), until)
    fresh = WritingSession.objects.filter(user=user, day__in=waiting)
    done = _done_by_day(rolled, unit) | _done_by_day(fresh, unit)
    needed = minimum * 60 if unit == Preferences.MinimumUnit.MINUTES else minimum
    return {day for day, amount in done.items() if amount >= needed}


def _done_by_day(rows: QuerySet[Any], unit: str) -> dict[date, int]:
    """Return words, or seconds, of each day."""
    is_time = unit == Preferences.MinimumUnit.MINUTES
    amount = Sum("active_seconds") if is_time else Sum(F("typed") + F("applied"))
    return dict(rows.order_by().values_list("day").annotate(amount=amount))


def streak_of(
    days: Collection[date], *, today: date, rests: Collection[date] = ()
) -> tuple[int, int, int, str | None]:
    """Return current, longest, protected and kept_by from sets of days. Pure."""
    counted = {day for day in days if day not in rests}
    current, protected = _run_until(today, counted, rests)
    longest = run = 0
    previous: date | None = None
    for day in sorted(counted):
        run = run + 1 if previous and _is_bridged(previous, day, rests) else 1
        longest, previous = max(longest, run), day
    return current, longest, protected, _kept_by(today, counted, rests) if current else None


def _run_until(today: date, counted: set[date], rests: Collection[date]) -> tuple[int, int]:
    """Return the days that count and the rests between and after them, walking back."""
    day = today if today in counted or today in rests else today - DAY
    current = protected = pending = 0
    while day in counted or day in rests:
        if day in counted:
            current, protected, pending = current + 1, protected + pending, 0
        else:
            pending += 1
        day -= DAY
    return current, protected


def _is_bridged(before: date, after: date, rests: Collection[date]) -> bool:
    gap = (after - before).days
    return all(before + timedelta(days=step) in rests for step in range(1, gap))


def _kept_by(today: date, counted: set[date], rests: Collection[date]) -> str:
    if today in counted:
        return TODAY
    return REST if today in rests else YESTERDAY
