"""The API of targets, statistics and the ledger."""

from analytics.viewsets.base import LedgerView
from analytics.viewsets.days import DayView, SessionsView
from analytics.viewsets.statistics import (
    ClockView,
    DashboardView,
    HeatView,
    OverviewView,
    SeriesView,
    StoryAnalyticsView,
)
from analytics.viewsets.targets import AllTargetsView, TargetsView, TargetView

__all__ = [
    "AllTargetsView",
    "ClockView",
    "DashboardView",
    "DayView",
    "HeatView",
    "LedgerView",
    "OverviewView",
    "SeriesView",
    "SessionsView",
    "StoryAnalyticsView",
    "TargetView",
    "TargetsView",
]
