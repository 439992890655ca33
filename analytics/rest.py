"""Rest days: declared by weekday, by date or stretch, before or afterwards.

A rest day protects a streak, never counts in it, and is given no share of a plan.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.models import RestDay, WritingDay
from analytics.periods import DAY
from nexus.lib.errors import Invalid

# Enough for a life; a bound all the same, since every page with a streak reads them.
MOST_RESTS = 1000


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


@transaction.atomic
def declare_rest(
    user: User,
    *,
    from_date: date,
    to_date: date | None = None,
    weekday: int | None = None,
    kind: str = RestDay.Kind.PLANNED,
    note: str = "",
    today: date,
) -> RestDay:
    """Declare a stretch of days (one day without `to_date`) or a weekday from a date on.

    Days that are over count as rest from now on, the kept days and the streak among them.
    Invalid for dates the wrong way round, or past MOST_RESTS.
    """
    if weekday is None:
        to_date = to_date or from_date
    if to_date and to_date < from_date:
        message = _("The last day must not come before the first.")
        raise Invalid.field("to_date", message, code="dates_reversed")
    if RestDay.objects.visible_to(user).count() >= MOST_RESTS:
        message = _("That is all the rest we can note: please remove something old first.")
        raise Invalid(message, code="too_many_rests")
    rest = RestDay.objects.create(
        user=user, from_date=from_date, to_date=to_date, weekday=weekday, kind=kind, note=note
    )
    _keep(user, rest.from_date, rest.to_date, today=today)
    return rest


@transaction.atomic
def withdraw_rest(rest: RestDay, *, today: date) -> None:
    """Take a declaration back, as if it had never been made."""
    first, last = rest.from_date, rest.to_date
    rest.delete()
    _keep(rest.user, first, last, today=today)


@transaction.atomic
def end_rest(rest: RestDay, *, today: date) -> None:
    """Let a running rest end yesterday: what it protected stays protected."""
    if rest.from_date >= today:
        withdraw_rest(rest, today=today)
        return
    if rest.to_date is None or rest.to_date >= today:
        last, rest.to_date = rest.to_date, today - DAY
        rest.save(update_fields=["to_date"])
        _keep(rest.user, today, last, today=today)


def _keep(user: User, first: date, last: date | None, *, today: date) -> None:
    """Write the kind of rest to the kept days between the two, up to today."""
    kept = WritingDay.objects.filter(user=user, day__range=(first, min(last or today, today)))
    days = set(kept.order_by().values_list("day", flat=True).distinct())
    kinds = rest_on(user, days)
    for kind in {kinds.get(day, "") for day in days}:
        own = [day for day in days if kinds.get(day, "") == kind]
        kept.filter(day__in=own).exclude(rest=kind).update(rest=kind)
