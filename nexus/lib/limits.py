"""Counting tries: so many in so many seconds, exactly, however many ask at once.

A sliding window: each try that was let through is kept with its moment until the window has passed
it, and one Lua script in Redis looks, decides and notes, so that parallel tries cannot slip past.
Each process also counts for itself, which is all there is without Redis: nobody is refused because
it is away, and nobody waits for it, since after a failure it is left alone for a few seconds.

Keys hold keyed digests, never what was counted (an e-mail, an address).
"""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from functools import cache

import redis
import structlog
from django.conf import settings
from redis.commands.core import Script

from nexus.lib.live import REST_SECONDS, Breaker, quick_client

PATIENCE = 0.2
# Some 10 MB at worst; the oldest counts are forgotten first.
LOCAL_KEYS = 20_000
# KEYS: one sorted set. ARGV: limit, window in ms, a name for this try.
# Returns whether it is let through, how many are left, ms until the next place is free.
TAKE = """
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - window)
local used = redis.call('ZCARD', KEYS[1])
local allowed = 0
if used < limit then
  redis.call('ZADD', KEYS[1], at, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], window)
  used, allowed = used + 1, 1
end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {allowed, limit - used, first[2] + window - at}
"""
logger = structlog.get_logger("nexus.limits")


@dataclass(frozen=True)
class Verdict:
    """What became of a try; `reset_in` is in whole seconds, at least 1, until a place is free."""

    is_allowed: bool
    limit: int
    remaining: int
    reset_in: int


class LocalCounter:
    """The same window within one process; bounded, safe between threads."""

    def __init__(self, max_keys: int = LOCAL_KEYS) -> None:
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._max_keys = max_keys

    def take(self, key: str, *, limit: int, seconds: int, at: float) -> Verdict:
        with self._lock:
            tries = self._tries.setdefault(key, deque())
            self._tries.move_to_end(key)
            while tries and tries[0] <= at - seconds:
                tries.popleft()
            is_allowed = len(tries) < limit
            if is_allowed:
                tries.append(at)
            while len(self._tries) > self._max_keys:
                self._tries.popitem(last=False)
            wait = _whole_seconds(tries[0] + seconds - at)
            return Verdict(is_allowed, limit, limit - len(tries), wait)

    def give_back(self, key: str) -> None:
        with self._lock:
            if self._tries.get(key):
                self._tries[key].pop()

    def clear(self) -> None:
        with self._lock:
            self._tries.clear()


breaker = Breaker()
local = LocalCounter()


def take(name: str, key: str, *, limit: int, seconds: int) -> Verdict:
    """Use one of `limit` tries (at least 1) that are free in any `seconds`; never raises.

    A try that is refused is not counted, so that waiting helps even those who ask in vain.
    """
    place = _place(name, key)
    # This process's own count first: when Redis goes away between two tries, it is not begun anew.
    here = local.take(place, limit=limit, seconds=seconds, at=time.monotonic())
    if not here.is_allowed or breaker.is_open:
        return here
    try:
        script = _take_script(settings.REDIS_URL)
        answer = script(keys=[place], args=[limit, seconds * 1000, secrets.token_hex(8)])
    except redis.RedisError as error:
        _leave_redis_alone(error)
        return here
    allowed, remaining, wait = answer
    if not allowed:
        local.give_back(place)
    return Verdict(bool(allowed), limit, int(remaining), _whole_seconds(wait / 1000))


def give_back(name: str, key: str) -> None:
    """Undo one `take`: it turned out not to count."""
    place = _place(name, key)
    local.give_back(place)
    if breaker.is_open:
        return
    try:
        _client(settings.REDIS_URL).zpopmax(place)
    except redis.RedisError as error:
        _leave_redis_alone(error)


def _leave_redis_alone(error: redis.RedisError) -> None:
    breaker.trip()
    logger.warning("limits_local", reason=type(error).__name__, seconds=REST_SECONDS)


def _place(name: str, key: str) -> str:
    # The digest is keyed, so that addresses cannot be guessed from a copy of Redis.
    secret = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    digest = hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16, key=secret).hexdigest()
    return f"{settings.LIVE_PREFIX}:limit:{name}:{digest}"


def _whole_seconds(wait: float) -> int:
    return max(1, math.ceil(wait))


@cache
def _client(url: str) -> redis.Redis:
    return quick_client(url, PATIENCE)


@cache
def _take_script(url: str) -> Script:
    return _client(url).register_script(TAKE)
