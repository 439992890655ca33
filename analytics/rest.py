"""Which days are rest. A rest day protects a streak, never counts in it, and is given no share of
a plan.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

from accounts.models import User
from analytics.models import RestDay


def rest_on(user: User, days: Iterable[date]) -> dict[date, str]:
    """Return the kind of rest of each of `days` that is one. One query, however many days."""
    asked = sorted(set(days))
    if not asked:
        return {}
    declared = RestDay.objects.visible_to(user).filter(from_date__lte=asked[-1])
    return kinds_of(list(declared), asked)


def kinds_of(declared: Iterable[RestDay], days: Sequence[date]) -> dict[date, str]:
    """Return the same from rows at hand; `days` in order.

    Where two meet, dates say more than a weekday, and the later word holds.
    """
    kinds: dict[date, str] = {}
    for rest in sorted(declared, key=lambda rest: (rest.weekday is None, rest.created_at)):
        kinds |= dict.fromkeys(_days_of(rest, days), str(rest.kind))
    return kinds


def _days_of(rest: RestDay, days: Sequence[date]) -> Iterable[date]:
    start = bisect_left(days, rest.from_date)
    end = len(days) if rest.to_date is None else bisect_right(days, rest.to_date)
    within = days[start:end]
    return within if rest.weekday is None else (d for d in within if d.weekday() == rest.weekday)
