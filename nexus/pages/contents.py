"""The list of a story's chapters beside the text of one of them, and its neighbours there."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from analytics.charts.chart import whole
from nexus.lib.moulds import holes, once_per_language
from stories.models import Chapter

NO_ID = str(UUID(int=0))
PART = '<span class="contents__part">{}</span>'
HOLES = ("id", "url", "part", "title", "words")
COLUMNS = ("pk", "title", "word_count", "part_title")


@dataclass(frozen=True)
class Contents:
    """The rows of the list, and the addresses of the chapters before and after; None at an end."""

    rows: SafeString
    previous_url: str | None
    next_url: str | None


def contents_of(current: Chapter) -> Contents:
    """Return what surrounds a chapter. One query, however many chapters the story has."""
    own = Chapter.objects.live().filter(story=current.story_id).in_order()
    chapters = list(own.values_list(*COLUMNS))
    # Looked up once, since a book may have 500 chapters.
    address = reverse("stories:chapter", args=[NO_ID])
    urls = [address.replace(NO_ID, str(pk)) for pk, *_rest in chapters]
    place = next(index for index, row in enumerate(chapters) if row[0] == current.pk)
    patterns = [_pattern(is_current=is_current) for is_current in (False, True)]
    rows = []
    for url, (pk, title, word_count, part_title) in zip(urls, chapters, strict=True):
        row = {
            "id": str(pk),
            "url": url,
            "part": format_html(PART, part_title) if part_title else "",
            "title": escape(title),
            "words": whole(word_count),
        }
        rows.append(patterns[pk == current.pk] % row)
    return Contents(
        SafeString("".join(rows)),
        previous_url=urls[place - 1] if place else None,
        next_url=urls[place + 1] if place + 1 < len(urls) else None,
    )


@once_per_language
def _pattern(*, is_current: bool) -> SafeString:
    """Return the markup of a row with `%(name)s` in place of each value."""
    row = holes(HOLES)
    return render_to_string("stories/_contents_row.html", {"row": row, "is_current": is_current})
