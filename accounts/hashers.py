"""Password hashing: slow and hungry on purpose, so only two at once in a process.

A hash takes tens of megabytes and most of a processor. Whoever waits for a place gives the
database connection back meanwhile, and is sent away (503) rather than left waiting for ever.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    BasePasswordHasher,
    MD5PasswordHasher,
)
from django.db import connection
from django.utils.translation import gettext as _

from nexus.lib.errors import Busy

AT_ONCE = 2
PATIENCE_SECONDS = 3.0
RETRY_AFTER = 2


class Gate:
    """Lets `places` threads through at once; a thread inside may enter again."""

    def __init__(self, places: int = AT_ONCE, patience: float = PATIENCE_SECONDS) -> None:
        self.patience = patience
        self._places = threading.BoundedSemaphore(places)
        self._thread = threading.local()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Hold a place; raise Busy when none is free within `patience` seconds."""
        if getattr(self._thread, "is_inside", False):
            yield
            return
        self._enter()
        self._thread.is_inside = True
        try:
            yield
        finally:
            self._thread.is_inside = False
            self._places.release()

    def _enter(self) -> None:
        if self._places.acquire(blocking=False):
            return
        if not connection.in_atomic_block:
            connection.close()
        if not self._places.acquire(timeout=self.patience):
            raise Busy(
                _("Many people are at the door right now. Please try again in a moment."),
                extra={"retry_after": RETRY_AFTER},
            )


gate = Gate()


class GatedHasher(BasePasswordHasher):
    """Lets a hasher named after it work only at the gate."""

    def encode(self, password: str, salt: str) -> str:
        with gate.open():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with gate.open():
            return super().verify(password, encoded)


class Argon2Hasher(GatedHasher, Argon2PasswordHasher):
    """Argon2id with the second set of parameters that RFC 9106 recommends: 64 MiB, 3 passes."""

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 4


class QuickHasher(GatedHasher, MD5PasswordHasher):
    """For tests, where thousands of throw-away people are made; through the same gate."""
