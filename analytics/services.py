"""Writing the ledger: every change of the text becomes words by cause in a writing session.

A session is one stretch of work: it ends by idleness, by another chapter, by the end of the
writer's day, or explicitly. `record_change` runs inside the save's transaction, in at most three
statements, so that the row commits with the text or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts.models import User
from analytics.causes import words_by_cause
from analytics.models import WritingSession
from nexus.lib.days import day_bounds
from stories.counting import RULE
from stories.models import Chapter
from stories.saving import Change

IDLE_MINUTES = 5
SECONDS_OF_A_DAY = 24 * 3600
# A row holds two thousand million words of a cause; whoever reports more than this begins another.
FULL = 1_000_000_000
# Part of every save, so written out: building it costs more than running it.
LOCK = """
    SELECT session.*, coalesce(preferences.idle_minutes, %(idle)s) AS idle_minutes
    FROM analytics_writingsession AS session
    LEFT JOIN accounts_preferences AS preferences USING (user_id)
    WHERE session.user_id = %(user)s AND session.ended_at IS NULL
    ORDER BY session.id
    FOR NO KEY UPDATE OF session
"""
EXTEND = """
    UPDATE analytics_writingsession
    SET typed = %(typed)s, pasted = %(pasted)s, imported = %(imported)s, restored = %(restored)s,
        replaced = %(replaced)s, moved_in = %(moved_in)s, applied = %(applied)s,
        removed = %(removed)s, cut = %(cut)s, moved_out = %(moved_out)s, undone = %(undone)s,
        last_change_at = %(last_change_at)s, active_seconds = %(active_seconds)s,
        saves = %(saves)s, words_end = %(words_end)s, chapter_title = %(chapter_title)s,
        updated_at = %(updated_at)s
    WHERE id = %(id)s
"""
# These are no stretch of work: each is a closed row of its own and ends nobody's session.
AT_ONCE = frozenset({WritingSession.Source.IMPORT, WritingSession.Source.RESTORE})


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time a change took: from its first keystroke, as far as that can be believed."""

    began: datetime
    ended: datetime
    active_seconds: int


def record_change(*, chapter: Chapter, user: User, at: datetime, change: Change) -> WritingSession:
    """Add a change to the writer's open session on this chapter, or begin a new one."""
    words = _words(change)
    if change.source in AT_ONCE:
        stretch = _stretch(change, user=user, at=at, after=None)
        return _open(chapter, user, change, words, stretch, ended_at=at)
    open_sessions = list(WritingSession.objects.raw(LOCK, {"user": user.pk, "idle": IDLE_MINUTES}))
    current = next((row for row in open_sessions if _goes_on(row, chapter, user, change, at)), None)
    _close([row for row in open_sessions if not _stays_open(row, current, chapter)])
    if current is None:
        latest = max((row.last_change_at for row in open_sessions), default=None)
        stretch = _stretch(change, user=user, at=at, after=latest)
        return _open(chapter, user, change, words, stretch)
    return _extend(current, chapter, change, words, at, user)


def _words(change: Change) -> dict[str, int]:
    return words_by_cause(
        source=change.source,
        cause=change.cause,
        reported=change.activity,
        text_before=change.text_before,
        text_after=change.text_after,
        words_before=change.words_before,
        words_after=change.words_after,
    )


def _goes_on(
    session: WritingSession, chapter: Chapter, user: User, change: Change, at: datetime
) -> bool:
    """Say whether the change belongs to this session: same chapter, same day, no long pause."""
    began = _believed_start(change, at)
    pause = began - session.last_change_at
    return (
        session.chapter_id == chapter.pk
        and session.source == change.source
        and session.day == user.day_of(at)
        and session.added < FULL
        and pause <= timedelta(minutes=session.idle_minutes)  # type: ignore[attr-defined]
    )


def _stays_open(session: WritingSession, current: WritingSession | None, chapter: Chapter) -> bool:
    """The session itself stays; another way into the same chapter ends by idleness only."""
    if session is current:
        return True
    return current is not None and session.chapter_id == chapter.pk


def _close(sessions: list[WritingSession]) -> None:
    if sessions:
        WritingSession.objects.filter(pk__in=[row.pk for row in sessions]).update(
            ended_at=F("last_change_at"), updated_at=Now()
        )


def _believed_start(change: Change, at: datetime) -> datetime:
    """Return when the change is said to have begun: by its first key, else by its active time."""
    raw = change.activity.get("since") if change.activity else None
    if not isinstance(raw, str):
        return at - timedelta(seconds=_claimed_seconds(change))
    since = datetime.fromisoformat(raw)
    return min(since if since.tzinfo else since.replace(tzinfo=UTC), at)


def _claimed_seconds(change: Change) -> int:
    claimed = change.activity.get("active_ms", 0) // 1000 if change.activity else 0
    return int(min(claimed, SECONDS_OF_A_DAY))


def _stretch(change: Change, *, user: User, at: datetime, after: datetime | None) -> Stretch:
    """Return when the change began: not before the writer's day, nor before `after`."""
    day_start, _ = day_bounds(
        user.day_of(at), time_zone=user.time_zone, day_end_hour=user.day_end_hour
    )
    earliest = max(day_start, after) if after else day_start
    began = min(max(_believed_start(change, at), earliest), at)
    elapsed = int((at - began).total_seconds())
    return Stretch(began, at, max(0, min(_claimed_seconds(change), elapsed)))


def _open(
    chapter: Chapter,
    user: User,
    change: Change,
    words: dict[str, int],
    stretch: Stretch,
    *,
    ended_at: datetime | None = None,
) -> WritingSession:
    return WritingSession.objects.create(
        user=user,
        story_id=chapter.story_id,
        chapter=chapter,
        story_title=chapter.story.title,
        chapter_title=chapter.title,
        started_at=stretch.began,
        last_change_at=stretch.ended,
        ended_at=ended_at,
        day=user.day_of(stretch.ended),
        time_zone=user.time_zone,
        active_seconds=stretch.active_seconds,
        saves=1,
        words_start=change.words_before,
        words_end=change.words_after,
        source=change.source,
        count_rule=RULE,
        **words,
    )


def _extend(
    session: WritingSession,
    chapter: Chapter,
    change: Change,
    words: dict[str, int],
    at: datetime,
    user: User,
) -> WritingSession:
    # A clock that was set back must not end a session before it began.
    ended = max(at, session.last_change_at)
    stretch = _stretch(change, user=user, at=ended, after=session.last_change_at)
    session.last_change_at = stretch.ended
    session.active_seconds += stretch.active_seconds
    session.saves += 1
    session.words_end = change.words_after
    session.chapter_title = chapter.title
    for cause, count in words.items():
        setattr(session, cause, getattr(session, cause) + count)
    session.updated_at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(EXTEND, vars(session))
    return session


def close_idle_sessions(*, at: datetime) -> int:
    """End every session without a change for the writer's idle minutes; return how many."""
    minutes = Coalesce(F("user__preferences__idle_minutes"), IDLE_MINUTES)
    idle = Q(last_change_at__lt=at - minutes * timedelta(minutes=1))
    return WritingSession.objects.filter(
        pk__in=WritingSession.objects.filter(idle, ended_at__isnull=True).values("pk")
    ).update(ended_at=F("last_change_at"), updated_at=Now())
