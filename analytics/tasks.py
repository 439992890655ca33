"""Background work of the ledger: idempotent, and in no particular order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from accounts.models import User
from analytics import plans, rollups, services
from analytics.models import WritingSession
from analytics.warehouse import comparing, months
from nexus.lib.effects import after_commit

# Saves come every few seconds; one rollup serves five minutes of them, asked for by the first save
# after that: a task with a countdown would lie in a worker's memory, one for each writer. Nobody
# waits for it: pages read from the sessions what is newer. A day whose writer has paused is seen by
# the net.
COALESCE_SECONDS = 300.0
PAUSED_SECONDS = 30.0
# What is forgotten beyond this is left to the net.
MOST_REMEMBERED = 10_000
MOST_DAYS_A_RUN = 500
# The net comes every twenty seconds and is done by the next; the nightly check reads everything.
NET_SECONDS = 15.0
NET_REACHES = timedelta(days=2)
logger = structlog.get_logger("nexus.ledger")
# When, by this process's clock, a day's rollup was asked for, or its first save was seen.
_asked: dict[tuple[UUID, date], float] = {}
_asked_lock = threading.Lock()


def roll_up_soon(user_id: UUID, day: date) -> None:
    """Have a day rolled up whose sessions the current transaction changes, once it is in."""
    transaction.on_commit(partial(_ask_now_and_then, user_id, day), robust=True)


def _ask_now_and_then(user_id: UUID, day: date) -> None:
    now = time.monotonic()
    with _asked_lock:
        if len(_asked) >= MOST_REMEMBERED:
            _asked.clear()
        is_due = now - _asked.setdefault((user_id, day), now) >= COALESCE_SECONDS
        if is_due:
            _asked[user_id, day] = now
    if is_due:
        after_commit(ask_for_roll_up, user_id, day)


def ask_for_roll_up(user_id: UUID, day: date) -> None:
    """Queue a rollup. Without a broker nothing is lost: the net catches the day later."""
    try:
        roll_up_day.delay(str(user_id), day.isoformat())
    except BrokerError as error:
        logger.warning("roll_up_not_queued", reason=type(error).__name__)


def ask_for_roll_ups(user_id: UUID, days: Sequence[date]) -> None:
    """Queue one task for days that may be being rolled up from what was true a moment ago."""
    try:
        roll_up_days.delay(str(user_id), [day.isoformat() for day in days])
    except BrokerError as error:
        logger.warning("roll_up_not_queued", reason=type(error).__name__)


def refresh_goal(user: User, *, at: datetime) -> None:
    """Have today's goal kept with the day, after a target was set, changed or removed."""
    day = user.day_of(at)
    if WritingSession.objects.filter(user=user, day=day).exists():
        after_commit(ask_for_roll_ups, user.pk, [day])


@shared_task
def roll_up_day(user_id: str, day: str) -> None:
    """Sum one writer's day from its sessions."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None:
        rollups.roll_up_day(user, date.fromisoformat(day), at=timezone.now())


@shared_task
def roll_up_days(user_id: str, days: list[str]) -> None:
    """Sum some of one writer's days from their sessions."""
    _roll_up((UUID(user_id), date.fromisoformat(day)) for day in days)


@shared_task
def roll_up_stale_days() -> int:
    """Roll up every day that changed since and whose writer has paused; the net under lost tasks
    too.
    """
    began, rolled_up = time.monotonic(), 0
    now = timezone.now()
    within = (now - NET_REACHES, now - timedelta(seconds=PAUSED_SECONDS))
    seen: set[tuple[UUID, date]] = set()
    while time.monotonic() - began < NET_SECONDS:
        # A day written a moment ago stays in the list until it has settled.
        found = set(rollups.stale_days(limit=MOST_DAYS_A_RUN, within=within)) - seen
        if not found:
            break
        seen |= found
        rolled_up += len(found)
        _roll_up(sorted(found))
    return rolled_up


@shared_task
def close_idle_sessions() -> int:
    """End the sessions nobody has written in for a while; forget what was cut long ago."""
    services.forget_old_cuts(at=timezone.now())
    return services.close_idle_sessions(at=timezone.now())


@shared_task
def reconcile() -> int:
    """Check the last days and a tenth of the rest against the sessions; repair drift, loudly."""
    while stale := rollups.stale_days(limit=MOST_DAYS_A_RUN):
        _roll_up(stale)
        if len(stale) < MOST_DAYS_A_RUN:
            break
    today = timezone.now().date()
    drifted = _roll_up(rollups.days_to_check(today=today, turn=today.toordinal()))
    for user_id, day in drifted:
        logger.error("writing_day_drifted", user_id=str(user_id), day=str(day))
    return len(drifted)


@shared_task
def keep_forecasts() -> int:
    """Keep each plan's forecast of the month, and close those whose words are there."""
    at = timezone.now()
    return plans.close_forecasts(at=at) + plans.keep_forecasts(at=at)


@shared_task
def close_months() -> int:
    """Bring the warehouse's files to what the ledger says, compare what both sum up to, and write
    what differs again, loudly.
    """
    at = timezone.now()
    written = months.close_months(at=at)
    found = comparing.compare(at=at)
    facts = {"months": found.months, "sessions": found.sessions, "written": written}
    if found.differing:
        differing = [str(month) for month in found.differing]
        logger.error("warehouse_differs", **facts, differing=differing)
        months.write_again(found.differing, at=at)
    else:
        logger.info("warehouse_compared", **facts)
    return len(found.differing)


def _roll_up(pairs: Iterable[tuple[UUID, date]]) -> list[tuple[UUID, date]]:
    """Roll up each day; return those whose rows changed."""
    pairs = list(pairs)
    users = User.objects.in_bulk({user_id for user_id, _day in pairs})
    return [
        (user_id, day)
        for user_id, day in pairs
        if user_id in users and rollups.roll_up_day(users[user_id], day, at=timezone.now())
    ]
