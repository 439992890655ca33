"""Writing sessions announced by programs without the editor.

The rule against counting twice: such a session holds the time. It holds words only when no save of
that chapter fell within it, since the ledger learns from a save whose words came and went; then the
difference between the two word counts is taken as typed, or as removed when it is negative.
The server's clock decides; a program's own time stamp is not believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.models import WritingSession
from analytics.stretches import INSTANT
from analytics.tasks import roll_up_soon
from nexus.lib.days import day_bounds
from nexus.lib.errors import NotFound
from stories.counting import RULE
from stories.models import Chapter

API = WritingSession.Source.API


@dataclass(frozen=True, slots=True)
class Started:
    """A session that a program has begun and not ended yet."""

    session_id: UUID
    chapter_id: UUID
    began: datetime
    words: int


@transaction.atomic
def start(*, user: User, story_id: UUID, chapter_id: UUID, words: int, at: datetime) -> Started:
    """Open a row for the program's session; NotFound unless the chapter is the user's own."""
    own = Chapter.objects.live().visible_to(user).filter(pk=chapter_id, story=story_id)
    # A save of this chapter takes the same lock, so the two never open a row at once.
    chapter = (
        own.without_prose()
        .select_related("story")
        .select_for_update(no_key=True, of=("self",))
        .first()
    )
    if chapter is None:
        raise NotFound(_("There is no such chapter."))
    open_ones = WritingSession.objects.filter(
        user=user, chapter=chapter, source=API, ended_at__isnull=True
    )
    open_ones.update(ended_at=F("last_change_at"), updated_at=Now())
    session = WritingSession.objects.create(
        user=user,
        story_id=chapter.story_id,
        chapter=chapter,
        story_title=chapter.story.title,
        chapter_title=chapter.title,
        started_at=at,
        last_change_at=at,
        day=user.day_of(at),
        time_zone=user.time_zone,
        words_start=words,
        words_end=words,
        source=API,
        count_rule=RULE,
    )
    return Started(session.pk, chapter.pk, at, words)


def leave(started: Started, *, user: User, at: datetime) -> None:
    """End a session whose program went away: its time counts, words are not known."""
    finish(started, user=user, words=started.words, at=at)


@transaction.atomic
def finish(started: Started, *, user: User, words: int, at: datetime) -> None:
    """End a session with the program's last word count.

    One that ran over the end of the writer's day is split there; the words belong to its end.
    """
    session = (
        WritingSession.objects.select_for_update(of=("self",)).filter(pk=started.session_id).first()
    )
    if session is None:
        return
    last = max(at, session.last_change_at)
    if user.day_of(last) != session.day:
        start_of_day, _end = _bounds(user, last)
        roll_up_soon(user.pk, session.day)
        # The end is the first instant of the next day; this session ends within its own.
        day_over = _bounds(user, session.started_at)[1] - INSTANT
        _end_row(session, max(min(day_over, last), session.started_at), words=None)
        session = _rest_of(session, began=start_of_day, user=user, at=last)
    _end_row(session, last, words=None if _has_saves(started, user) else words)
    roll_up_soon(user.pk, session.day)


def _bounds(user: User, at: datetime) -> tuple[datetime, datetime]:
    return day_bounds(user.day_of(at), time_zone=user.time_zone, day_end_hour=user.day_end_hour)


def _has_saves(started: Started, user: User) -> bool:
    """Say whether any save of the chapter was recorded since the session began."""
    saved = WritingSession.objects.filter(user=user, chapter=started.chapter_id, saves__gt=0)
    latest = saved.aggregate(latest=Max("last_change_at"))["latest"]
    return latest is not None and latest >= started.began


def _end_row(session: WritingSession, at: datetime, *, words: int | None) -> None:
    """Close the row at `at`; all of its time was announced as work."""
    session.last_change_at = session.ended_at = at
    session.active_seconds = int((at - session.started_at).total_seconds())
    if words is not None:
        difference = words - session.words_start
        session.typed += max(difference, 0)
        session.removed += max(-difference, 0)
        session.words_end = words
    session.save()


def _rest_of(
    session: WritingSession, *, began: datetime, user: User, at: datetime
) -> WritingSession:
    """Return the part of a session that lies in the writer's next day, not stored yet."""
    return WritingSession(
        user=user,
        story_id=session.story_id,
        chapter_id=session.chapter_id,
        story_title=session.story_title,
        chapter_title=session.chapter_title,
        started_at=began,
        last_change_at=at,
        day=user.day_of(at),
        time_zone=user.time_zone,
        words_start=session.words_start,
        words_end=session.words_start,
        source=API,
        count_rule=RULE,
    )
