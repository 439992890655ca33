"""How long saves take: each acknowledged one is counted in a bucket of its day, in Redis.

The time is the server's own, from the first middleware to the finished answer of an acknowledged
`PUT /chapters/{id}/content`. Counts gather in the process and go to Redis in the background, with a
save, at most every few seconds. That is best effort: a Redis that is away costs a save nothing and
loses some counts. Buckets hold counts alone, of nobody and no text.

The bounds are fixed, so that days and processes add up and another exporter could read them.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import redis
import structlog
from django.conf import settings

from nexus.lib.effects import in_background
from nexus.lib.live import REST_SECONDS, Breaker, quick_client

PATIENCE = 0.2
GATHERED_SECONDS = 5.0
KEPT_DAYS = 35
# Upper bounds in milliseconds, each within its bucket; what is slower falls in one more.
BOUNDS = (
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750),
    *(1000, 1500, 2000, 3000, 5000),
)
logger = structlog.get_logger("nexus.performance")
breaker = Breaker()
_gathered: Counter[tuple[date, int]] = Counter()
_lock = threading.Lock()
_sent_at = float("-inf")


@dataclass(frozen=True)
class Latency:
    """Saves of some days by bucket, one count per bound of `BOUNDS` and one for what is slower."""

    counts: tuple[int, ...]

    @property
    def saves(self) -> int:
        return sum(self.counts)

    def within(self, percent: int) -> int | None:
        """Return the bound in ms under which `percent` (1-100) of the saves stayed.

        None without any save, and when the bound is beyond the last of `BOUNDS`.
        """
        reached, wanted = 0, self.saves * percent
        for bound, count in zip(BOUNDS, self.counts, strict=False):
            reached += count
            if count and reached * 100 >= wanted:
                return bound
        return None


def note_save(seconds: float, *, at: datetime) -> None:
    """Count an acknowledged save of `seconds` (at least 0); never raises, asks nobody."""
    global _sent_at
    with _lock:
        _gathered[at.astimezone(UTC).date(), bucket_of(seconds)] += 1
        is_due = time.monotonic() - _sent_at >= GATHERED_SECONDS
        if is_due:
            _sent_at = time.monotonic()
    if is_due:
        in_background(add_up, lane="latency")


def bucket_of(seconds: float) -> int:
    """Return the place in `Latency.counts`, 0 to `len(BOUNDS)`, of a save that took `seconds`."""
    return bisect_left(BOUNDS, seconds * 1000)


def add_up() -> None:
    """Add what was gathered to Redis; leave Redis alone for a while when it does not answer."""
    with _lock:
        counts = dict(_gathered)
        _gathered.clear()
    if breaker.is_open or not counts:
        return
    try:
        with _client().pipeline(transaction=False) as pipe:
            for (day, bucket), count in counts.items():
                pipe.hincrby(key_of(day), str(bucket), count)
                pipe.expire(key_of(day), timedelta(days=KEPT_DAYS))
            pipe.execute()
    except redis.RedisError as error:
        breaker.trip()
        logger.warning("latency_paused", reason=type(error).__name__, seconds=REST_SECONDS)


def latency_of(days: int, *, until: date) -> Latency | None:
    """Return the saves of the `days` (1 to `KEPT_DAYS`) up to the UTC day `until`.

    None when Redis cannot be asked.
    """
    add_up()
    try:
        with _client().pipeline(transaction=False) as pipe:
            for back in range(days):
                pipe.hgetall(key_of(until - timedelta(days=back)))
            kept = pipe.execute()
    except redis.RedisError:
        return None
    places = [str(place).encode() for place in range(len(BOUNDS) + 1)]
    return Latency(tuple(sum(int(day.get(place, 0)) for day in kept) for place in places))


def key_of(day: date) -> str:
    return f"{settings.LIVE_PREFIX}:saves:{day.isoformat()}"


@cache
def _client() -> redis.Redis:
    return quick_client(settings.REDIS_URL, PATIENCE)
