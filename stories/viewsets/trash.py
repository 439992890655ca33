"""The trash in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import after_cursor, cut_page
from nexus.lib.api_view import ApiView
from stories import serializers as shapes
from stories.models import KEPT_IN_TRASH, Chapter, Story


class TrashView(ApiView):
    @extend_schema(
        operation_id="list_trash",
        parameters=[shapes.ListQuery],
        responses=shapes.TrashSerializer,
        tags=["trash"],
    )
    def get(self, request: Request) -> Response:
        """List what can be restored, last thrown away first, with the day it goes for good."""
        page = self.query(shapes.ListQuery)
        limit, behind = page["limit"], after_cursor(page.get("cursor"), field="trashed_at")
        stories = Story.objects.visible_to(self.person).trashed().with_counts().filter(behind)
        chapters = Chapter.objects.visible_to(self.person).trashed().without_prose().filter(behind)
        rows: list[Any] = [
            *stories.order_by("-trashed_at", "-pk")[: limit + 1],
            *chapters.select_related("story").order_by("-trashed_at", "-pk")[: limit + 1],
        ]
        rows.sort(key=lambda row: (row.trashed_at, row.pk), reverse=True)
        shown, next_cursor = cut_page(rows, limit=limit, field="trashed_at")
        for row in shown:
            row.purge_at = row.trashed_at + KEPT_IN_TRASH
        answer = {
            "stories": [row for row in shown if isinstance(row, Story)],
            "chapters": [row for row in shown if isinstance(row, Chapter)],
            "next_cursor": next_cursor,
        }
        return Response(shapes.TrashSerializer(answer).data)
