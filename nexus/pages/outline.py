"""The chapters of a story as rows: whatever a row says is ready here, since a book may have 500."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.charts.chart import whole
from nexus.lib.wording import agos

# What the actions of one chapter are called in its menu, each with its address.
ACTIONS = ("move", "publish", "split", "merge", "to_story", "trash")
NO_ID = str(UUID(int=0))
# A day of long ago, on one line of a column: “12 Sep 2026”.
DAY = "j M Y"

Row = dict[str, Any]


def outline_rows(chapters: Sequence[Any], *, at: datetime) -> list[Row]:
    """Return a row for each chapter, in order; its texts are escaped once, here."""
    longest = max((chapter.word_count for chapter in chapters), default=0) or 1
    address = reverse("stories:chapter", args=[NO_ID])
    more, edited = escape(_("More about “%(title)s”")), agos(at, day_format=DAY)
    rows = []
    for number, chapter in enumerate(chapters, start=1):
        ident, title = str(chapter.pk), escape(chapter.title)
        rows.append(
            {
                "id": SafeString(ident),
                "url": SafeString(address.replace(NO_ID, ident)),
                "number": SafeString(str(number)),
                "title": title,
                "part_title": chapter.part_title,
                "synopsis": escape(chapter.synopsis),
                "words": SafeString(whole(chapter.word_count)),
                "bar": SafeString(str(chapter.word_count * 100 // longest)),
                "more_label": SafeString(more % {"title": title}),
                "edited": escape(edited(chapter.updated_at)),
                "is_published": chapter.published_at is not None,
                "is_first": number == 1,
                "is_last": number == len(chapters),
            }
        )
    return rows


def open_row(rows: Sequence[Row], editing: str, asked_more: str) -> Row | None:
    """Open the row that is edited, else the menu of the one asked about; return it, if any."""
    for wanted, opening in ((editing, {"is_editing": True}), (asked_more, {"menu": True})):
        for row in rows:
            if row["id"] == wanted:
                row |= opening | menu_of(row)
                return row
    return None


def menu_of(row: Row) -> Row:
    """Return the addresses of a chapter's actions, and which of them it can do."""
    ident = row["id"]
    return {
        **{f"{name}_url": reverse(f"stories:chapter_{name}", args=[ident]) for name in ACTIONS},
        "rename_url": reverse("stories:chapter_rename", args=[ident]),
        "can_publish": not row["is_published"],
        "can_unpublish": row["is_published"],
        "can_rise": not row["is_first"],
        "can_sink": not row["is_last"],
    }


def menu_of_any() -> Row:
    """Return the menu of no chapter, with every action: a script makes a chapter's own of it."""
    can_all = dict.fromkeys(("can_publish", "can_unpublish", "can_rise", "can_sink"), True)
    none = {"id": NO_ID, "is_published": False, "is_first": False, "is_last": False}
    url = reverse("stories:chapter", args=[NO_ID])
    return {**none, **menu_of(none), **can_all, "url": url}


def parts_of(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Group the rows under the part headings; before the first heading the title is empty."""
    parts: list[dict[str, Any]] = []
    for row in rows:
        if row["part_title"] or not parts:
            parts.append({"title": row["part_title"], "rows": []})
        parts[-1]["rows"].append(row)
    return parts
