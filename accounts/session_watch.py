"""Tells open sockets that their session has ended: signed out, expired, disabled, new password.

One query every few seconds for all sockets of a process, while there are any. It asks the database
and nobody else, so that no lost message can leave a socket open; while the database is away,
nobody is sent off.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

import structlog
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils import timezone

from accounts.models import Session
from accounts.sessions import SessionStore
from nexus.lib.loops import one_per_loop

PERIOD_SECONDS = 2.5
logger = structlog.get_logger("nexus.sessions")


def ended_among(public_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the sessions whose row no longer vouches for a person."""
    wanted = set(public_ids)
    live = Session.objects.filter(public_id__in=wanted, expire_date__gt=timezone.now())
    stores = map(SessionStore.of_row, live.select_related("user"))
    return wanted - {store.public_id for store in stores if store.signed_in_user()}


class SessionWatch:
    """The sessions that have open sockets here. Belongs to one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    @property
    def is_resting(self) -> bool:
        return self._task is None or self._task.done()

    @contextmanager
    def over(self, public_id: UUID) -> Iterator[asyncio.Event]:
        """Give an event that is set within a few seconds of the session's end."""
        ended = asyncio.Event()
        self._waiting[public_id].add(ended)
        if self.is_resting:
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            yield ended
        finally:
            self._waiting[public_id].discard(ended)
            if not self._waiting[public_id]:
                del self._waiting[public_id]

    async def _run(self) -> None:
        while self._waiting:
            await asyncio.sleep(PERIOD_SECONDS)
            try:
                ended = await sync_to_async(_look, thread_sensitive=False)(list(self._waiting))
            except DatabaseError as error:
                # Whatever it was: a watch that gave up would leave sockets open for good.
                logger.warning("session_watch_blind", reason=type(error).__name__)
                continue
            for public_id in ended:
                for event in self._waiting.get(public_id, ()):
                    event.set()


def _look(public_ids: list[UUID]) -> set[UUID]:
    try:
        return ended_among(public_ids)
    finally:
        close_old_connections()


session_watch = one_per_loop(SessionWatch)
