"""A story's plan against what is really there: today's quota, the days to come, the burn-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from analytics.periods import DAY, Period, last_days
from analytics.reports.figures import NOTHING, Figures, figures_by_day
from analytics.rest import rest_on
from stories.models import Plan
from stories.plans import Terms, par_line, quota_on, quotas_from

# How far back a pace is taken from, and how far ahead a finish is looked for.
PACE_DAYS, HORIZON_DAYS = 90, 5 * 365


@dataclass(frozen=True, slots=True)
class PlanDay:
    """One day of a plan.

    `quota` is what the plan asks for from today on, `expected` the total at the day's end if every
    quota is kept; `words` the total that was there at the end of a day that is over, or now; `par`
    the total had the plan been kept from its start.
    """

    day: date
    quota: int | None
    expected: int | None
    words: int | None
    par: int
    rest: str = ""


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan on one day. `written_today` is work of the hands: what an import brought is not."""

    plan: Plan
    today: date
    word_count: int
    written_today: int
    rests: Mapping[date, str]
    figures: Mapping[date, Figures]

    @property
    def terms(self) -> Terms:
        plan = self.plan
        return Terms(
            plan.start_on, plan.due_on, plan.weekday_weights, plan.strategy, self.rests.keys()
        )

    @property
    def words_left(self) -> int:
        return max(0, self.plan.total_words - self.word_count)

    @property
    def left_this_morning(self) -> int:
        """Words that were left before today's work: what today's quota is a share of."""
        return max(0, self.plan.total_words - self.word_count + self.written_today)

    @property
    def is_reached(self) -> bool:
        return self.word_count >= self.plan.total_words

    @property
    def quota_today(self) -> int:
        """Words for today; nothing once the plan is reached."""
        if self.is_reached:
            return 0
        return quota_on(self.today, self.terms, words_left=self.left_this_morning)

    @property
    def remaining_today(self) -> int:
        return max(0, self.quota_today - max(0, self.written_today))

    @property
    def days_left(self) -> int:
        """Days that have a share, today included."""
        return len(self.terms.shares(self.today))

    @property
    def rest_today(self) -> str | None:
        return self.rests.get(self.today)

    @property
    def percent(self) -> int:
        total = self.plan.total_words
        return min(100, self.word_count * 100 // total) if total else 100

    def totals(self) -> dict[date, int]:
        """Return the total at the end of each day from the plan's start to today.

        Counted back from what is there now by what the ledger says of each day.
        """
        totals, day, total = {}, self.today, self.word_count
        while day >= self.plan.start_on:
            totals[day] = total
            total = max(0, total - self.figures.get(day, NOTHING).net)
            day -= DAY
        return totals

    def days(self, within: Period | None = None) -> tuple[PlanDay, ...]:
        """Return every day of the plan, or those of `within`: table and burn-up line."""
        whole = Period(self.plan.start_on, self.plan.due_on)
        span = within.clip(whole) if within else whole
        if span is None:
            return ()
        totals, quotas, par = self.totals(), self._quotas(), self._par()
        level = self.plan.total_words - self._left_tonight
        if self.is_reached:
            level = self.word_count
        rows, kept = [], self.plan.start_words
        for day in whole.days():
            is_ahead = day >= self.today
            level += quotas.get(day, 0) if day > self.today else 0
            kept = par.get(day, kept)
            if day in span:
                rows.append(
                    PlanDay(
                        day=day,
                        quota=quotas.get(day, 0) if is_ahead else None,
                        expected=level if is_ahead else None,
                        words=totals.get(day),
                        par=kept,
                        rest=self.rests.get(day, ""),
                    )
                )
        return tuple(rows)

    def _quotas(self) -> dict[date, int]:
        ahead = quotas_from(self.today + DAY, self.terms, words_left=self._left_tonight)
        return {self.today: self.quota_today} | dict(ahead)

    @property
    def _left_tonight(self) -> int:
        """Words that are left when today's quota is kept, or more was written already."""
        return min(self.words_left, self.left_this_morning - self.quota_today)

    def _par(self) -> dict[date, int]:
        plan = self.plan
        return par_line(self.terms, start_words=plan.start_words, total_words=plan.total_words)


def plan_span(plan: Plan, today: date) -> Period:
    """Return the days whose figures a report is made of."""
    return Period(min(plan.start_on, last_days(PACE_DAYS + 1, today).first), today)


def plan_report(
    plan: Plan,
    *,
    word_count: int,
    user: User,
    figures: Mapping[date, Figures] | None = None,
    at: datetime,
) -> PlanReport:
    """Report a plan of `user`'s story, which holds `word_count` words now.

    Four queries; one where the story's `figures` of `plan_span` are at hand.
    """
    today = user.day_of(at)
    past = plan_span(plan, today)
    if figures is None:
        figures = figures_by_day(user, within=past, today=today, story_id=plan.story_id)
    ahead = date.fromordinal(min(today.toordinal() + HORIZON_DAYS, date.max.toordinal()))
    span = Period(past.first, max(plan.due_on, ahead))
    return PlanReport(
        plan=plan,
        today=today,
        word_count=word_count,
        written_today=_by_hand(figures.get(today, NOTHING)),
        rests=rest_on(user, span.days()),
        figures=figures,
    )


def _by_hand(figures: Figures) -> int:
    """Return what a writer's own work changed the count by; less than 0 on a day of cuts."""
    came = figures.imported + figures.restored + figures.moved_in
    return figures.net - came + figures.moved_out


def pace_of(report: PlanReport) -> dict[date, int]:
    """Return what each of the last days before today added, days without a word included.

    The days begin with the first one written on, and leave rest days out.
    """
    window = Period(report.today - timedelta(days=PACE_DAYS), report.today - DAY)
    written = [day for day, found in report.figures.items() if _by_hand(found)]
    first = max(window.first, min(written, default=report.today))
    days = Period(first, window.last).days()
    return {
        day: _by_hand(report.figures.get(day, NOTHING)) for day in days if day not in report.rests
    }
