"""A plan's forecast, and how good the earlier ones were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from analytics.forecasting import FEWEST_DAYS, Outlook, look_ahead
from analytics.models import Forecast
from analytics.reports.plan import PlanReport, pace_of

SHOWN = 24


@dataclass(frozen=True, slots=True)
class Record:
    """How the closed forecasts did: `within` of them held between their tenth and ninetieth.

    `days_off` is the median distance in days between the middle date and the true one.
    """

    closed: int
    within: int
    days_off: float | None


@dataclass(frozen=True, slots=True)
class ForecastReport:
    """`status`: `reached`, `too_few_days` of data, or `ready`."""

    report: PlanReport
    outlook: Outlook
    kept: tuple[Forecast, ...]

    @property
    def status(self) -> str:
        if self.report.is_reached:
            return "reached"
        return "ready" if self.outlook.has_data else "too_few_days"

    @property
    def fewest_days(self) -> int:
        return FEWEST_DAYS

    @property
    def record(self) -> Record:
        return record_of(self.kept)


def outlook_of(report: PlanReport) -> Outlook:
    """Forecast from this morning on: the same all day long, however much is written meanwhile."""
    return look_ahead(
        pace_of(report),
        words_left=report.left_this_morning,
        today=max(report.today, report.plan.start_on),
        due_on=report.plan.due_on,
        rests=report.rests.keys(),
        # By the day alone: an archive that comes back has other ids, and the same forecasts.
        seed=report.today.toordinal(),
    )


def forecast_report(report: PlanReport) -> ForecastReport:
    """Forecast now, with what was forecast before. One query."""
    kept = Forecast.objects.filter(story=report.plan.story_id).order_by("-made_on")[:SHOWN]
    return ForecastReport(report, outlook_of(report), tuple(kept))


def record_of(forecasts: Iterable[Forecast]) -> Record:
    """Judge the closed forecasts that had dates. Pure."""
    closed = [row for row in forecasts if row.finished_on and row.p50]
    return Record(len(closed), sum(map(_held, closed)), _days_off(closed))


def _held(row: Forecast) -> bool:
    """A date beyond the horizon is later than any."""
    if row.finished_on is None or row.p10 is None:
        return False
    return row.p10 <= row.finished_on and (row.p90 is None or row.finished_on <= row.p90)


def _days_off(closed: Sequence[Forecast]) -> float | None:
    distances = [
        abs((row.finished_on - row.p50).days) for row in closed if row.finished_on and row.p50
    ]
    return float(median(distances)) if distances else None
