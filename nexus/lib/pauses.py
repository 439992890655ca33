"""Tells open sockets that live messages do not get through for now, and that they do again.

One process asks Redis once every few seconds for all its sockets, while there are any. Where live
messages rest nothing else does: texts are saved without Redis.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import redis
import redis.asyncio
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from nexus.lib.loops import one_per_loop

PERIOD_SECONDS = 5.0
PATIENCE = 2.0


class PauseWatch:
    """Whether Redis answers, for the sockets open here. Belongs to one event loop."""

    def __init__(self) -> None:
        self.is_paused = False
        self._listening: set[asyncio.Queue[bool]] = set()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def changes(self) -> Iterator[asyncio.Queue[bool]]:
        """Give a queue of what becomes of it; what begins in a pause is told so at once."""
        told: asyncio.Queue[bool] = asyncio.Queue()
        if self._task is None or self._task.done():
            self.is_paused = False
            self._task = asyncio.get_running_loop().create_task(self._run())
        if self.is_paused:
            told.put_nowait(True)
        self._listening.add(told)
        try:
            yield told
        finally:
            self._listening.discard(told)

    async def _run(self) -> None:
        while self._listening:
            self._note(is_paused=not await answers())
            await asyncio.sleep(PERIOD_SECONDS)

    def _note(self, *, is_paused: bool) -> None:
        if is_paused != self.is_paused:
            self.is_paused = is_paused
            for told in self._listening:
                told.put_nowait(is_paused)


async def answers() -> bool:
    """Say whether Redis answers within `PATIENCE` seconds."""
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        async with client:
            await client.ping()
    except (redis.RedisError, OSError):
        return False
    return True


pause_watch = one_per_loop(PauseWatch)
