"""The API of statistics: what the charts of the pages show, as numbers."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import reports
from analytics.bodies import analytics_body
from analytics.serializers import AnalyticsQuery, AnalyticsShape, DashboardShape
from analytics.viewsets.base import LedgerView


class StoryAnalyticsView(LedgerView):
    @extend_schema(parameters=[AnalyticsQuery], responses=AnalyticsShape, tags=["analytics"])
    def get(self, request: Request, story_id: str) -> Response:
        """Key figures, words over time and the target of a story."""
        query = self.query(AnalyticsQuery)
        story = self.story(story_id)
        report = reports.story_analytics(story, at=self.at, **query)
        return Response(analytics_body(report, story_id=story.pk))


class DashboardView(LedgerView):
    @extend_schema(responses=DashboardShape, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """Today, the streak, this week, the last chapters and the library's totals."""
        return Response(DashboardShape(reports.dashboard(self.user, at=self.at)).data)
