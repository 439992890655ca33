"""What each kind of row must be before it is stored again: derived, cleaned, and within bounds.

An archive is a file like any other, whoever signed it: what is shown is cleaned as at every door,
what follows from something else is made anew, and what no Nexus writes is refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from analytics.models import WritingSession
from nexus.account_data.refusal import ArchiveRefused
from nexus.lib.days import time_zones
from nexus.lib.names import clean_title, title_key
from stories.models import (
    KEPT_IN_TRASH,
    Chapter,
    ChapterVersion,
    Plan,
    Replacement,
    Series,
    Story,
    Tag,
)
from stories.saving import derive
from stories.services.targets import check_terms
from stories.tags import clean_tag

if TYPE_CHECKING:
    from nexus.account_data.comeback import Comeback

# Whoever brings an old archive back has at least this long to look through its trash.
LEAST_IN_TRASH = timedelta(days=7)


def leave(row: Any, into: Comeback) -> None:
    """Stand in for rows that the columns themselves say all of."""


def bring_nothing(into: Comeback) -> None:
    """Stand in for what is only there to be read."""


def story(row: Story, into: Comeback) -> None:
    row.title = clean_title(row.title)
    row.title_key = title_key(row.title)
    row.genre = clean_title(row.genre, field="genre") if row.genre else ""
    row.trashed_at = _in_trash_since(row.trashed_at, into)
    into.stories[row.pk] = row


def chapter(row: Chapter, into: Comeback) -> None:
    row.title = clean_title(row.title)
    row.title_key = title_key(row.title)
    row.part_title = clean_title(row.part_title) if row.part_title else ""
    for name, value in derive(row.content).fields.items():
        setattr(row, name, value)
    row.trashed_at = _in_trash_since(row.trashed_at, into)
    # Places are counted, so that there are no gaps; the trash has none.
    row.position = None if row.trashed_at else into.place(row)
    into.note_chapter(row)


def version(row: ChapterVersion, into: Comeback) -> None:
    prose = derive(row.content)
    row.content, row.content_hash, row.word_count = prose.content, prose.hash, prose.word_count
    if row.revision is not None and row.revision > into.heads[row.chapter_id].revision:
        raise ArchiveRefused(_("it is newer than its chapter"))


def series(row: Series, into: Comeback) -> None:
    row.title = clean_title(row.title)
    row.title_key = title_key(row.title)


def tag(row: Tag, into: Comeback) -> None:
    row.name = clean_tag(row.name)
    row.key = title_key(row.name)


def replacement(row: Replacement, into: Comeback) -> None:
    if not isinstance(row.steps, list):
        raise ArchiveRefused(_("its steps are no list"))
    steps = [_step(found, into) for found in row.steps]
    row.steps = [step for step in steps if step is not None]


def _step(found: object, into: Comeback) -> list[Any] | None:
    """Return a step with the new chapter's id; None when the chapter did not come along."""
    match found:
        case [str(chapter_id), int(revision), str(before), str(after)] if (
            len(before) <= 64 and len(after) <= 64 and 0 <= revision < 2**31
        ):
            new = into.ids.get((Chapter, chapter_id))
            return [str(new), revision, before, after] if new else None
    raise ArchiveRefused(_("one of its steps is none"))


def plan(row: Plan, into: Comeback) -> None:
    if not isinstance(row.weekday_weights, list):
        raise ArchiveRefused(_("its weekdays are no list"))
    check_terms(row.start_on, row.due_on, row.weekday_weights)


def session(row: WritingSession, into: Comeback) -> None:
    row.story_title = clean_title(row.story_title, field="story_title")
    row.chapter_title = clean_title(row.chapter_title, field="chapter_title")
    if row.time_zone not in time_zones():
        raise ArchiveRefused(_("there is no such time zone"))
    elapsed = (row.last_change_at - row.started_at).total_seconds()
    ended = row.ended_at or row.last_change_at
    if not 0 <= row.active_seconds <= elapsed or ended < row.last_change_at:
        raise ArchiveRefused(_("it ends before its work is done"))
    local = row.last_change_at.astimezone(ZoneInfo(row.time_zone)).date()
    if abs((local - row.day).days) > 1:
        raise ArchiveRefused(_("it is dated on another day than it was written"))
    into.note_session(row)


def _in_trash_since(trashed_at: datetime | None, into: Comeback) -> datetime | None:
    """Keep the day something was put away, unless it would be gone for good before it is seen."""
    if trashed_at is None:
        return None
    return max(trashed_at, into.at - KEPT_IN_TRASH + LEAST_IN_TRASH)
