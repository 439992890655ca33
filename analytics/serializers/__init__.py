"""Shapes of the ledger's API: what may be asked, and what is answered."""

from analytics.serializers.days import (
    CausesShape,
    DayShape,
    SessionListShape,
    SessionShape,
)
from analytics.serializers.queries import (
    AnalyticsQuery,
    FrequencyQuery,
    SessionsQuery,
    check_order,
)
from analytics.serializers.statistics import (
    AnalyticsShape,
    BestDayShape,
    DashboardShape,
    KpisShape,
    LibraryShape,
    RecentChapterShape,
    RowShape,
    StreakShape,
    TodayShape,
    WeekDayShape,
)
from analytics.serializers.targets import (
    AnalyticsTargetShape,
    PeriodShape,
    StoryTargetsShape,
    TargetBody,
    TargetListShape,
    TargetShape,
)

__all__ = [
    "AnalyticsQuery",
    "AnalyticsShape",
    "AnalyticsTargetShape",
    "BestDayShape",
    "CausesShape",
    "DashboardShape",
    "DayShape",
    "FrequencyQuery",
    "KpisShape",
    "LibraryShape",
    "PeriodShape",
    "RecentChapterShape",
    "RowShape",
    "SessionListShape",
    "SessionShape",
    "SessionsQuery",
    "StoryTargetsShape",
    "StreakShape",
    "TargetBody",
    "TargetListShape",
    "TargetShape",
    "TodayShape",
    "WeekDayShape",
    "check_order",
]
