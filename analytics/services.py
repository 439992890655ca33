"""Writing the ledger: every change of the text becomes words by cause in a writing session.

A session is one stretch of work: it ends by idleness, by another chapter, by the end of the
writer's day, or explicitly. `record_change` runs inside the save's transaction, in at most three
statements, so that the row commits with the text or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts.models import User
from analytics import moves
from analytics.causes import MOVED, REPLACED, words_by_cause
from analytics.models import WritingSession
from analytics.stretches import Stretch, believed_seconds, stretches_of
from analytics.words import CAUSES
from stories.counting import RULE
from stories.models import Chapter
from stories.saving import Change

IDLE_MINUTES = 5
# A row holds two thousand million words of a cause; whoever reports more than this begins another.
FULL = 1_000_000_000
COLUMNS = tuple(field.attname for field in WritingSession._meta.concrete_fields)
# Part of every save, so written out: building it costs more than running it. With a paste, the
# sessions of the last hour that have cuts are read too.
LOCK = """
    SELECT {columns}, coalesce(preferences.idle_minutes, %(idle)s) AS idle_minutes
    FROM analytics_writingsession AS session
    LEFT JOIN accounts_preferences AS preferences USING (user_id)
    WHERE session.user_id = %(user)s AND {which}
    ORDER BY session.id
    FOR NO KEY UPDATE OF session
"""
READ = ", ".join(f"session.{name}" for name in COLUMNS)
LOCK_OPEN = LOCK.format(columns=READ, which="session.ended_at IS NULL")
LOCK_WITH_CUTS = LOCK.format(
    columns=READ,
    which="""(
        session.ended_at IS NULL
        OR session.day >= %(since)s AND session.last_change_at >= %(hour_ago)s
            AND session.cuts <> '[]'
    )""",
)
# However many rows: one statement.
CHANGE = """
    UPDATE analytics_writingsession AS session
    SET typed = row.typed, pasted = row.pasted, imported = row.imported, restored = row.restored,
        replaced = row.replaced, moved_in = row.moved_in, applied = row.applied,
        removed = row.removed, cut = row.cut, moved_out = row.moved_out, undone = row.undone,
        last_change_at = row.last_change_at, ended_at = row.ended_at,
        active_seconds = row.active_seconds, saves = row.saves, words_end = row.words_end,
        chapter_title = row.chapter_title, cuts = row.cuts, updated_at = %(now)s
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS row (
        id uuid, typed int, pasted int, imported int, restored int, replaced int, moved_in int,
        applied int, removed int, cut int, moved_out int, undone int,
        last_change_at timestamptz, ended_at timestamptz, active_seconds int, saves int,
        words_end int, chapter_title text, cuts jsonb
    )
    WHERE session.id = row.id
