"""Declaring rest, by weekday, by date or stretch, before or afterwards, and taking it back."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.models import RestDay, WritingDay, WritingSession
from analytics.periods import DAY
from analytics.rest import rest_on
from analytics.tasks import ask_for_roll_ups
from nexus.lib.effects import after_commit
from nexus.lib.errors import Invalid

# Enough for a life; a bound all the same, since every page with a streak reads them.
MOST_RESTS = 1000


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
    _keep(rest, rest.from_date, rest.to_date, today=today)
    return rest


@transaction.atomic
def withdraw_rest(rest: RestDay, *, today: date) -> None:
    """Take a declaration back, as if it had never been made."""
    first, last = rest.from_date, rest.to_date
    rest.delete()
    _keep(rest, first, last, today=today)


@transaction.atomic
def end_rest(rest: RestDay, *, today: date) -> None:
    """Let a running rest end yesterday: what it protected stays protected."""
    if rest.from_date >= today:
        withdraw_rest(rest, today=today)
        return
    if rest.to_date is None or rest.to_date >= today:
        last, rest.to_date = rest.to_date, today - DAY
        rest.save(update_fields=["to_date"])
        _keep(rest, today, last, today=today)


def _keep(rest: RestDay, first: date, last: date | None, *, today: date) -> None:
    """Write the kind of rest to the kept days between the two, up to today.

    A day that is being rolled up meanwhile was read before this: it is rolled up once more.
    """
    within = Q(user=rest.user, day__range=(first, min(last or today, today)))
    if rest.weekday is not None:
        within &= Q(day__iso_week_day=rest.weekday + 1)
    kept = WritingDay.objects.filter(within)
    written = WritingSession.objects.filter(within).order_by().values_list("day", flat=True)
    days = set(kept.order_by().values_list("day", flat=True).union(written))
    kinds = rest_on(rest.user, days)
    for kind in {kinds.get(day, "") for day in days}:
        own = [day for day in days if kinds.get(day, "") == kind]
        kept.filter(day__in=own).exclude(rest=kind).update(rest=kind)
    if days:
        after_commit(ask_for_roll_ups, rest.user_id, sorted(days))
