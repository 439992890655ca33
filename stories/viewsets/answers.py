"""What the answers of the API are made of, and whose objects they may show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import find
from stories import serializers as shapes
from stories.models import Chapter, Story
from stories.series import with_shelf
from stories.text import to_text


def own_story(request: Request, story_id: str) -> Story:
    return find(Story.objects.live(), story_id, user=request.user)


def own_chapter(request: Request, chapter_id: str) -> Chapter:
    """Return one chapter of the writer's, without its prose."""
    rows = Chapter.objects.live().select_related("story").without_prose()
    return find(rows, chapter_id, user=request.user)


def with_neighbours() -> QuerySet[Chapter]:
    siblings = Chapter.objects.filter(story=OuterRef("story"), trashed_at__isnull=True)
    before = siblings.filter(position__lt=OuterRef("position")).order_by("-position")
    after = siblings.filter(position__gt=OuterRef("position")).order_by("position")
    return (
        Chapter.objects.live()
        .select_related("story")
        .annotate(
            previous_chapter_id=Subquery(before.values("pk")[:1]),
            next_chapter_id=Subquery(after.values("pk")[:1]),
        )
    )


def whole_story(story: Story) -> dict[str, Any]:
    """Return a story as it is now in the database, with its outline."""
    fresh: Any = with_shelf(Story.objects.with_counts()).get(pk=story.pk)
    fresh.outline = outline(fresh)
    return dict(shapes.StorySerializer(fresh).data)


def outline(story: Story) -> QuerySet[Chapter]:
    return Chapter.objects.filter(story=story).live().without_prose().in_order()


def chapter_list(story: Story) -> dict[str, Any]:
    answer = {
        "story_id": story.pk,
        "story_title": story.title,
        "story_status": story.status,
        "story_last_updated": story.updated_at,
        "chapters": outline(story),
    }
    return dict(shapes.ChapterListSerializer(answer).data)


def whole_chapter(chapter_id: UUID, *, status: int = 200) -> Response:
    return chapter_answer(with_neighbours().get(pk=chapter_id), status=status)


def chapter_answer(chapter: Chapter, *, as_html: bool = True, status: int = 200) -> Response:
    if not as_html:
        chapter.content = to_text(chapter.content)
    shape = shapes.ChapterSerializer(chapter)
    return Response(shape.data, status=status, headers={"ETag": f'"{chapter.etag}"'})
