"""Stories in the API."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import find
from nexus.lib.api_view import ApiView
from nexus.lib.names import title_key
from stories import serializers as shapes
from stories.models import Series, Story
from stories.series import with_shelf
from stories.services import stories as story_services
from stories.services.stories import Placing
from stories.viewsets.answers import (
    own_story,
    whole_story,
)


class StoriesView(ApiView):
    @extend_schema(
        operation_id="list_stories",
        parameters=[shapes.StoryQuery],
        responses=shapes.StoryListSerializer,
        tags=["stories"],
    )
    def get(self, request: Request) -> Response:
        """List the writer's stories, newest first; all of them, or those that fit the query."""
        chosen = _chosen(request, self.query(shapes.StoryQuery))
        own = Story.objects.visible_to(self.person).live().with_counts().newest_first()
        rows = with_shelf(own).filter(**chosen)
        return Response(shapes.StoryListSerializer({"stories": rows}).data)

    @extend_schema(
        operation_id="create_story",
        request=shapes.NewStorySerializer,
        responses={201: shapes.StorySerializer},
        tags=["stories"],
    )
    def post(self, request: Request) -> Response:
        """Begin a story; 409 when the writer has one of that title."""
        values = _found(request, self.body(shapes.NewStorySerializer))
        story = story_services.create_story(self.person, at=timezone.now(), **values)
        return Response(whole_story(story), status=status.HTTP_201_CREATED)


class StoryView(ApiView):
    @extend_schema(operation_id="get_story", responses=shapes.StorySerializer, tags=["stories"])
    def get(self, request: Request, story_id: str) -> Response:
        """Show one story with its outline, without prose."""
        return Response(whole_story(own_story(request, story_id)))

    @extend_schema(
        operation_id="replace_story",
        request=shapes.StoryChangeSerializer,
        responses=shapes.StorySerializer,
        tags=["stories"],
    )
    def put(self, request: Request, story_id: str) -> Response:
        """Change any of title, status, synopsis, genre, tags and series."""
        return self.patch(request, story_id)

    @extend_schema(
        operation_id="update_story",
        request=shapes.StoryChangeSerializer,
        responses=shapes.StorySerializer,
        tags=["stories"],
    )
    def patch(self, request: Request, story_id: str) -> Response:
        """Change any of title, status, synopsis, genre, tags and series."""
        body = self.body(shapes.StoryChangeSerializer)
        story = own_story(request, story_id)
        changes = _found(request, body)
        story_services.update_story(story, at=timezone.now(), **changes)
        return Response(whole_story(story))

    @extend_schema(operation_id="trash_story", responses={204: None}, tags=["stories"])
    def delete(self, request: Request, story_id: str) -> Response:
        """Put a story in the trash with its chapters, for 30 days."""
        story_services.trash_story(own_story(request, story_id), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class StoryRestoreView(ApiView):
    @extend_schema(
        operation_id="restore_story", request=None, responses=shapes.StorySerializer, tags=["trash"]
    )
    def post(self, request: Request, story_id: str) -> Response:
        """Bring a story back; 409 when its title has been taken meanwhile."""
        story = find(Story.objects.all(), story_id, user=self.person)
        if story.trashed_at is not None:
            story_services.restore_story(story, at=timezone.now())
        return Response(whole_story(story))


def _found(request: Request, values: dict[str, Any]) -> dict[str, Any]:
    """Return a checked body with the writer's own series instead of its id."""
    if "series" not in values:
        return values
    choice = values["series"]
    rest = {name: value for name, value in values.items() if name != "series"}
    if choice is None:
        return {**rest, "placing": Placing(None)}
    series = find(Series.objects.all(), str(choice["id"]), user=request.user)
    return {**rest, "placing": Placing(series, choice.get("position"))}


def _chosen(request: Request, query: dict[str, Any]) -> dict[str, Any]:
    """Return what a list of stories is filtered by; 404 and 403 for a series that is not hers."""
    chosen: dict[str, Any] = {}
    if "status" in query:
        chosen["status"] = query["status"]
    if "tag" in query:
        chosen["story_tags__tag__key"] = title_key(query["tag"])
    if "series" in query:
        series = find(Series.objects.all(), str(query["series"]), user=request.user)
        chosen["volume__series"] = series
    return chosen
