"""The goal of each day, as it was then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from analytics.models import WritingDay
from analytics.periods import Period
from stories.models import Target


def goals_by_day(
    user: User, period: Period, *, today: date, story_id: UUID | None = None
) -> dict[date, int]:
    """Return each day's goal, of one story or of all; nothing for days without one. Two queries.

    As kept with a past day, else by the targets that there were by then.
    """
    targets = Target.objects.visible_to(user).filter(
        Q(story_id=story_id) if story_id else Q(),
        frequency=Target.Frequency.DAILY,
        from_date__lte=period.last,
        to_date__gte=period.first,
    )
    in_force = _sum_of(targets, period, user)
    kept = WritingDay.objects.filter(
        Q(story_id=story_id) if story_id else Q(story__isnull=True),
        user=user,
        day__range=(period.first, period.last),
        day__lt=today,
    )
    for day, goal in kept.values_list("day", "goal"):
        in_force.pop(day, None)
        if goal is not None:
            in_force[day] = goal
    return in_force


def _sum_of(targets: Iterable[Target], period: Period, user: User) -> dict[date, int]:
    goals: dict[date, int] = {}
    for target in targets:
        first = max(target.from_date, user.day_of(target.created_at))
        if first > target.to_date:
            continue
        if span := Period(first, target.to_date).clip(period):
            for day in span.days():
                goals[day] = goals.get(day, 0) + target.quota
    return goals
