"""Summing sessions into days. Always from the sessions: running twice, late or out of order
changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Min

from accounts.models import User
from analytics.models import WritingDay, WritingSession
from analytics.reports.days import goals_on, total_goal
from analytics.reports.figures import NOTHING, SUMMED, Figures, add_up, unsettled
from analytics.rest import rest_on
from nexus.lib.failpoints import hit

HOURS = 24
RECENT_DAYS = 3
ROTATION = 10
# The days of the sessions, and those of rows that have lost theirs.
CHECKED = """
    SELECT user_id, day FROM analytics_writingsession
    WHERE day >= %(recent)s OR (day - DATE '0001-01-01' + 1) %% %(of)s = %(turn)s
    UNION
    SELECT user_id, day FROM analytics_writingday
    WHERE day >= %(recent)s OR (day - DATE '0001-01-01' + 1) %% %(of)s = %(turn)s
    ORDER BY user_id, day
"""
COLUMNS = (*SUMMED, "sessions", "first_change_at", "last_change_at", "hours", "goal", "rest")


@dataclass
class Bundle:
    """The sessions of one story on one day, or of all."""

    figures: Figures = NOTHING
    first_change_at: datetime | None = None
    last_change_at: datetime | None = None
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)

    def add(self, session: WritingSession) -> None:
        summed = {name: getattr(session, name) for name in SUMMED}
        figures = Figures(**summed, sessions=1)
        self.figures = add_up((self.figures, figures))
        began, ended = session.started_at, session.last_change_at
        self.first_change_at = min(self.first_change_at or began, began)
        self.last_change_at = max(self.last_change_at or ended, ended)
        hour = began.astimezone(ZoneInfo(session.time_zone)).hour
        self.hours[hour] += figures.words_written


@transaction.atomic
def roll_up_day(user: User, day: date, *, at: datetime) -> bool:
    """Write the day's rows, whole and per story, from its sessions; return whether any changed."""
    read_at = _take_turn(user, day)
    sessions = WritingSession.objects.filter(user=user, day=day).order_by("started_at", "pk")
    bundles: dict[UUID | None, Bundle] = defaultdict(Bundle)
    for session in sessions:
        bundles[None].add(session)
        if session.story_id:
            bundles[session.story_id].add(session)
    stored = {row.story_id: row for row in WritingDay.objects.filter(user=user, day=day)}
    rest = rest_on(user, [day]).get(day, "")
    # That of a past day stays what it was; rest may be declared later.
    kept = {key: row.goal for key, row in stored.items()} if day < user.day_of(at) else {}
    goals = goals_on(user, day)
    rows = [
        WritingDay(
            user=user,
            story_id=story_id,
            day=day,
            **bundle.figures._asdict(),
            first_change_at=bundle.first_change_at,
            last_change_at=bundle.last_change_at,
            hours=bundle.hours,
            goal=kept[story_id] if story_id in kept else total_goal(goals, story_id),
            rest=rest,
            rolled_up_at=read_at,
        )
        for story_id, bundle in bundles.items()
    ]
    gone = [row.pk for story_id, row in stored.items() if story_id not in bundles]
    WritingDay.objects.filter(pk__in=gone).delete()
    hit("day-summed")
    WritingDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "story", "day"],
        update_fields=[*COLUMNS, "rolled_up_at"],
    )
    return bool(gone) or any(_differs(row, stored.get(row.story_id)) for row in rows)


def _take_turn(user: User, day: date) -> datetime:
    """Wait for another rollup of the same day; return the instant before anything is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0)), clock_timestamp()",
            [f"writing-day {user.pk} {day}"],
        )
        return cursor.fetchone()[1]


def _differs(row: WritingDay, stored: WritingDay | None) -> bool:
    return stored is None or any(getattr(row, name) != getattr(stored, name) for name in COLUMNS)


def stale_days(
    *, limit: int, within: tuple[datetime, datetime] | None = None
) -> list[tuple[UUID, date]]:
    """Return (user, day) of sessions changed since their day was rolled up, oldest first.

    With `within`, only of sessions changed between these: that need not read the whole ledger.
    """
    waiting = WritingSession.objects.filter(unsettled())
    if within is not None:
        waiting = waiting.filter(updated_at__range=within)
    days = waiting.order_by().values_list("user_id", "day").annotate(since=Min("updated_at"))
    return [(user_id, day) for user_id, day, _since in days.order_by("since")[:limit]]


def days_to_check(*, today: date, turn: int) -> list[tuple[UUID, date]]:
    """Return the last days and every tenth of the others, by turns."""
    recent = today - timedelta(days=RECENT_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(CHECKED, {"recent": recent, "turn": turn % ROTATION, "of": ROTATION})
        return cursor.fetchall()
