"""The whole book as one text, to read from beginning to end and to print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from stories.models import Chapter, Story
from stories.searching.language import language_tag
from stories.text import clean_html
from stories.views import own_story

COLUMNS = ("pk", "title", "part_title", "content", "word_count")


@login_required
@require_safe
def story_read(request: HttpRequest, story_id: UUID) -> HttpResponse:
    story = own_story(request, story_id)
    chapters = list(_chapters(story))
    context = {
        "story": story,
        "author": request.user.username,
        "chapters": chapters,
        "text_language": next(filter(None, (language_tag(each["html"]) for each in chapters)), ""),
        "total": sum(chapter["words"] for chapter in chapters),
    }
    return render(request, "stories/read.html", context)


def _chapters(story: Story) -> Iterator[dict[str, Any]]:
    """Yield the chapters in order, each with its text cleaned once more on its way to a page."""
    rows = Chapter.objects.filter(story=story).live().in_order().only(*COLUMNS)
    for number, chapter in enumerate(rows, 1):
        yield {
            "id": chapter.pk,
            "number": number,
            "url": chapter.get_absolute_url(),
            "title": chapter.title,
            "part_title": chapter.part_title,
            "words": chapter.word_count,
            "html": mark_safe(clean_html(chapter.content)),  # noqa: S308
        }
