"""What the views of the ledger share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import reports
from analytics.exports import XLSX_TYPE, Table, respond
from analytics.periods import Period
from nexus.lib.api import find
from nexus.lib.api_view import NUMBERS, ApiView
from stories.models import Story


class LedgerView(ApiView):
    """What the views here share: the writer's own story, and now."""

    user: Any
    scopes = NUMBERS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.user = request.user

    @property
    def at(self) -> datetime:
        return timezone.now()

    @property
    def today(self) -> date:
        return self.user.day_of(self.at)

    def story(self, story_id: str) -> Story:
        story = find(Story.objects.live(), story_id, user=self.user)
        story.owner = self.user
        return story

    def story_asked(self, query: dict[str, Any]) -> UUID | None:
        """Return the id of the story in the query, made sure to be the writer's; None without."""
        return self.story(str(query["story"])).pk if "story" in query else None

    def range_asked(self, query: dict[str, Any]) -> Period:
        """Return the days of the query; Invalid when they are too many."""
        return reports.range_of(query.get("from_date"), query.get("to_date"), today=self.today)

    def answer_as(
        self, query: dict[str, Any], body: Callable[[], Any], table: Callable[[], Table]
    ) -> HttpResponseBase:
        """Answer as JSON, or with the file that `format` asks for."""
        if query["format"] == "json":
            return Response(body())
        return respond(table(), query["format"])


def in_formats(
    shape: type[serializers.Serializer[Any]], *, sheet: bool = False
) -> dict[tuple[int, str], Any]:
    """Describe an answer that also comes as CSV, and as a workbook with `sheet`."""
    answers: dict[tuple[int, str], Any] = {
        (200, "application/json"): shape,
        (200, "text/csv"): OpenApiTypes.STR,
    }
    if sheet:
        answers[(200, XLSX_TYPE)] = OpenApiTypes.BINARY
    return answers
