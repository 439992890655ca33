"""How far each target has come, from the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from uuid import UUID

from accounts.models import User
from analytics.models import WritingDay
from analytics.periods import Period, period_of, periods_within
from analytics.reports.figures import words_by_story
from analytics.rest import rest_on
from stories.models import Target

# Kept and missed periods are shown for a year back; a target may have run for ages.
LOOK_BACK = timedelta(days=366)


class PastPeriod(NamedTuple):
    """A day, week or month that is over; `quota` is the one that was in force then.

    A tuple: a year of targets in many stories has thousands.
    """

    first: date
    last: date
    words: int
    quota: int
    is_rest: bool = False

    @property
    def period(self) -> Period:
        return Period(self.first, self.last)

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
        return sum([past.words >= past.quota for past in self.history])

    @property
    def missed(self) -> int:
        return sum([past.words < past.quota and not past.is_rest for past in self.history])

    @property
    def rested(self) -> int:
        """Periods of rest alone in which the quota was not met either, as nobody asked."""
        return len(self.history) - self.kept - self.missed


def target_progress(target: Target, *, user: User, today: date) -> Progress:
    """Report one target; `user` is its story's owner."""
    return progress_of_targets([target], user=user, today=today)[target.pk]


def targets_span(targets: Iterable[Target], today: date) -> Period:
    """Return the days that tell how the targets went: a year at most, today at least."""
    first = min((target.from_date for target in targets), default=today)
    return Period(min(max(today - LOOK_BACK, first), today), today)


def progress_of_targets(
    targets: Iterable[Target],
    *,
    user: User,
    today: date,
    words: Mapping[UUID, Mapping[date, int]] | None = None,
) -> Mapping[UUID, Progress]:
    """Report many targets. Five queries, however many there are; two where the `words` of their
    stories in `targets_span` are at hand.
    """
    targets = list(targets)
    if not targets:
        return {}
    span = targets_span(targets, today)
    if words is None:
        stories = {target.story_id for target in targets}
        words = words_by_story(user, within=span, today=today, story_ids=stories)
    goals = _goals_kept(targets, user, span)
    days = list(span.days())
    rests = rest_on(user, days)
    rested = _running_sums(days, dict.fromkeys(rests, 1))
    past = {
        story_id: _Past(
            days,
            words.get(story_id, {}),
            _running_sums(days, words.get(story_id, {})),
            goals.get(story_id, {}),
            rests,
            rested,
        )
        for story_id in {target.story_id for target in targets}
    }
    return {
        target.pk: _progress(target, past[target.story_id], week_start=user.week_start)
        for target in targets
    }


@dataclass(frozen=True, slots=True)
class _Past:
    """The days read, the last of them today, and what is known of each in one story.

    `written` and `rested` are running sums, so that a week or month is one subtraction.
    """

    days: list[date]
    words: Mapping[date, int]
    written: list[int]
    goals: Mapping[date, int]
    rests: Collection[date]
    rested: list[int]

    @property
    def today(self) -> date:
        return self.days[-1]

    def places(self, period: Period) -> tuple[int, int]:
        """Return where the period begins and ends among the running sums, cut to what was read."""
        first, count = self.days[0].toordinal(), len(self.days)
        begin = min(max(period.first.toordinal() - first, 0), count)
        return begin, max(begin, min(period.last.toordinal() - first + 1, count))


def _running_sums(days: list[date], values: Mapping[date, int]) -> list[int]:
    """Return the sum of the values before each day, and at the end that of all."""
    return list(accumulate([values.get(day, 0) for day in days], initial=0))


def _is_daily(target: Target) -> bool:
    return target.frequency == Target.Frequency.DAILY


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


def _progress(target: Target, past: _Past, *, week_start: int) -> Progress:
    today, dates = past.today, Period(target.from_date, target.to_date)
    current = period_of(today, target.frequency, week_start=week_start).clip(dates)
    is_running = current is not None and today in dates
    words = _between(past.written, *past.places(current)) if current and is_running else 0
    history = _days(target, past) if _is_daily(target) else _periods(target, past, week_start)
    return Progress(words, target.quota, current if is_running else None, tuple(history))


def _between(sums: list[int], begin: int, end: int) -> int:
    return sums[end] - sums[begin]


def _days(target: Target, past: _Past) -> Iterable[PastPeriod]:
    """Judge the target's days before today by the quota kept with each."""
    begin, end = past.places(Period(target.from_date, target.to_date))
    words, goals, rests, quota = past.words, past.goals, past.rests, target.quota
    return [
        PastPeriod(day, day, words.get(day, 0), goals.get(day, quota), day in rests)
        for day in past.days[begin : min(end, len(past.days) - 1)]
    ]


def _periods(target: Target, past: _Past, week_start: int) -> Iterable[PastPeriod]:
    """Judge the target's weeks or months that are over and were read whole."""
    span, dates = Period(past.days[0], past.today), Period(target.from_date, target.to_date)
    shown = span.clip(dates)
    if shown is None:
        return
    for whole in _wholes(shown, str(target.frequency), week_start):
        period = whole.clip(dates)
        if period and span.first <= period.first and period.last < span.last:
            begin, end = past.places(period)
            words = _between(past.written, begin, end)
            is_rest = _between(past.rested, begin, end) == len(period)
            yield PastPeriod(period.first, period.last, words, target.quota, is_rest)


# Twenty stories have mostly the same weeks and months.
@lru_cache(256)
def _wholes(span: Period, frequency: str, week_start: int) -> tuple[Period, ...]:
    return tuple(periods_within(span, frequency, week_start=week_start))
