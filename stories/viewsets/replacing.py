"""Find and replace across a story in the API: look, do it, take it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import find
from nexus.lib.api_view import ASKS, ApiView
from stories import replace_serializers as shapes
from stories.models import Chapter, Replacement
from stories.replacing import ChapterHits, around, hits_in_story
from stories.services.replacing import Part, replace_in_story, undo_replacement
from stories.viewsets.answers import own_story


class ReplacePreviewView(ApiView):
    scopes = ASKS

    @extend_schema(
        operation_id="preview_replacement",
        request=shapes.PreviewQuestionSerializer,
        responses=shapes.PreviewSerializer,
        tags=["stories"],
    )
    def post(self, request: Request, story_id: str) -> Response:
        """Show every place that would change, in the order of the book; nothing is changed.

        The words are literal. All hits are counted, and those from `offset` on shown, up to
        `limit`. Each chapter comes with the `base_revision` that replacing has to name.
        """
        body = self.body(shapes.PreviewQuestionSerializer)
        story = own_story(request, story_id)
        found = hits_in_story(story, body["asked"])
        shown = _shown(found, first=body["offset"], most=body["limit"])
        answer = {"count": sum(len(row.hits) for row in found), "chapters": shown}
        return Response(shapes.PreviewSerializer(answer).data)


class ReplaceView(ApiView):
    @extend_schema(
        operation_id="replace_in_story",
        request=shapes.ReplaceSerializer,
        responses={201: shapes.ReplacementSerializer},
        tags=["stories"],
    )
    def post(self, request: Request, story_id: str) -> Response:
        """Replace every hit in the chapters named, as one step that can be undone.

        All or nothing: 412, with the `chapters` in question, when one of them is not what its
        `base_revision` says any more, or not in the story; 413 when one would grow beyond 5 MB.
        Each chapter keeps what it was in its history, and no word counts as written.
        """
        body = self.body(shapes.ReplaceSerializer)
        story = own_story(request, story_id)
        step = replace_in_story(
            story,
            asked=body["asked"],
            parts=[
                Part(part["id"], part["base_revision"], frozenset(part["leave_out"]))
                for part in body["chapters"]
            ],
            by=self.person,
            source="api",
            at=timezone.now(),
        )
        answer = {
            "id": step.pk,
            "count": step.count,
            "created_at": step.created_at,
            "chapters": _as_now(UUID(raw_id) for raw_id, *_hashes in step.steps),
        }
        shape = shapes.ReplacementSerializer(answer)
        return Response(shape.data, status=status.HTTP_201_CREATED)


class ReplaceUndoView(ApiView):
    @extend_schema(
        operation_id="undo_replacement",
        request=None,
        responses=shapes.TakenBackSerializer,
        tags=["stories"],
    )
    def post(self, request: Request, story_id: str, replacement_id: str) -> Response:
        """Give each chapter its exact text from before the step, as a new revision.

        Chapters that were changed since are left as they are and named. 409 when that is all of
        them, or when the step has been undone already.
        """
        story = own_story(request, story_id)
        rows = Replacement.objects.filter(story=story).select_related("story")
        step = find(rows, replacement_id, user=request.user)
        done = undo_replacement(step, by=self.person, at=timezone.now())
        restored = _as_now(chapter.pk for chapter in done.restored)
        return Response(shapes.TakenBackSerializer({"restored": restored, "left": done.left}).data)


def _shown(found: list[ChapterHits], *, first: int, most: int) -> list[dict[str, Any]]:
    """Describe the chapters, each with those of its hits that lie within the window."""
    chapters, seen = [], 0
    for row in found:
        start, stop = max(first - seen, 0), max(first + most - seen, 0)
        numbered = list(enumerate(row.hits))[start:stop]
        chapters.append(
            {
                "id": row.chapter.pk,
                "title": row.chapter.title,
                "base_revision": row.chapter.etag,
                "count": len(row.hits),
                "hits": [_hit(number, hit) for number, hit in numbered],
            }
        )
        seen += len(row.hits)
    return chapters


def _hit(number: int, hit: Any) -> dict[str, Any]:
    before, after = around(hit)
    return {"number": number, "before": before, "words": hit.words, "after": after}


def _as_now(ids: Iterable[UUID]) -> list[dict[str, Any]]:
    rows = Chapter.objects.filter(pk__in=list(ids)).without_prose().in_order()
    return [
        {
            "id": row.pk,
            "title": row.title,
            "base_revision": row.etag,
            "word_count": row.word_count,
        }
        for row in rows
    ]
