"""The time a change took, and what of it lies before the writer's day ended. Pure.

A save that began before the end of the writer's day and arrives after it is divided there. The
editor says when its first change was (`since`) and how long it was at work; the work is taken to
have been done in one go from then on, at an even pace. So of a minute from 23:59:40 to 00:00:40, a
third of the words of each cause belong to the day before; what was typed until 23:55 and arrived in
the morning belongs to the day before altogether. Without `since`, or with one from before the
previous day, nothing is known, and the words belong to the day they arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import User
from analytics.words import ADDED, TAKEN
from nexus.lib.days import day_bounds
from stories.saving import Change

SECONDS_OF_A_DAY = 24 * 3600
# A day's end is the first instant of the next; this is the last of the day itself.
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a change did within one writing day: `seconds` at work are claimed, not checked."""

    day: date
    day_began: datetime
    began: datetime
    ended: datetime
    seconds: int
    words: Mapping[str, int]
    words_before: int
    words_after: int
    saves: int = 1


def stretches_of(
    change: Change, words: Mapping[str, int], *, user: User, at: datetime
) -> list[Stretch]:
    """Return the change whole, or its part before the day's end and, if any, its part after it."""
    day = user.day_of(at)
    day_began, _end = _bounds(user, day)
    claimed = _claimed_seconds(change.activity)
    since = _first_change(change.activity)
    began = min(since or at - timedelta(seconds=claimed), at)
    whole = Stretch(
        day, day_began, began, at, claimed, words, change.words_before, change.words_after
    )
    if since is None or began >= day_began:
        return [whole]
    yesterday = user.day_of(day_began - INSTANT)
    yesterday_began, _end = _bounds(user, yesterday)
    return _divided(whole, yesterday, yesterday_began) if began >= yesterday_began else [whole]


def believed_seconds(stretch: Stretch, *, after: datetime | None) -> tuple[datetime, int]:
    """Return when it can have begun, not before its day nor `after`, and the seconds at work."""
    earliest = max(stretch.day_began, after) if after else stretch.day_began
    began = min(max(stretch.began, earliest), stretch.ended)
    elapsed = int((stretch.ended - began).total_seconds())
    return began, max(0, min(stretch.seconds, elapsed))


def _divided(whole: Stretch, yesterday: date, yesterday_began: datetime) -> list[Stretch]:
    at_work = timedelta(seconds=whole.seconds)
    done = min(whole.began + at_work, whole.ended)
    ended = min(done, whole.day_began - INSTANT)
    before = min(whole.day_began - whole.began, at_work)
    is_all = before == at_work
    words = dict(whole.words) if is_all else _share(whole.words, before, at_work, whole)
    between = whole.words_before + _net(words)
    seconds = before // timedelta(seconds=1)
    early = Stretch(
        yesterday,
        yesterday_began,
        whole.began,
        ended,
        seconds,
        words,
        whole.words_before,
        between,
        saves=int(is_all),
    )
    if is_all:
        return [early]
    rest = {cause: count - words.get(cause, 0) for cause, count in whole.words.items()}
    late = Stretch(
        whole.day,
        whole.day_began,
        whole.day_began,
        whole.ended,
        whole.seconds - seconds,
        rest,
        between,
        whole.words_after,
    )
    return [early, late]


def _share(
    words: Mapping[str, int], before: timedelta, at_work: timedelta, whole: Stretch
) -> dict[str, int]:
    """Return the share of each cause; no more is taken away than there is by then."""
    part = {cause: count * before // at_work for cause, count in words.items()}
    there = whole.words_before + sum(part.get(cause, 0) for cause in ADDED)
    for cause in TAKEN:
        if cause in part:
            part[cause] = min(part[cause], there)
            there -= part[cause]
    return part


def _net(words: Mapping[str, int]) -> int:
    return sum(words.get(cause, 0) for cause in ADDED) - sum(words.get(c, 0) for c in TAKEN)


def _bounds(user: User, day: date) -> tuple[datetime, datetime]:
    return day_bounds(day, time_zone=user.time_zone, day_end_hour=user.day_end_hour)


def _first_change(activity: Mapping[str, Any] | None) -> datetime | None:
    raw = activity.get("since") if activity else None
    if not isinstance(raw, str):
        return None
    since = datetime.fromisoformat(raw)
    return since if since.tzinfo else since.replace(tzinfo=UTC)


def _claimed_seconds(activity: Mapping[str, Any] | None) -> int:
    claimed = activity.get("active_ms", 0) // 1000 if activity else 0
    return int(min(claimed, SECONDS_OF_A_DAY))