"""
CHANGED = (*CAUSES, "active_seconds", "saves", "words_end", "chapter_title", "cuts")
# These are no stretch of work: each is a closed row of its own and ends nobody's session.
AT_ONCE = frozenset({WritingSession.Source.IMPORT, WritingSession.Source.RESTORE})


@dataclass(frozen=True, slots=True)
class Recorded:
    """The session a change ended in, every day whose numbers it touched, words typed in it."""

    session: WritingSession
    days: frozenset[date]
    typed: int = 0


def record_change(*, chapter: Chapter, user: User, at: datetime, change: Change) -> Recorded:
    """Add a change to the writer's open session on this chapter, or begin a new one.

    One that reaches over the end of the writer's day is divided there.
    """
    words = words_by_cause(change)
    if _is_at_once(change):
        # Whatever is claimed: nobody was at work, so nothing of it lies before.
        (stretch,) = stretches_of(replace(change, activity=None), words, user=user, at=at)
        session = _begun(chapter, user, change, stretch, after=None)
        session.ended_at = at
        session.save(force_insert=True)
        return Recorded(session, frozenset({session.day}))
    moved = moves.moves_of(change, words, user_id=user.pk)
    rows = _lock(user, at, with_cuts=any(not move.is_cut for move in moved))
    cuts, changed = moves.pair(moved, words, rows, at=at)
    stretches = stretches_of(change, words, user=user, at=at)
    desk = _Desk(chapter, user, change, [row for row in rows if row.ended_at is None])
    for stretch in stretches:
        desk.add(stretch)
    session = desk.last
    if cuts or session.cuts:
        session.cuts = moves.still_kept([*session.cuts, *cuts], at=at)
    desk.tidy(is_day_over=session.day != user.day_of(at))
    _write_changed({row.pk: row for row in (*changed, *desk.changed)}.values())
    WritingSession.objects.bulk_create(desk.begun)
    days = frozenset(row.day for row in (*changed, *desk.begun, session))
    return Recorded(session, days, words.get("typed", 0))


def _lock(user: User, at: datetime, *, with_cuts: bool) -> list[WritingSession]:
    values: dict[str, Any] = {"user": user.pk, "idle": IDLE_MINUTES}
    hour_ago = at - moves.KEPT_FOR
    if with_cuts:
        values |= {"hour_ago": hour_ago, "since": hour_ago.date() - timedelta(days=1)}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_WITH_CUTS if with_cuts else LOCK_OPEN, values)
        return list(map(_session_of, cursor))


def _session_of(row: tuple[Any, ...]) -> WritingSession:
    """Return the session of a locked row: what `raw` does, at a quarter of its price."""
    session: Any = WritingSession.from_db(connection.alias, COLUMNS, row[:-1])
    session.cuts, session.idle_minutes = json.loads(session.cuts), row[-1]
    return session


def _is_at_once(change: Change) -> bool:
    """Say whether nobody was at work: words put in place across a book are not typed there."""
    is_across = change.cause == REPLACED and change.activity is None and change.source != "editor"
    return change.source in AT_ONCE or change.cause == MOVED or is_across


class _Desk:
    """The writer's open sessions while one change is booked; nothing is written before the end."""

    def __init__(
        self, chapter: Chapter, user: User, change: Change, open_ones: list[WritingSession]
    ) -> None:
        self.chapter, self.user, self.change, self.open_ones = chapter, user, change, open_ones
        self.begun: list[WritingSession] = []
        self.changed: list[WritingSession] = []
        self.last: WritingSession
        self._went_on: WritingSession | None = None

    def add(self, stretch: Stretch) -> None:
        """Add the stretch to the session it belongs to, or begin one."""
        self._went_on = next((row for row in self.open_ones if self._goes_on(row, stretch)), None)
        if self._went_on:
            _extend(self._went_on, self.chapter, stretch)
            self.changed.append(self._went_on)
            self.last = self._went_on
            return
        earlier = [row.last_change_at for row in self.open_ones]
        after = max((end for end in earlier if end <= stretch.ended), default=None)
        self.last = _begun(self.chapter, self.user, self.change, stretch, after=after)
        self.begun.append(self.last)

    def tidy(self, *, is_day_over: bool) -> None:
        """End what this change has ended; another way into the same chapter goes on."""
        ending = [row for row in self.open_ones if not self._stays_open(row)]
        ending += [row for row in self.begun if row is not self.last]
        if is_day_over:
            ending.append(self.last)
        for row in ending:
            row.ended_at = row.last_change_at
        self.changed += [row for row in ending if row not in self.begun]

    def _goes_on(self, session: WritingSession, stretch: Stretch) -> bool:
        """Say whether the stretch belongs to it: same chapter, same day, no long pause."""
        return (
            session.chapter_id == self.chapter.pk
            and session.story_id == self.chapter.story_id
            and session.source == self.change.source
            and session.day == stretch.day
            and session.added < FULL
            and stretch.began - session.last_change_at <= timedelta(minutes=session.idle_minutes)  # type: ignore[attr-defined]
        )

    def _stays_open(self, session: WritingSession) -> bool:
        if session is self._went_on:
            return True
        return self._went_on is not None and session.chapter_id == self.chapter.pk


def _begun(
    chapter: Chapter, user: User, change: Change, stretch: Stretch, *, after: datetime | None
) -> WritingSession:
    """Return a session that begins with the stretch, not stored yet."""
    began, seconds = believed_seconds(stretch, after=after)
    return WritingSession(
        user=user,
        story_id=chapter.story_id,
        chapter=chapter,
        story_title=chapter.story.title,
        chapter_title=chapter.title,
        started_at=began,
        last_change_at=stretch.ended,
        day=stretch.day,
        time_zone=user.time_zone,
        active_seconds=seconds,
        saves=stretch.saves,
        words_start=stretch.words_before,
        words_end=stretch.words_after,
        source=change.source,
        count_rule=RULE,
        **stretch.words,
    )


def _extend(session: WritingSession, chapter: Chapter, stretch: Stretch) -> None:
    # A clock that was set back must not end a session before it began.
    ended = max(stretch.ended, session.last_change_at)
    # Held against the whole session, not each save: half a second is none, two of them are one.
    elapsed = int((ended - session.started_at).total_seconds())
    session.last_change_at = ended
    session.active_seconds += max(0, min(stretch.seconds, elapsed - session.active_seconds))
    session.saves += stretch.saves
    session.words_end = stretch.words_after
    session.chapter_title = chapter.title
    for cause, count in stretch.words.items():
        setattr(session, cause, getattr(session, cause) + count)


def _write_changed(sessions: Iterable[WritingSession]) -> None:
    rows = [
        {
            "id": str(session.pk),
            "last_change_at": session.last_change_at.isoformat(),
            "ended_at": session.ended_at.isoformat() if session.ended_at else None,
            **{name: getattr(session, name) for name in CHANGED},
        }
        for session in sessions
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(CHANGE, {"rows": json.dumps(rows), "now": timezone.now()})


def close_idle_sessions(*, at: datetime) -> int:
    """End every session without a change for the writer's idle minutes; return how many."""
    minutes = Coalesce(F("user__preferences__idle_minutes"), IDLE_MINUTES)
    idle = Q(last_change_at__lt=at - minutes * timedelta(minutes=1))
    return WritingSession.objects.filter(
        pk__in=WritingSession.objects.filter(idle, ended_at__isnull=True).values("pk")
    ).update(ended_at=F("last_change_at"), updated_at=Now())


def forget_old_cuts(*, at: datetime) -> int:
    """Drop the marks of cuts too old to be moves any more; return of how many sessions."""
    recent = WritingSession.objects.filter(updated_at__gte=at - timedelta(days=2))
    old = recent.filter(last_change_at__lt=at - moves.KEPT_FOR).exclude(cuts=[])
    return old.update(cuts=[])
