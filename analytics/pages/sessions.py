"""The sessions of a range, newest first, some at a time."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from analytics.models import WritingSession
from analytics.pages.parts import downloads, session_line
from analytics.periods import Period
from nexus.lib.api import after_cursor, cut_page, read_cursor
from nexus.lib.errors import Invalid
from stories.models import Story

SESSIONS_SHOWN = 15


def sessions_of(
    user: User, within: Period, asked: dict[str, Any], before: str, *, story: Story | None = None
) -> dict[str, Any]:
    """Return a page of the range's sessions, newest first, and the way to the older ones.

    Of one story or of all. One query; two where there is none.
    """
    all_rows = WritingSession.objects.visible_to(user)
    if story is not None:
        all_rows = all_rows.filter(story=story)
    rows = (
        all_rows.within(within.first, within.last)
        .filter(after_cursor(_place(before), field="started_at"))
        .select_related("chapter__story")
        .defer("chapter__content", "chapter__text")
        .order_by("-started_at", "-pk")
    )
    page, cursor = cut_page(
        list(rows[: SESSIONS_SHOWN + 1]), limit=SESSIONS_SHOWN, field="started_at"
    )
    return {
        "has_sessions": bool(page) or all_rows.exists(),
        "sessions": [session_line(session) for session in page],
        "older": cursor,
        "is_older": bool(before),
        "kept": [(name, value) for name, value in asked.items() if value],
        "sessions_downloads": downloads(
            "sessions", "csv", "xlsx", story=story and story.pk, from_=within.first, to=within.last
        ),
    }


def _place(before: str) -> Any:
    """Return the place a cursor marks; a broken one leads to the beginning."""
    try:
        return read_cursor(before) if before else None
    except Invalid:
        return None
