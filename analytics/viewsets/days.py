"""The API of the why: a day, and the sessions behind any number."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import reports
from analytics.exports import MOST_SHEET_ROWS, refuse_long, respond
from analytics.models import WritingSession, WritingSessionQuerySet
from analytics.serializers import (
    DayShape,
    SessionListShape,
    SessionShape,
    SessionsQuery,
    SheetQuery,
)
from analytics.tables import session_table
from analytics.viewsets.base import LedgerView, in_formats
from nexus.lib.api import after_cursor, cut_page, find
from nexus.lib.errors import NotFound
from stories.models import Chapter


class DayView(LedgerView):
    @extend_schema(
        parameters=[SheetQuery], responses=in_formats(DayShape, sheet=True), tags=["analytics"]
    )
    def get(self, request: Request, day: str) -> HttpResponseBase:
        """The why of a day: the sessions that made its words."""
        query = self.query(SheetQuery)
        date = parse_day(day)
        rows = WritingSession.objects.visible_to(self.user).filter(day=date)
        return self.answer_as(
            query,
            lambda: DayShape(reports.day_report(self.user, date, at=self.at)).data,
            lambda: session_table(rows, name=f"day-{date}"),
        )


class SessionsView(LedgerView):
    @extend_schema(
        parameters=[SessionsQuery],
        responses=in_formats(SessionListShape, sheet=True),
        tags=["analytics"],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """The ledger's rows, newest first in pages; a file holds all of them, oldest first."""
        query = self.query(SessionsQuery)
        rows = self.rows(query)
        if query["format"] == "xlsx":
            refuse_long(rows.order_by()[: MOST_SHEET_ROWS + 1].count())
        if query["format"] != "json":
            return respond(session_table(rows), query["format"])
        place = after_cursor(query.get("cursor"), field="started_at")
        found = rows.filter(place).order_by("-started_at", "-pk")[: query["limit"] + 1]
        page, cursor = cut_page(list(found), limit=query["limit"], field="started_at")
        return Response({"sessions": SessionShape(page, many=True).data, "next_cursor": cursor})

    def rows(self, query: dict[str, Any]) -> WritingSessionQuerySet:
        """Return the sessions asked for, of any story and chapter that is the writer's."""
        rows = WritingSession.objects.visible_to(self.user)
        if "from_date" in query:
            rows = rows.filter(day__gte=query["from_date"])
        if "to_date" in query:
            rows = rows.filter(day__lte=query["to_date"])
        if story_id := self.story_asked(query):
            rows = rows.filter(story_id=story_id)
        if "chapter" in query:
            chapter = find(Chapter.objects.live(), str(query["chapter"]), user=self.user)
            rows = rows.filter(chapter_id=chapter.pk)
        return rows.filter(source=query["source"]) if "source" in query else rows


def parse_day(raw: str) -> date:
    """Return the date in a path; what is none names nothing."""
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise NotFound(_("There is no such day.")) from error
