"""Answers of the API, built from reports."""

from __future__ import annotations

import calendar
from datetime import date
from typing import Any
from uuid import UUID

from analytics.reports import (
    Clock,
    ClockCell,
    Figures,
    HeatYear,
    Overview,
    Progress,
    Row,
    Series,
    SeriesRow,
    StoryAnalytics,
)
from analytics.words import CAUSES
from stories.models import Target

Body = dict[str, Any]


def target_body(target: Target, progress: Progress) -> Body:
    return {
        "target_id": target.pk,
        "story_id": target.story_id,
        "quota": target.quota,
        "frequency": target.frequency,
        "from_date": target.from_date,
        "to_date": target.to_date,
        **_progress(progress),
    }


def target_with_history(target: Target, progress: Progress) -> Body:
    """Return the same with the periods that are over, the oldest first."""
    return target_body(target, progress) | {
        "history": [
            {
                "from_date": past.first,
                "to_date": past.last,
                "words": past.words,
                "quota": past.quota,
                "is_kept": past.is_kept,
                "is_rest": past.is_rest,
            }
            for past in progress.history
        ]
    }


def no_target(story_id: UUID, frequency: str) -> Body:
    """Return what stands for a target where there is none."""
    nothing = Progress(words=0, quota=0, period=None)
    return {
        "target_id": None,
        "story_id": story_id,
        "quota": 0,
        "frequency": frequency,
        "from_date": None,
        "to_date": None,
        **_progress(nothing),
        "percent": 0,
    }


def _progress(progress: Progress) -> Body:
    period = progress.period
    return {
        "progress": progress.words,
        "percent": progress.percent,
        "remaining": progress.remaining,
        "period": period and {"from_date": period.first, "to_date": period.last},
        "kept": progress.kept,
        "missed": progress.missed,
    }


def analytics_body(report: StoryAnalytics, *, story_id: UUID) -> Body:
    figures, best = report.kpis.figures, report.kpis.best_day
    target = no_target(story_id, report.frequency)
    if report.target and report.progress:
        target = target_body(report.target, report.progress)
    return {
        "kpis": {
            "total_words": figures.words_written,
            "total_duration": figures.minutes,
            "avg_words_per_minute": figures.words_per_minute,
            "net_words": figures.net,
            "removed_words": figures.removed,
            "sessions": figures.sessions,
            "active_days": report.kpis.active_days,
            "best_day": best and {"date": best.day, "words": best.words},
        },
        "words_over_time": [_row(row, report.frequency) for row in report.rows],
        "target": target,
    }


def _row(row: Row, frequency: str) -> Body:
    return _when(row.period.first, frequency) | _words(row.figures)


def _when(first: date, frequency: str) -> Body:
    if frequency == Target.Frequency.WEEKLY:
        return {"week_start": first, "week_num": first.isocalendar().week}
    if frequency == Target.Frequency.MONTHLY:
        return {"month_start": first, "month_name": calendar.month_name[first.month]}
    return {"date": first}


def _words(figures: Figures) -> Body:
    return {
        "total_words": figures.words_written,
        "net_words": figures.net,
        "removed_words": figures.removed,
        "total_duration": figures.minutes,
        "sessions": figures.sessions,
    }


# These are built by hand and not by a serializer: a series of years has thousands of rows.


def overview_body(overview: Overview) -> Body:
    figures, best = overview.figures, overview.best_day
    return {
        "from_date": overview.within.first,
        "to_date": overview.within.last,
        "measure": overview.measure,
        "value": overview.value,
        **_sums(figures),
        "days": overview.days,
        "active_days": overview.active_days,
        "per_writing_day": overview.per_writing_day,
        "per_calendar_day": overview.per_calendar_day,
        "revising_percent": figures.revising_percent,
        "best_day": best and {"date": best.day, "value": best.words},
        "causes": {cause: getattr(figures, cause) for cause in CAUSES},
    }


def series_body(series: Series) -> Body:
    return {
        "from_date": series.within.first,
        "to_date": series.within.last,
        "bucket": series.bucket,
        "measure": series.measure,
        "rows": [_series_row(row, series.measure) for row in series.rows],
    }


def _series_row(row: SeriesRow, measure: str) -> Body:
    return {
        "from_date": row.period.first.isoformat(),
        "to_date": row.period.last.isoformat(),
        "value": row.figures.measured(measure),
        **_sums(row.figures),
        "rest_days": row.rest_days,
    }


def _sums(figures: Figures) -> Body:
    return {
        "words": figures.words_written,
        "net_words": figures.net,
        "gross_words": figures.gross,
        "removed_words": figures.removed,
        "minutes": figures.minutes,
        "active_seconds": figures.active_seconds,
        "sessions": figures.sessions,
    }


def heat_body(year: HeatYear) -> Body:
    return {
        "year": year.year,
        "words": year.words,
        "writing_days": year.writing_days,
        "upper_bounds": year.upper_bounds,
        "days": [
            {"date": day.day.isoformat(), "words": day.words, "shade": year.shade(day.words)}
            for day in year.days
        ],
    }


def clock_body(clock: Clock) -> Body:
    return {
        "from_date": clock.within.first,
        "to_date": clock.within.last,
        "words": clock.words,
        "upper_bounds": clock.upper_bounds,
        "rows": clock.rows,
        "best": clock.best and _cell(clock.best),
    }


def _cell(cell: ClockCell) -> Body:
    """Name the weekday as ISO does, 1 for Monday."""
    return {"weekday": cell.weekday + 1, "hour": cell.hour, "words": cell.words}
