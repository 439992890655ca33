"""Days given anew: what another time zone or day's end makes of sessions already written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from analytics.models import WritingSession
from analytics.rollups import roll_up_day
from nexus.lib.days import day_bounds


@transaction.atomic
def redate_today(user: User, *, at: datetime) -> None:
    """Put the sessions near `at` into the writing days that the writer's settings give them now.

    Touched are those that lie in the new today, and those that were dated today or later and do
    not. What was written before keeps the day it was written on.
    """
    today = user.day_of(at)
    start, _end = day_bounds(today, time_zone=user.time_zone, day_end_hour=user.day_end_hour)
    near = WritingSession.objects.select_for_update(no_key=True).filter(
        Q(day__gte=today) | Q(last_change_at__gte=start), user=user
    )
    redate(user, near.order_by("pk"), at=at)


def redate(user: User, sessions: Iterable[WritingSession], *, at: datetime) -> tuple[int, int]:
    """Give sessions, locked by the caller, the day and zone of the writer's present settings.

    A session belongs to the day of its last change; it stays whole, since which of its words came
    before another day's end is no longer known. Days that won or lost one are summed again at once:
    until a worker came by, they would show it twice. Returns how many sessions and days changed.
    """
    changed: list[WritingSession] = []
    days: set[date] = set()
    for session in sessions:
        day = user.day_of(session.last_change_at)
        if (day, user.time_zone) != (session.day, session.time_zone):
            days |= {day, session.day}
            session.day, session.time_zone = day, user.time_zone
            session.updated_at = timezone.now()
            changed.append(session)
    WritingSession.objects.bulk_update(changed, ["day", "time_zone", "updated_at"], batch_size=500)
    # In order, so that two of these never wait for each other.
    for day in sorted(days):
        roll_up_day(user, day, at=at)
    return len(changed), len(days)
