"""Answers made from the ledger: frozen values, constant queries, the time passed in."""

from analytics.reports.cards import target_card
from analytics.reports.dashboard import Dashboard, Library, dashboard, last_chapters
from analytics.reports.days import (
    DayReport,
    DayWords,
    Streak,
    Today,
    Week,
    day_report,
    goal_on,
    library_today,
    streak,
    today,
    week,
)
from analytics.reports.figures import Figures, figures_by_day
from analytics.reports.heat import HeatYear, heat_year
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
from analytics.reports.targets import Progress, progress_of_targets, target_progress

__all__ = [
    "MOST_FILLED_DAYS",
    "Dashboard",
    "DayReport",
    "DayWords",
    "Figures",
    "HeatYear",
    "Library",
    "Progress",
    "Row",
    "StoryAnalytics",
    "Streak",
    "Today",
    "Week",
    "best_of",
    "dashboard",
    "day_report",
    "figures_by_day",
    "figures_within",
    "goal_on",
    "heat_year",
    "last_chapters",
    "library_today",
    "progress_of_targets",
    "recent_activity",
    "story_analytics",
    "story_today",
    "streak",
    "target_card",
    "target_progress",
    "today",
    "week",
]
