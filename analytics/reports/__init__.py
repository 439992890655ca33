"""Answers made from the ledger: frozen values, constant queries, the time passed in."""

from analytics.reports.cards import target_card
from analytics.reports.clock import Clock, ClockCell, clock
from analytics.reports.dashboard import Dashboard, Library, dashboard, last_chapters
from analytics.reports.days import (
    DayReport,
    DayWords,
    Today,
    Week,
    day_report,
    goal_on,
    library_today,
    today,
    week,
)
from analytics.reports.figures import MEASURES, Figures, figures_by_day
from analytics.reports.forecast import ForecastReport, forecast_report
from analytics.reports.heat import HeatYear, heat_year
from analytics.reports.overview import (
    BestDay,
    Overview,
    all_days,
    overview,
    overview_of,
    range_of,
)
from analytics.reports.plan import PlanDay, PlanReport, plan_report, plan_span
from analytics.reports.series import BUCKETS, Series, SeriesRow, quota_now, series, series_rows
from analytics.reports.stories import (
    MOST_FILLED_DAYS,
    Row,
    StoryAnalytics,
    best_of,
    figures_within,
    recent_activity,
    story_analytics,
    story_today,
)
from analytics.reports.streaks import Streak, streak, streak_sentence
from analytics.reports.targets import (
    Progress,
    progress_of_targets,
    target_progress,
    targets_span,
)

__all__ = [
    "BUCKETS",
    "MEASURES",
    "MOST_FILLED_DAYS",
    "BestDay",
    "Clock",
    "ClockCell",
    "Dashboard",
    "DayReport",
    "DayWords",
    "Figures",
    "ForecastReport",
    "HeatYear",
    "Library",
    "Overview",
    "PlanDay",
    "PlanReport",
    "Progress",
    "Row",
    "Series",
    "SeriesRow",
    "StoryAnalytics",
    "Streak",
    "Today",
    "Week",
    "all_days",
    "best_of",
    "clock",
    "dashboard",
    "day_report",
    "figures_by_day",
    "figures_within",
    "forecast_report",
    "goal_on",
    "heat_year",
    "last_chapters",
    "library_today",
    "overview",
    "overview_of",
    "plan_report",
    "plan_span",
    "progress_of_targets",
    "quota_now",
    "range_of",
    "recent_activity",
    "series",
    "series_rows",
    "story_analytics",
    "story_today",
    "streak",
    "streak_sentence",
    "target_card",
    "target_progress",
    "targets_span",
    "today",
    "week",
]
