"""The search in the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api_view import ApiView
from stories.searching import shapes
from stories.searching.answer import search
from stories.searching.paging import cursor_of
from stories.viewsets.answers import own_story


class SearchView(ApiView):
    @extend_schema(
        operation_id="search",
        parameters=[shapes.SearchQuery],
        responses=shapes.SearchSerializer,
        tags=["search"],
    )
    def get(self, request: Request) -> Response:
        """Find words in everything the writer has, best first; titles weigh more than text."""
        asked = self.query(shapes.SearchQuery)
        story = own_story(request, str(asked["story"])) if "story" in asked else None
        found = search(
            self.person,
            asked["q"],
            story=story,
            within=asked["in"],
            behind=asked.get("cursor"),
            limit=asked["limit"],
        )
        answer = {name: getattr(found, name) for name in ("total", "unread", "question", "hits")}
        answer |= {"shelves": found.shelves, "next_cursor": cursor_of(found.following)}
        return Response(shapes.SearchSerializer(answer).data)
