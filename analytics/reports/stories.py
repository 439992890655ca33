"""The statistics of one story, as its page and the API show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.models import User
from analytics.periods import Period, last_days, period_of, periods_within
from analytics.reports.days import DayWords, day_words
from analytics.reports.figures import NOTHING, Figures, add_up, figures_by_day
from analytics.reports.overview import BestDay, overview_of
from analytics.reports.targets import Progress, target_progress
from nexus.lib.errors import Invalid
from stories.models import Story, Target

KPI_DAYS = {"Daily": 1, "Weekly": 7, "Monthly": 30}
DEFAULT_DAYS = 30
MOST_FILLED_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Kpis:
    within: Period
    figures: Figures
    active_days: int
    best_day: BestDay | None


@dataclass(frozen=True, slots=True)
class Row:
    """One day, ISO week or month; `period` is whole even where the range cuts it."""

    period: Period
    figures: Figures

    @property
    def words(self) -> int:
        return self.figures.words_written


@dataclass(frozen=True, slots=True)
class StoryAnalytics:
    user: User
    frequency: str
    within: Period
    kpis: Kpis
    rows: tuple[Row, ...]
    target: Target | None
    progress: Progress | None


def story_analytics(
    story: Story,
    *,
    frequency: str = "Daily",
    from_date: date | None = None,
    to_date: date | None = None,
    fill: bool = False,
    figures: Mapping[date, Figures] | None = None,
    has_progress: bool = True,
    at: datetime,
) -> StoryAnalytics:
    """Report a story's words over time and its key figures. Constant queries.

    Without dates the rows cover the last 30 days and the key figures today, 7 or 30 days, by
    frequency; with either date both cover the range. Weeks are ISO weeks. `figures` are the story's
    of these days and maybe others, where they are at hand. Without `has_progress` the target's is
    not asked for.
    """
    today = story.owner.day_of(at)
    within = _range(from_date, to_date, today)
    if fill and len(within) > MOST_FILLED_DAYS:
        raise Invalid.field("from_date", _("Please ask for ten years at most."), code="too_long")
    if figures is None:
        figures = figures_by_day(story.owner, within=within, today=today, story_id=story.pk)
    else:
        figures = {day: found for day, found in figures.items() if day in within}
    is_default = from_date is None and to_date is None
    kpi_range = last_days(KPI_DAYS[frequency], today) if is_default else within
    target = Target.objects.filter(story=story, frequency=frequency).first()
    progress = None
    if target and has_progress:
        progress = target_progress(target, user=story.owner, today=today)
    return StoryAnalytics(
        user=story.owner,
        frequency=frequency,
        within=within,
        kpis=_kpis(figures, kpi_range, today=today),
        rows=tuple(_rows(figures, within, frequency, fill=fill)),
        target=target,
        progress=progress,
    )


def _range(from_date: date | None, to_date: date | None, today: date) -> Period:
    last = to_date or max(today, from_date or today)
    month_back = date.fromordinal(max(1, last.toordinal() - DEFAULT_DAYS + 1))
    return Period(from_date or month_back, last)


def _kpis(figures: Mapping[date, Figures], within: Period, *, today: date) -> Kpis:
    found = overview_of(figures, within, today=today)
    return Kpis(within, found.figures, found.active_days, found.best_day)


def _rows(
    figures: Mapping[date, Figures], within: Period, frequency: str, *, fill: bool
) -> list[Row]:
    grouped: dict[Period, list[Figures]] = {}
    if fill:
        grouped = {period: [] for period in periods_within(within, frequency)}
    period = None
    for day in sorted(figures):
        # Most days lie in the period of the one before.
        if period is None or day > period.last:
            period = period_of(day, frequency)
        grouped.setdefault(period, []).append(figures[day])
    return [Row(period, add_up(grouped[period])) for period in sorted(grouped)]


def recent_activity(
    figures: dict[date, Figures], *, today: date, days: int = DEFAULT_DAYS
) -> tuple[DayWords, ...]:
    """Return a bar for each of the last days, today included, from figures at hand. Pure."""
    return day_words(figures, last_days(days, today), today=today)


def story_today(story: Story, *, at: datetime) -> Figures:
    today = story.owner.day_of(at)
    found = figures_by_day(story.owner, within=Period(today, today), today=today, story_id=story.pk)
    return found.get(today, NOTHING)


def figures_within(report: StoryAnalytics) -> Figures:
    """Sum all rows: what the page says about the whole range it shows."""
    return add_up(row.figures for row in report.rows)


def best_of(rows: Sequence[Row]) -> BestDay | None:
    """Return the best single day among daily rows."""
    days = [row for row in rows if len(row.period) == 1 and row.words]
    best = max(days, key=lambda row: row.words, default=None)
    return BestDay(best.period.first, best.words) if best else None
