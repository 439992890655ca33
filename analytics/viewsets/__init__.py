"""The API of targets, statistics and the ledger."""

from analytics.viewsets.base import LedgerView
from analytics.viewsets.days import DayView, SessionsView
from analytics.viewsets.statistics import DashboardView, StoryAnalyticsView
from analytics.viewsets.targets import AllTargetsView, TargetsView, TargetView

__all__ = [
    "AllTargetsView",
    "DashboardView",
    "DayView",
    "LedgerView",
    "SessionsView",
    "StoryAnalyticsView",
    "TargetView",
    "TargetsView",
]
