"""Words over time: a row for each day, week or month."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from accounts.models import User
from analytics.periods import Period, periods_within
from analytics.reports.days import goal_on
from analytics.reports.figures import NOTHING, Figures, add_up, figures_by_day
from analytics.rest import rest_on
from stories.models import Target

BUCKETS = {"day": "Daily", "week": "Weekly", "month": "Monthly"}


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One day, ISO week or month, cut to the range; `rest_days` is how many of it were rest."""

    period: Period
    figures: Figures
    rest_days: int = 0
    is_now: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    within: Period
    bucket: str
    measure: str
    rows: tuple[SeriesRow, ...]


def series(
    user: User,
    *,
    bucket: str = "day",
    within: Period,
    measure: str = "words",
    story_id: UUID | None = None,
    at: datetime,
) -> Series:
    """Report every day, week or month of `within`, empty ones included. Four queries."""
    today = user.day_of(at)
    figures = figures_by_day(user, within=within, today=today, story_id=story_id)
    rest = rest_on(user, within.days())
    rows = series_rows(figures, within, bucket=bucket, rest=rest, today=today)
    return Series(within, bucket, measure, rows)


def series_rows(
    figures: Mapping[date, Figures],
    within: Period,
    *,
    bucket: str,
    rest: Collection[date] = (),
    today: date,
) -> tuple[SeriesRow, ...]:
    """Return the rows from figures at hand. Pure."""
    rows = []
    for whole in periods_within(within, BUCKETS[bucket]):
        period = whole.clip(within) or whole
        rows.append(
            SeriesRow(
                period,
                _sum_of(figures, period),
                sum(day in rest for day in period.days()) if rest else 0,
                today in period,
            )
        )
    return tuple(rows)


def _sum_of(figures: Mapping[date, Figures], period: Period) -> Figures:
    if period.first == period.last:
        return figures.get(period.first, NOTHING)
    found = [figures[day] for day in period.days() if day in figures]
    return add_up(found) if found else NOTHING


def quota_now(user: User, bucket: str, *, today: date, story_id: UUID | None = None) -> int | None:
    """Return the sum of the targets of that frequency in force today; None without any."""
    if bucket == "day":
        return goal_on(user, today, story_id=story_id)
    targets = Target.objects.visible_to(user).filter(
        frequency=BUCKETS[bucket], from_date__lte=today, to_date__gte=today
    )
    if story_id:
        targets = targets.filter(story_id=story_id)
    return targets.aggregate(quota=Sum("quota"))["quota"]
