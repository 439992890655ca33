"""How far each target has come, from the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accounts.models import User
from analytics.models import WritingDay
from analytics.periods import Period, period_of, periods_within
from analytics.reports.figures import Figures, figures_by_story
from analytics.rest import rest_on
from stories.models import Target

# Kept and missed periods are shown for a year back; a target may have run for ages.
LOOK_BACK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class PastPeriod:
    """A day, week or month that is over; `quota` is the one that was in force then."""

    period: Period
    words: int
    quota: int
    is_rest: bool = False

    @property
    def is_kept(self) -> bool:
        return self.words >= self.quota

    @property
    def is_missed(self) -> bool:
        """Nothing is missed where every day was rest."""
        return not self.is_kept and not self.is_rest


@dataclass(frozen=True, slots=True)
class Progress:
    """Words written in the current period; `period` is None outside the target's dates."""

    words: int
    quota: int
    period: Period | None
    history: tuple[PastPeriod, ...] = ()

    @property
    def percent(self) -> int:
        """Whole percent, above 100 when the quota is passed."""
        return self.words * 100 // self.quota if self.quota else 100

    @property
    def remaining(self) -> int:
        return max(0, self.quota - self.words)

    @property
    def is_met(self) -> bool:
        return self.period is not None and self.words >= self.quota

    @property
    def kept(self) -> int:
        return sum(past.is_kept for past in self.history)

    @property
    def missed(self) -> int:
        return sum(past.is_missed for past in self.history)

    @property
    def rested(self) -> int:
        """Periods of rest alone in which the quota was not met either, as nobody asked."""
        return len(self.history) - self.kept - self.missed


def target_progress(target: Target, *, user: User, today: date) -> Progress:
    """Report one target; `user` is its story's owner."""
    return progress_of_targets([target], user=user, today=today)[target.pk]


def progress_of_targets(
    targets: Iterable[Target], *, user: User, today: date
) -> Mapping[UUID, Progress]:
    """Report many targets. Five queries, however many there are."""
    targets = list(targets)
    if not targets:
        return {}
    first = max(today - LOOK_BACK, min(target.from_date for target in targets))
    span = Period(min(first, today), today)
    figures = figures_by_story(
        user, within=span, today=today, story_ids={target.story_id for target in targets}
    )
    goals = _goals_kept(targets, user, span)
    rests = rest_on(user, span.days())
    return {
        target.pk: _progress(
            target,
            figures.get(target.story_id, {}),
            user,
            span,
            goals=goals.get(target.story_id, {}),
            rests=rests,
        )
        for target in targets
    }


def _goals_kept(targets: list[Target], user: User, span: Period) -> dict[UUID, dict[date, int]]:
    """Return the quota kept with each day of each story: a goal raised later rewrites none."""
    stories = {t.story_id for t in targets if t.frequency == Target.Frequency.DAILY}
    rows = WritingDay.objects.filter(
        user=user, story_id__in=stories, goal__isnull=False, day__range=(span.first, span.last)
    )
    goals: dict[UUID, dict[date, int]] = {}
    for story_id, day, goal in rows.values_list("story_id", "day", "goal"):
        if story_id and goal is not None:
            goals.setdefault(story_id, {})[day] = goal
    return goals


def _progress(
    target: Target,
    figures: Mapping[date, Figures],
    user: User,
    span: Period,
    *,
    goals: Mapping[date, int],
    rests: Collection[date],
) -> Progress:
    today = span.last
    dates = Period(target.from_date, target.to_date)
    current = period_of(today, target.frequency, week_start=user.week_start).clip(dates)
    history: tuple[PastPeriod, ...] = ()
    if past := span.clip(dates):
        history = tuple(
            PastPeriod(
                period,
                _words_in(period, figures),
                _quota_of(target, period, goals),
                all(day in rests for day in period.days()),
            )
            for whole in periods_within(past, target.frequency, week_start=user.week_start)
            if (period := whole.clip(dates)) and _is_over(period, span)
        )
    is_running = current is not None and today in dates
    words = _words_in(current, figures) if current and is_running else 0
    return Progress(words, target.quota, current if is_running else None, history)


def _is_over(period: Period, span: Period) -> bool:
    """A period counts when all of it was read and none of it is still to come."""
    return span.first <= period.first and period.last < span.last


def _quota_of(target: Target, period: Period, goals: Mapping[date, int]) -> int:
    is_daily = target.frequency == Target.Frequency.DAILY
    return goals.get(period.first, target.quota) if is_daily else target.quota


def _words_in(period: Period, figures: Mapping[date, Figures]) -> int:
    if len(period) < len(figures):
        return sum(figures[day].words_written for day in period.days() if day in figures)
    return sum(found.words_written for day, found in figures.items() if day in period)
