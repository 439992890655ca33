"""Splitting and merging chapters, and moving them to another story, in the API."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api_view import ApiView
from stories import serializers as shapes
from stories.models import KEPT_IN_TRASH, Chapter
from stories.services.division import Cut, Neighbour, merge_with_next, split_chapter
from stories.services.relocation import move_to_story
from stories.viewsets.answers import own_chapter, own_story, whole_chapter, with_neighbours


class ChapterSplitView(ApiView):
    @extend_schema(
        operation_id="split_chapter",
        request=shapes.SplitSerializer,
        responses={201: shapes.SplitAnswerSerializer},
        tags=["chapters"],
    )
    def post(self, request: Request, chapter_id: str) -> Response:
        """Make everything from a block on a new chapter right after this one.

        Without a `title` the new one is called by the heading it begins with, or as this one with
        a number. 409 when the story has a chapter of that title; 412 when `base_revision` is not
        the head any more.
        """
        body = self.body(shapes.SplitSerializer)
        chapter = own_chapter(request, chapter_id)
        after = split_chapter(
            chapter,
            by=self.person,
            base=body["base_revision"],
            cut=Cut(body.get("at"), body.get("block", "")),
            title=body.get("title", ""),
            source="api",
            at=timezone.now(),
        )
        answer = {"chapter": _as_now(chapter.pk), "new_chapter": _as_now(after.pk)}
        return Response(shapes.SplitAnswerSerializer(answer).data, status=status.HTTP_201_CREATED)


class ChapterMergeNextView(ApiView):
    @extend_schema(
        operation_id="merge_with_next_chapter",
        request=shapes.MergeNextSerializer,
        responses=shapes.MergeAnswerSerializer,
        tags=["chapters"],
    )
    def post(self, request: Request, chapter_id: str) -> Response:
        """Append the next chapter's text to this one's; the next one goes to the trash, whole.

        409 when there is no next chapter; 412 when either base is not the head any more; 413 when
        both together are longer than 5 MB.
        """
        body = self.body(shapes.MergeNextSerializer)
        chapter = own_chapter(request, chapter_id)
        merged: Any = merge_with_next(
            chapter,
            by=self.person,
            base=body["base_revision"],
            following=Neighbour(body["next_base_revision"], body.get("next_id")),
            scene_break=body["scene_break"],
            source="api",
            at=timezone.now(),
        )
        merged.refresh_from_db(fields=["trashed_at", "merged_into"])
        merged.purge_at = merged.trashed_at + KEPT_IN_TRASH
        answer = {"chapter": _as_now(chapter.pk), "merged": merged}
        return Response(shapes.MergeAnswerSerializer(answer).data)


class ChapterToStoryView(ApiView):
    @extend_schema(
        operation_id="move_chapter_to_story",
        request=shapes.ToStorySerializer,
        responses=shapes.ChapterSerializer,
        tags=["chapters"],
    )
    def post(self, request: Request, chapter_id: str) -> Response:
        """Make a chapter the last one of another story of the writer's.

        Text, history and revision stay. 409 when that story has a chapter of this title.
        """
        body = self.body(shapes.ToStorySerializer)
        chapter = own_chapter(request, chapter_id)
        story = own_story(request, str(body["story_id"]))
        move_to_story(chapter, story, by=self.person, source="api", at=timezone.now())
        return whole_chapter(chapter.pk)


def _as_now(chapter_id: UUID) -> Chapter:
    return with_neighbours().get(pk=chapter_id)
