"""How far each target has come, from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accounts.models import User
from analytics.periods import Period, period_of, periods_within
from analytics.reports.figures import Figures, figures_by_story
from stories.models import Target

# Kept and missed periods are shown for a year back; a target may have run for ages.
LOOK_BACK = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class PastPeriod:
    period: Period
    words: int
    is_kept: bool


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
        return len(self.history) - self.kept


def target_progress(target: Target, *, user: User, today: date) -> Progress:
    """Report one target; `user` is its story's owner."""
    return progress_of_targets([target], user=user, today=today)[target.pk]


def progress_of_targets(
    targets: Iterable[Target], *, user: User, today: date
) -> Mapping[UUID, Progress]:
    """Report many targets in two queries."""
    targets = list(targets)
    if not targets:
        return {}
    first = max(today - LOOK_BACK, min(target.from_date for target in targets))
    span = Period(min(first, today), today)
    figures = figures_by_story(
        user, within=span, today=today, story_ids={target.story_id for target in targets}
    )
    return {
        target.pk: _progress(target, figures.get(target.story_id, {}), user, span)
        for target in targets
    }


def _progress(
    target: Target, figures: Mapping[date, Figures], user: User, span: Period
) -> Progress:
    today = span.last
    dates = Period(target.from_date, target.to_date)
    current = period_of(today, target.frequency, week_start=user.week_start).clip(dates)
    history: tuple[PastPeriod, ...] = ()
    if past := span.clip(dates):
        history = tuple(
            _past(period, target.quota, figures)
            for whole in periods_within(past, target.frequency, week_start=user.week_start)
            if (period := whole.clip(dates)) and _is_over(period, span)
        )
    is_running = current is not None and today in dates
    words = _words_in(current, figures) if current and is_running else 0
    return Progress(words, target.quota, current if is_running else None, history)


def _is_over(period: Period, span: Period) -> bool:
    """A period counts when all of it was read and none of it is still to come."""
    return span.first <= period.first and period.last < span.last


def _past(period: Period, quota: int, figures: Mapping[date, Figures]) -> PastPeriod:
    words = _words_in(period, figures)
    return PastPeriod(period, words, words >= quota)


def _words_in(period: Period, figures: Mapping[date, Figures]) -> int:
    return sum(found.words_written for day, found in figures.items() if day in period)
