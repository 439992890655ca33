"""The API of statistics: what the charts of the pages show, as numbers."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from analytics import bodies, reports, tables
from analytics.serializers import (
    AnalyticsQuery,
    AnalyticsShape,
    ClockQuery,
    ClockShape,
    CsvQuery,
    DashboardShape,
    HeatQuery,
    HeatShape,
    OverviewQuery,
    OverviewShape,
    SeriesQuery,
    SeriesShape,
)
from analytics.viewsets.base import LedgerView, in_formats


class StoryAnalyticsView(LedgerView):
    @extend_schema(
        parameters=[AnalyticsQuery], responses=in_formats(AnalyticsShape), tags=["analytics"]
    )
    def get(self, request: Request, story_id: str) -> HttpResponseBase:
        """Key figures, words over time and the target of a story."""
        query = self.query(AnalyticsQuery)
        story = self.story(story_id)
        asked = {name: value for name, value in query.items() if name != "format"}
        report = reports.story_analytics(story, at=self.at, **asked)
        return self.answer_as(
            query,
            lambda: bodies.analytics_body(report, story_id=story.pk),
            lambda: tables.story_table(report),
        )


class DashboardView(LedgerView):
    @extend_schema(parameters=[CsvQuery], responses=in_formats(DashboardShape), tags=["analytics"])
    def get(self, request: Request) -> HttpResponseBase:
        """Today, the streak, this week, the last chapters and the library's totals."""
        query = self.query(CsvQuery)
        report = reports.dashboard(self.user, at=self.at)
        return self.answer_as(
            query, lambda: DashboardShape(report).data, lambda: tables.dashboard_table(report)
        )


class OverviewView(LedgerView):
    @extend_schema(
        parameters=[OverviewQuery], responses=in_formats(OverviewShape), tags=["analytics"]
    )
    def get(self, request: Request) -> HttpResponseBase:
        """What a range of days sums to and averages, of one story or of all."""
        query = self.query(OverviewQuery)
        report = reports.overview(
            self.user,
            within=self.range_asked(query),
            measure=query["measure"],
            story_id=self.story_asked(query),
            at=self.at,
        )
        return self.answer_as(
            query, lambda: bodies.overview_body(report), lambda: tables.overview_table(report)
        )


class SeriesView(LedgerView):
    @extend_schema(
        parameters=[SeriesQuery],
        responses=in_formats(SeriesShape, sheet=True),
        tags=["analytics"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """A row for every day, ISO week or month of a range, empty ones included."""
        query = self.query(SeriesQuery)
        report = reports.series(
            self.user,
            bucket=query["bucket"],
            within=self.range_asked(query),
            measure=query["measure"],
            story_id=self.story_asked(query),
            at=self.at,
        )
        return self.answer_as(
            query, lambda: bodies.series_body(report), lambda: tables.series_table(report)
        )


class HeatView(LedgerView):
    @extend_schema(parameters=[HeatQuery], responses=in_formats(HeatShape), tags=["analytics"])
    def get(self, request: Request) -> HttpResponseBase:
        """The days of a year in shades, each shade as many days as the others."""
        query = self.query(HeatQuery)
        report = reports.heat_year(
            self.user,
            year=query.get("year", self.today.year),
            story_id=self.story_asked(query),
            at=self.at,
        )
        return self.answer_as(
            query, lambda: bodies.heat_body(report), lambda: tables.heat_table(report)
        )


class ClockView(LedgerView):
    @extend_schema(parameters=[ClockQuery], responses=in_formats(ClockShape), tags=["analytics"])
    def get(self, request: Request) -> HttpResponseBase:
        """Words by weekday and hour."""
        query = self.query(ClockQuery)
        report = reports.clock(
            self.user,
            within=self.range_asked(query),
            story_id=self.story_asked(query),
            at=self.at,
        )
        return self.answer_as(
            query, lambda: bodies.clock_body(report), lambda: tables.clock_table(report)
        )
