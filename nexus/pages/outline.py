"""The chapters of a story as rows of its page, filled in here: a book may have 500 of them.

A row's markup is a template like any other, rendered once as a mould (nexus/lib/moulds.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from analytics.charts.chart import whole
from nexus.lib.moulds import holes, once_per_language
from nexus.lib.wording import agos
from stories.forms import ChapterForm
from stories.models import Story

# What the actions of one chapter are called in its menu, each with its address.
ACTIONS = ("move", "publish", "split", "merge", "to_story", "trash")
NO_ID = str(UUID(int=0))
# A day of long ago, on one line of a column: “12 Sep 2026”.
DAY = "j M Y"
# How exactly a bar is as long as its chapter; each step has a rule in outline.css.
BAR_STEPS = 20
HOLES = (
    "id",
    "url",
    "part",
    "number",
    "title",
    "synopsis",
    "words",
    "bar",
    "edited",
    "open",
    "menu",
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which chapter is being renamed, with what was refused, and whose menu is asked for."""

    editing: str = ""
    menu: str = ""
    refused: ChapterForm | None = None


def outline_parts(
    story: Story, chapters: Sequence[Any], asked: Asked, *, at: datetime
) -> list[dict[str, Any]]:
    """Return the rows under their part headings; before the first heading the title is empty."""
    longest = max((chapter.word_count for chapter in chapters), default=0) or 1
    patterns = [_pattern(is_published=is_published) for is_published in (False, True)]
    address = reverse("stories:chapter", args=[NO_ID])
    edited = agos(at, day_format=DAY)
    parts: list[dict[str, Any]] = []
    for number, chapter in enumerate(chapters, start=1):
        ident = str(chapter.pk)
        if chapter.part_title or not parts:
            parts.append({"title": chapter.part_title, "rows": []})
        if ident == asked.editing:
            parts[-1]["rows"].append(_edited_row(story, chapter, asked.refused))
            continue
        row = {
            "id": ident,
            "url": address.replace(NO_ID, ident),
            "part": ' data-part="1"' if chapter.part_title else "",
            "number": number,
            "title": escape(chapter.title),
            "synopsis": _synopsis(chapter.synopsis),
            "words": whole(chapter.word_count),
            "bar": ceil(chapter.word_count * BAR_STEPS / longest),
            "edited": escape(edited(chapter.updated_at)),
            "open": "",
            "menu": "",
        }
        if ident == asked.menu:
            row["open"] = " chapter-row--open"
            row["menu"] = _menu(chapter, is_first=number == 1, is_last=number == len(chapters))
        parts[-1]["rows"].append(patterns[chapter.published_at is not None] % row)
    return [part | {"rows": SafeString("".join(part["rows"]))} for part in parts]


@once_per_language
def _pattern(*, is_published: bool) -> SafeString:
    """Return the markup of a row with `%(name)s` in place of each value."""
    row = holes(HOLES) | {"is_published": is_published}
    return render_to_string("stories/_row.html", {"row": row})


def _synopsis(synopsis: str) -> str:
    return format_html('<p class="chapter-row__synopsis">{}</p>', synopsis) if synopsis else ""


def _edited_row(story: Story, chapter: Any, refused: ChapterForm | None) -> str:
    row = {"id": chapter.pk, "title": chapter.title, "part_title": chapter.part_title}
    if refused is not None:
        row |= {name: refused.data.get(name, "") for name in ("title", "part_title")}
    row["rename_url"] = reverse("stories:chapter_rename", args=[chapter.pk])
    row["is_part"] = bool(chapter.part_title)
    return render_to_string("stories/_row_edit.html", {"story": story, "row": row})


def _menu(chapter: Any, *, is_first: bool, is_last: bool) -> str:
    menu = {
        **_addresses(str(chapter.pk)),
        "can_publish": chapter.published_at is None,
        "can_unpublish": chapter.published_at is not None,
        "can_rise": not is_first,
        "can_sink": not is_last,
        "closed_url": f"?#chapter-{chapter.pk}",
    }
    return render_to_string("stories/_chapter_menu.html", {"row": menu})


@once_per_language
def menu_of_any() -> SafeString:
    """Return the menu of no chapter, with every action: a script makes a chapter's own of it."""
    can_all = dict.fromkeys(("can_publish", "can_unpublish", "can_rise", "can_sink"), True)
    menu = {**_addresses(NO_ID), **can_all}
    return render_to_string("stories/_chapter_menu.html", {"row": menu})


def _addresses(ident: str) -> Row:
    return {
        "id": ident,
        "url": reverse("stories:chapter", args=[ident]),
        **{f"{name}_url": reverse(f"stories:chapter_{name}", args=[ident]) for name in ACTIONS},
    }
