"""What follows a commit but must never hurt it: live messages, tasks, mail.

`after_commit` hands a call to a background thread once the transaction is in. The request neither
waits nor fails. A lane keeps its calls in order; when a lane is full, the call is dropped and
logged, since every effect heals by itself (a reload, a nightly task).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from nexus.lib import metrics

LANE_LENGTH = 1000
# A server that is away is foreseen: one line says so, and the effect heals by itself.
OUTAGES = (OperationalError, InterfaceError, BrokerError, RedisError, OSError)
logger = structlog.get_logger("nexus.effects")


class Lane:
    """One thread and its bounded queue."""

    def __init__(self, name: str, length: int = LANE_LENGTH) -> None:
        self.name = name
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"effects-{name}")
        self._places = threading.BoundedSemaphore(length)
        self._pending: set[Future[None]] = set()

    def put(self, fn: Callable[..., Any], *args: Any) -> None:
        if not self._places.acquire(blocking=False):
            logger.warning("effect_dropped", lane=self.name, effect=_name(fn))
            metrics.EFFECTS_LOST.labels(self.name).inc()
            return
        future = self._pool.submit(_run, fn, *args)
        self._pending.add(future)
        future.add_done_callback(partial(self._finish, _name(fn)))

    def _finish(self, effect: str, future: Future[None]) -> None:
        self._pending.discard(future)
        self._places.release()
        error = future.exception()
        if error is not None:
            metrics.EFFECTS_LOST.labels(self.name).inc()
        if isinstance(error, OUTAGES):
            logger.warning("effect_lost", lane=self.name, effect=effect, cause=type(error).__name__)
        elif error is not None:
            logger.error("effect_failed", lane=self.name, effect=effect, exc_info=error)

    def drain(self, timeout: float) -> bool:
        return not wait(list(self._pending), timeout).not_done


_lanes: dict[str, Lane] = {}
_lanes_lock = threading.Lock()


def after_commit(fn: Callable[..., Any], *args: Any, lane: str = "work") -> None:
    """Run `fn(*args)` in the background once the current transaction has committed.

    Pass ids, not instances. Outside a transaction it is handed over at once.
    """
    transaction.on_commit(partial(_lane(lane).put, fn, *args), robust=True)


def in_background(fn: Callable[..., Any], *args: Any, lane: str) -> None:
    """Run `fn(*args)` in the background now, asking nothing of the database; never raises."""
    # Raised by a pool whose process ends.
    with suppress(RuntimeError):
        _lane(lane).put(fn, *args)


def drain(timeout: float) -> bool:
    """Wait for everything handed over so far; return whether it was done in time."""
    done = [lane.drain(timeout) for lane in list(_lanes.values())]
    return all(done)


def _lane(name: str) -> Lane:
    with _lanes_lock:
        if name not in _lanes:
            _lanes[name] = Lane(name)
        return _lanes[name]


def _run(fn: Callable[..., Any], *args: Any) -> None:
    try:
        fn(*args)
    finally:
        close_old_connections()


def _name(fn: Callable[..., Any]) -> str:
    return getattr(fn, "__qualname__", type(fn).__name__)
