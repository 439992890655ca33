"""The API of the why: a day, and the sessions behind any number."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import reports
from analytics.models import WritingSession
from analytics.serializers import DayShape, SessionListShape, SessionShape, SessionsQuery
from analytics.viewsets.base import LedgerView
from nexus.lib.api import after_cursor, cut_page
from nexus.lib.errors import NotFound


class DayView(LedgerView):
    @extend_schema(responses=DayShape, tags=["analytics"])
    def get(self, request: Request, day: str) -> Response:
        """The why of a day: the sessions that made its words."""
        report = reports.day_report(self.user, parse_day(day), at=self.at)
        return Response(DayShape(report).data)


class SessionsView(LedgerView):
    @extend_schema(parameters=[SessionsQuery], responses=SessionListShape, tags=["analytics"])
    def get(self, request: Request) -> Response:
        """The ledger's rows, newest first."""
        query = self.query(SessionsQuery)
        rows = WritingSession.objects.visible_to(self.user)
        if "from_date" in query:
            rows = rows.filter(day__gte=query["from_date"])
        if "to_date" in query:
            rows = rows.filter(day__lte=query["to_date"])
        if "story" in query:
            rows = rows.filter(story_id=self.story(str(query["story"])).pk)
        place = after_cursor(query.get("cursor"), field="started_at")
        found = rows.filter(place).order_by("-started_at", "-pk")[: query["limit"] + 1]
        page, cursor = cut_page(list(found), limit=query["limit"], field="started_at")
        return Response({"sessions": SessionShape(page, many=True).data, "next_cursor": cursor})


def parse_day(raw: str) -> date:
    """Return the date in a path; what is none names nothing."""
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise NotFound(_("There is no such day.")) from error
