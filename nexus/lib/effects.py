"""What follows a commit but must never hurt it: live messages, tasks, mail.

`after_commit` hands a call to a background thread once the transaction is in. The request neither
waits nor fails. A lane keeps its calls in order; of calls with one key that wait, only the newest
is made. When a lane is full, the call is dropped and logged, since every effect heals by itself (a
reload, a nightly task).
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, transaction
from kombu.exceptions import OperationalError as BrokerError
from redis import RedisError

from nexus.lib import metrics

LANE_LENGTH = 1000
# What a process that ends still gives its lanes.
LAST_SECONDS = 2.0
# A server that is away is foreseen: one line says so, and the effect heals by itself.
OUTAGES = (OperationalError, InterfaceError, BrokerError, RedisError, OSError)
logger = structlog.get_logger("nexus.effects")


class Lane:
    """One thread, which begins with the first call, and its bounded queue."""

    def __init__(self, name: str, length: int = LANE_LENGTH) -> None:
        self.name = name
        self._length = length
        self._calls: OrderedDict[Hashable, tuple[Callable[..., Any], tuple[Any, ...]]]
        self._calls = OrderedDict()
        self._is_at_work = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, fn: Callable[..., Any], *args: Any, key: Hashable = None) -> None:
        """Queue a call, or have it made instead of one with this key that waits already."""
        key = object() if key is None else key
        with self._changed:
            is_full = key not in self._calls and len(self._calls) >= self._length
            if not is_full:
                self._calls[key] = fn, args
                self._start()
                self._changed.notify()
        if is_full:
            logger.warning("effect_dropped", lane=self.name, effect=_name(fn))
            metrics.EFFECTS_LOST.labels(self.name).inc()

    def drain(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not (self._calls or self._is_at_work), timeout)

    def _start(self) -> None:
        # A forked process has the queue but not the thread.
        if self._thread is None or not self._thread.is_alive():
            name = f"effects-{self.name}"
            self._thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._calls)
                _key, (fn, args) = self._calls.popitem(last=False)
                self._is_at_work = True
            self._run(fn, args)
            with self._changed:
                self._is_at_work = False
                if not self._calls:
                    self._changed.notify_all()

    def _run(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
        """Run one call, whatever it raises: the lane goes on."""
        try:
            try:
                fn(*args)
            finally:
                close_old_connections()
        except OUTAGES as error:
            metrics.EFFECTS_LOST.labels(self.name).inc()
            cause = type(error).__name__
            logger.warning("effect_lost", lane=self.name, effect=_name(fn), cause=cause)
        except BaseException:
            metrics.EFFECTS_LOST.labels(self.name).inc()
            logger.exception("effect_failed", lane=self.name, effect=_name(fn))


_lanes: dict[str, Lane] = {}
_lanes_lock = threading.Lock()


def after_commit(
    fn: Callable[..., Any], *args: Any, lane: str = "work", key: Hashable = None
) -> None:
    """Run `fn(*args)` in the background once the current transaction has committed.

    Pass ids, not instances. Outside a transaction it is handed over at once.
    """
    transaction.on_commit(partial(_lane(lane).put, fn, *args, key=key), robust=True)


def in_background(fn: Callable[..., Any], *args: Any, lane: str, key: Hashable = None) -> None:
    """Run `fn(*args)` in the background now, asking nothing of the database; never raises."""
    # Raised by a pool whose process ends.
    with suppress(RuntimeError):
        _lane(lane).put(fn, *args, key=key)


def drain(timeout: float) -> bool:
    """Wait for everything handed over so far; return whether it was done in time."""
    ends_at = time.monotonic() + timeout
    done = [lane.drain(max(0.0, ends_at - time.monotonic())) for lane in list(_lanes.values())]
    return all(done)


def _lane(name: str) -> Lane:
    with _lanes_lock:
        if name not in _lanes:
            _lanes[name] = Lane(name)
        return _lanes[name]


def _name(fn: Callable[..., Any]) -> str:
    return getattr(fn, "__qualname__", type(fn).__name__)


# The threads end with the process; what they were handed by then is still done.
atexit.register(drain, LAST_SECONDS)
