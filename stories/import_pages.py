"""What the page of an import says once its job is done."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.models import Job
from jobs.work import Shown


def show_reading(job: Job, *, is_applied: bool) -> Shown:
    """The preview; the chapters' numbers as people count, their indexes as the form sends them."""
    found = job.result or {}
    if is_applied:
        sentence = _("This book has been taken into the library.")
    elif not found["chapters"]:
        sentence = _("No chapters were found in this file.")
    else:
        sentence = _("Nothing has been written yet. Look through it and choose.")
    return Shown(
        sentence=sentence,
        can_apply=bool(found["chapters"]) and not is_applied,
        preview=_preview(found),
    )


def _preview(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "story_title": found["title"],
        "is_new_story": found["story"] is None,
        "total_words": found["word_count"],
        "chapters": [
            {**chapter, "number": index + 1, "index": index}
            for index, chapter in enumerate(found["chapters"])
        ],
        "left_out": found["omitted"],
        "notes": found["notes"],
    }


def show_writing(job: Job) -> Shown:
    written = job.result or {}
    chapters = ngettext("%(n)s chapter", "%(n)s chapters", written["chapters"])
    values = {
        "title": written["title"],
        "chapters": chapters % {"n": written["chapters"]},
        "words": f"{written['word_count']:,}",
    }
    return Shown(
        sentence=_("%(chapters)s with %(words)s words are in “%(title)s” now.") % values,
        result_url=reverse("stories:detail", args=[written["story"]]),
    )
