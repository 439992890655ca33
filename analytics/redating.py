"""Today, begun anew: what another time zone or day's end makes of the newest sessions."""

from __future__ import annotations

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
    days: set[date] = set()
    for session in near.order_by("pk"):
        day = user.day_of(session.last_change_at)
        if day != session.day:
            days |= {day, session.day}
            session.day, session.updated_at = day, timezone.now()
            session.save(update_fields=["day", "updated_at"])
    # At once: a day that lost a session would show it twice until a worker came by.
    for day in sorted(days):
        roll_up_day(user, day, at=at)
