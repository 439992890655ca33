"""A chapter's history in the API."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import after_cursor, cut_page, find
from nexus.lib.api_view import ASKS, ApiView
from stories import history
from stories import history_serializers as shapes
from stories.models import Chapter
from stories.saving import SaveResult, parse_base
from stories.serializers import ListQuery
from stories.viewsets.answers import own_chapter


class VersionsView(ApiView):
    @extend_schema(
        operation_id="list_versions",
        parameters=[ListQuery],
        responses=shapes.VersionListSerializer,
        tags=["history"],
    )
    def get(self, request: Request, chapter_id: str) -> Response:
        """List the kept versions, newest first, without their prose."""
        page = self.query(ListQuery)
        chapter = own_chapter(request, chapter_id)
        behind = after_cursor(page.get("cursor"), field="created_at")
        rows = list(history.versions_of(chapter).filter(behind)[: page["limit"] + 1])
        shown, next_cursor = cut_page(rows, limit=page["limit"], field="created_at")
        answer = {
            "head": _head(chapter),
            "versions": [_item(version) for version in shown],
            "next_cursor": next_cursor,
        }
        return Response(shapes.VersionListSerializer(answer).data)

    @extend_schema(
        operation_id="keep_conflict_copy",
        request=shapes.ConflictCopySerializer,
        responses={201: shapes.VersionSerializer},
        tags=["history"],
    )
    def post(self, request: Request, chapter_id: str) -> Response:
        """Keep the other side of a conflict."""
        body = self.body(shapes.ConflictCopySerializer)
        chapter = own_chapter(request, chapter_id)
        copy = history.keep_conflict_copy(
            chapter, content=body["content"], by=self.person, at=timezone.now()
        )
        return Response(shapes.VersionSerializer(copy).data, status=status.HTTP_201_CREATED)


class VersionView(ApiView):
    @extend_schema(operation_id="get_version", responses=shapes.VersionSerializer, tags=["history"])
    def get(self, request: Request, chapter_id: str, version: str) -> Response:
        """Show one version with its text, by its revision or its id."""
        chapter = with_prose(request, chapter_id)
        return Response(shapes.VersionSerializer(history.snapshot(chapter, version)).data)

    @extend_schema(
        operation_id="name_version",
        request=shapes.VersionNameSerializer,
        responses=shapes.VersionSerializer,
        tags=["history"],
    )
    def patch(self, request: Request, chapter_id: str, version: str) -> Response:
        """Name a version, or take its name away; a named one is kept for ever."""
        body = self.body(shapes.VersionNameSerializer)
        chapter = own_chapter(request, chapter_id)
        named = history.name_version(
            chapter, version, name=body["name"], by=self.person, at=timezone.now()
        )
        return Response(shapes.VersionSerializer(named).data)


class VersionRestoreView(ApiView):
    @extend_schema(
        operation_id="restore_version",
        request=None,
        responses=shapes.SavedSerializer,
        tags=["history"],
    )
    def post(self, request: Request, chapter_id: str, version: str) -> Response:
        """Make a version's text the head, as a new revision; what it replaces is kept."""
        chapter = with_prose(request, chapter_id)
        saved = history.restore_version(chapter, version, by=self.person, at=timezone.now())
        return saved_answer(saved)


class DifferenceView(ApiView):
    @extend_schema(
        operation_id="compare_versions",
        parameters=[shapes.DiffQuery],
        responses=shapes.DifferenceSerializer,
        tags=["history"],
    )
    def get(self, request: Request, chapter_id: str) -> Response:
        """Compare two versions word by word."""
        asked = self.query(shapes.DiffQuery)
        chapter = with_prose(request, chapter_id)
        older = history.snapshot(chapter, asked["from"])
        newer = history.snapshot(chapter, asked["to"])
        answer = {
            "older": older,
            "newer": newer,
            "pieces": history.differences(older, newer),
        }
        return Response(shapes.DifferenceSerializer(answer).data)


class MergeView(ApiView):
    scopes = ASKS

    @extend_schema(
        operation_id="merge_with_head",
        request=shapes.MergeSerializer,
        responses=shapes.MergedSerializer,
        tags=["history"],
    )
    def post(self, request: Request, chapter_id: str) -> Response:
        """Join a text that could not be saved with the chapter as it is now; saves nothing."""
        body = self.body(shapes.MergeSerializer)
        base = parse_base(body["base_revision"])
        reunion = history.reunite(
            with_prose(request, chapter_id),
            content=body["content"],
            base=base,
            base_content=body.get("base_content"),
        )
        answer = {
            "head": reunion.head,
            "is_base_known": reunion.is_base_known,
            "clashes": reunion.merge.clashes,
            "parts": reunion.merge.parts,
            "merged": reunion.merge.html(body.get("choices", ())),
        }
        return Response(shapes.MergedSerializer(answer).data)


def with_prose(request: Request, chapter_id: str) -> Chapter:
    rows = Chapter.objects.live().select_related("story").defer("text")
    return find(rows, chapter_id, user=request.user)


def saved_answer(saved: SaveResult) -> Response:
    return Response(shapes.SavedSerializer(saved).data, headers={"ETag": f'"{saved.etag}"'})


def _head(chapter: Chapter) -> dict[str, Any]:
    return {
        "id": None,
        "revision": chapter.content_revision,
        "hash": chapter.content_hash,
        "word_count": chapter.word_count,
        "reason": "",
        "name": "",
        "saved_at": chapter.content_saved_at,
    }


def _item(version: Any) -> dict[str, Any]:
    return {
        "id": version.pk,
        "revision": version.revision,
        "hash": version.content_hash,
        "word_count": version.word_count,
        "reason": version.reason,
        "name": version.name,
        "saved_at": version.saved_at,
    }
