"""Chapters in the API; their text has its own door in `stories.content_view`."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import find
from nexus.lib.api_view import ApiView
from stories import serializers as shapes
from stories.models import Chapter
from stories.saving import parse_base
from stories.services import chapters as chapter_services
from stories.viewsets.answers import (
    chapter_answer,
    chapter_list,
    own_chapter,
    own_story,
    whole_chapter,
    with_neighbours,
)

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of the text being replaced."
)


class ChaptersView(ApiView):
    @extend_schema(
        operation_id="list_chapters", responses=shapes.ChapterListSerializer, tags=["chapters"]
    )
    def get(self, request: Request, story_id: str) -> Response:
        """List a story's chapters in order, without prose."""
        return Response(chapter_list(own_story(request, story_id)))

    @extend_schema(
        operation_id="create_chapter",
        request=shapes.NewChapterSerializer,
        responses={201: shapes.ChapterSerializer},
        tags=["chapters"],
    )
    def post(self, request: Request, story_id: str) -> Response:
        """Add a chapter, last or at `position`; 409 when the story has one of that title."""
        values = self.body(shapes.NewChapterSerializer)
        story = own_story(request, story_id)
        chapter = chapter_services.create_chapter(
            story, by=self.person, source="api", at=timezone.now(), **values
        )
        return whole_chapter(chapter.pk, status=status.HTTP_201_CREATED)


class ChapterOrderView(ApiView):
    @extend_schema(
        operation_id="reorder_chapters",
        request=shapes.ReorderSerializer,
        responses=shapes.ChapterListSerializer,
        tags=["chapters"],
    )
    def post(self, request: Request, story_id: str) -> Response:
        """Move one chapter, or give all of them a new order."""
        wanted = self.body(shapes.ReorderSerializer)
        story = own_story(request, story_id)
        chapter_services.reorder_chapters(story, at=timezone.now(), **wanted)
        story.refresh_from_db(fields=["updated_at"])
        return Response(chapter_list(story))


class ChapterView(ApiView):
    @extend_schema(
        operation_id="get_chapter",
        parameters=[shapes.ChapterQuery],
        responses=shapes.ChapterSerializer,
        tags=["chapters"],
    )
    def get(self, request: Request, chapter_id: str) -> Response:
        """Show one chapter with its text; the ETag is the base of a later save."""
        as_html = self.query(shapes.ChapterQuery)["as_html"]
        chapter = find(with_neighbours(), chapter_id, user=self.person)
        return chapter_answer(chapter, as_html=as_html)

    @extend_schema(
        operation_id="replace_chapter",
        request=shapes.ChapterChangeSerializer,
        responses=shapes.ChapterSerializer,
        parameters=[IF_MATCH],
        tags=["chapters"],
    )
    def put(self, request: Request, chapter_id: str) -> Response:
        """Change any of title, content, published, part_title, synopsis and notes."""
        return self.patch(request, chapter_id)

    @extend_schema(
        operation_id="update_chapter",
        request=shapes.ChapterChangeSerializer,
        responses=shapes.ChapterSerializer,
        parameters=[IF_MATCH],
        tags=["chapters"],
    )
    def patch(self, request: Request, chapter_id: str) -> Response:
        """Change any of title, content, published, part_title, synopsis and notes.

        Without If-Match the content is taken and the text it replaces is kept as a version; with
        it, 412 when that text is not the head any more. So it is with `notes_version` for the
        synopsis and the notes.
        """
        changes = self.body(shapes.ChapterChangeSerializer)
        raw_base = request.headers.get("If-Match")
        base = parse_base(raw_base) if raw_base is not None else None
        chapter = own_chapter(request, chapter_id)
        chapter_services.revise_chapter(
            chapter, by=self.person, at=timezone.now(), base=base, **changes
        )
        return whole_chapter(chapter.pk)

    @extend_schema(operation_id="trash_chapter", responses={204: None}, tags=["chapters"])
    def delete(self, request: Request, chapter_id: str) -> Response:
        """Put a chapter in the trash, for 30 days."""
        chapter_services.trash_chapter(own_chapter(request, chapter_id), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChapterRestoreView(ApiView):
    @extend_schema(
        operation_id="restore_chapter",
        request=None,
        responses=shapes.ChapterSerializer,
        tags=["trash"],
    )
    def post(self, request: Request, chapter_id: str) -> Response:
        """Bring a chapter back to its place; 409 when its title has been taken meanwhile."""
        chapter = find(Chapter.objects.without_prose(), chapter_id, user=self.person)
        chapter_services.restore_chapter(chapter, at=timezone.now())
        return whole_chapter(chapter.pk)
