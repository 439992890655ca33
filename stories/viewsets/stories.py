"""Stories in the API."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import find
from nexus.lib.api_view import ApiView
from stories import serializers as shapes
from stories.models import Story
from stories.services import stories as story_services
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
        """List the writer's stories, newest first."""
        chosen = self.query(shapes.StoryQuery)
        rows = Story.objects.visible_to(self.person).live().with_counts().newest_first()
        return Response(shapes.StoryListSerializer({"stories": rows.filter(**chosen)}).data)

    @extend_schema(
        operation_id="create_story",
        request=shapes.NewStorySerializer,
        responses={201: shapes.StorySerializer},
        tags=["stories"],
    )
    def post(self, request: Request) -> Response:
        """Begin a story; 409 when the writer has one of that title."""
        values = self.body(shapes.NewStorySerializer)
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
        """Change any of title, status, synopsis and genre."""
        return self.patch(request, story_id)

    @extend_schema(
        operation_id="update_story",
        request=shapes.StoryChangeSerializer,
        responses=shapes.StorySerializer,
        tags=["stories"],
    )
    def patch(self, request: Request, story_id: str) -> Response:
        """Change any of title, status, synopsis and genre."""
        changes = self.body(shapes.StoryChangeSerializer)
        story = own_story(request, story_id)
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
