"""No request waits longer than a person or a proxy would: five seconds, then 503.

Postgres ends its own statements after four seconds, but one that is paused, or a network that
swallows packets, ends nothing. Then a watching thread cuts the connection the request waits on,
and the request is answered like any other whose database is away.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from psycopg.pq import TransactionStatus

# Lock 2 s < statement 4 s < this < the client's own 10 s.
REQUEST_SECONDS = 4.5
LOOK_EVERY = 0.25
logger = structlog.get_logger("nexus.deadline")


@dataclass(eq=False)
class Waiting:
    """A request under way and the database wrapper of its thread."""

    wrapper: Any
    ends_at: float
    is_cut: bool = False


class Watch:
    """Cuts the connections of overdue requests; its thread starts with the first request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: set[Waiting] = set()
        self._thread: threading.Thread | None = None

    def add(self, waiting: Waiting) -> None:
        with self._lock:
            self._waiting.add(waiting)
            # A forked process has the lock but not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="deadline", daemon=True)
                self._thread.start()

    def remove(self, waiting: Waiting) -> None:
        with self._lock:
            self._waiting.discard(waiting)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_EVERY)
            now = time.monotonic()
            # Held while cutting: the connection cannot go back to the pool meanwhile.
            with self._lock:
                for waiting in self._waiting:
                    if waiting.ends_at <= now and not waiting.is_cut:
                        waiting.is_cut = _cut(waiting.wrapper)


def _cut(wrapper: Any) -> bool:
    """End the statement the wrapper's connection waits for; False when it waits for none."""
    client = wrapper.connection
    if client is None or client.closed:
        return False
    if client.pgconn.transaction_status != TransactionStatus.ACTIVE:
        return False
    with socket.socket(fileno=os.dup(client.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
    logger.warning("connection_cut")
    return True


_watch = Watch()


class DeadlineMiddleware:
    """Has each request watched while it runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # This thread's own: the watching thread could not ask for it.
        waiting = Waiting(connections["default"], time.monotonic() + REQUEST_SECONDS)
        _watch.add(waiting)
        try:
            return self.get_response(request)
        finally:
            _watch.remove(waiting)
