"""What a writer keeps beside a chapter: its synopsis and her working notes.

Neither is text of the book: no words are counted, nothing of it is exported, and no save of the
text ever gets stale by it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from nexus.lib.errors import NotFound, Stale
from stories.models import Chapter
from stories.services.stories import clean_prose, touch_story

MAX_NOTES = 100_000
MAX_CHAPTER_SYNOPSIS = 2_000


@transaction.atomic
def write_notes(
    chapter: Chapter,
    *,
    at: datetime,
    synopsis: str | None = None,
    notes: str | None = None,
    base: int | None = None,
) -> int:
    """Put down a chapter's synopsis, its notes, or both; return their version now.

    `base` is the version that was read: Stale when it is not the one there is, unless what is there
    is what was to be written. Without it the last one to write is right.
    """
    touch_story(chapter.story_id, at=at)
    rows = Chapter.objects.filter(pk=chapter.pk, story=chapter.story_id, trashed_at__isnull=True)
    head = rows.select_for_update(no_key=True).only("synopsis", "notes", "notes_version").first()
    if head is None:
        raise NotFound(_("There is no such chapter."))
    values = _changes(head, synopsis=synopsis, notes=notes)
    if not values:
        return head.notes_version
    if base is not None and base != head.notes_version:
        raise _stale(head)
    rows.update(**values, notes_version=F("notes_version") + 1, updated_at=at)
    return head.notes_version + 1


def first_notes(synopsis: str, notes: str) -> dict[str, str]:
    """Return the fields of a chapter yet to be made; Invalid when one of them is too long."""
    return _changes(Chapter(), synopsis=synopsis, notes=notes)


def hand_on_notes(source: Chapter, into: Chapter, *, at: datetime) -> None:
    """Put a chapter's synopsis and notes behind another's, where there is room; it keeps its own.

    Both chapters are the caller's to hold, and loaded whole.
    """
    values = _together(source, into, "synopsis", " ", MAX_CHAPTER_SYNOPSIS)
    values |= _together(source, into, "notes", "\n\n", MAX_NOTES)
    if values:
        values |= {"notes_version": F("notes_version") + 1, "updated_at": at}
        Chapter.objects.filter(pk=into.pk).update(**values)


def _together(
    source: Chapter, into: Chapter, name: str, between: str, longest: int
) -> dict[str, Any]:
    parts = [text for text in (getattr(into, name), getattr(source, name)) if text]
    whole = between.join(parts)
    is_new = whole != getattr(into, name) and len(whole) <= longest
    return {name: whole} if is_new else {}


def _changes(head: Chapter, *, synopsis: str | None, notes: str | None) -> dict[str, Any]:
    """Return what differs from what is there."""
    values: dict[str, Any] = {}
    if synopsis is not None:
        one_line = " ".join(synopsis.split())
        values["synopsis"] = clean_prose(
            one_line, field="synopsis", max_length=MAX_CHAPTER_SYNOPSIS
        )
    if notes is not None:
        lines = notes.replace("\r\n", "\n").replace("\r", "\n")
        values["notes"] = clean_prose(lines, field="notes", max_length=MAX_NOTES)
    return {name: value for name, value in values.items() if value != getattr(head, name)}


def _stale(head: Chapter) -> Stale:
    # No words: whoever may only write may not read by being refused.
    return Stale(
        _("These notes were changed elsewhere since you opened them. Nothing was overwritten."),
        extra={"head_notes_version": head.notes_version},
    )
