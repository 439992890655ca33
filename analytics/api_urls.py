"""The ledger's part of the API. Comes before the stories' own: `/stories/targets` is no story."""

from django.urls import re_path

from analytics import viewsets
from analytics.viewsets.past import ApplyToPastView
from analytics.viewsets.plans import ForecastView, PlanDaysView, PlanView
from analytics.viewsets.rest import RestDaysView, RestDayView, StreakView

STORY = r"^stories/(?P<story_id>[^/]+)"

urlpatterns = [
    re_path(r"^stories/targets/?$", viewsets.AllTargetsView.as_view(), name="all-targets"),
    re_path(rf"{STORY}/targets/?$", viewsets.TargetsView.as_view(), name="targets"),
    re_path(
        rf"{STORY}/targets/(?P<target_id>[^/]+)/?$", viewsets.TargetView.as_view(), name="target"
    ),
    re_path(rf"{STORY}/analytics/?$", viewsets.StoryAnalyticsView.as_view(), name="analytics"),
    re_path(r"^me/dashboard/?$", viewsets.DashboardView.as_view(), name="dashboard"),
    re_path(r"^me/apply-to-past/?$", ApplyToPastView.as_view(), name="apply-to-past"),
    re_path(r"^analytics/overview/?$", viewsets.OverviewView.as_view(), name="overview"),
    re_path(r"^analytics/series/?$", viewsets.SeriesView.as_view(), name="series"),
    re_path(r"^analytics/heatmap/?$", viewsets.HeatView.as_view(), name="heatmap"),
    re_path(r"^analytics/clock/?$", viewsets.ClockView.as_view(), name="clock"),
    re_path(r"^days/(?P<day>[^/]+)/?$", viewsets.DayView.as_view(), name="day"),
    re_path(r"^sessions/?$", viewsets.SessionsView.as_view(), name="sessions"),
    re_path(r"^rest-days/?$", RestDaysView.as_view(), name="rest-days"),
    re_path(r"^rest-days/(?P<rest_id>[^/]+)/?$", RestDayView.as_view(), name="rest-day"),
    re_path(r"^streak/?$", StreakView.as_view(), name="streak"),
    re_path(rf"{STORY}/plan/?$", PlanView.as_view(), name="plan"),
    re_path(rf"{STORY}/plan/days/?$", PlanDaysView.as_view(), name="plan-days"),
    re_path(rf"{STORY}/forecast/?$", ForecastView.as_view(), name="forecast"),
]
