"""Live messages: from a save in one thread to the sockets of one writer, through Redis.

Protocol: one channel, `<LIVE_PREFIX>:live`, carrying `{"user": id, "messages": [{...}]}`. Each
process subscribes once and fans out locally. Everything here is best effort: messages hold ids and
numbers, a lost one is harmless, and a Redis that is down or silent costs a save nothing.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Any
from uuid import UUID

import redis
import redis.asyncio
import structlog
from django.conf import settings
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from nexus.lib import metrics
from nexus.lib.effects import after_commit, in_background
from nexus.lib.loops import one_per_loop

Message = dict[str, Any]
PATIENCE = 0.09
REST_SECONDS = 5.0
READER_LENGTH = 200
FIRST_DELAY = 0.1
LONGEST_DELAY = 5.0
# A process speaks up to ten times a second: the first is heard at once, a crowd's next together.
PACE_SECONDS = 0.1
CHECK_SECONDS = 15
logger = structlog.get_logger("nexus.live")


# --- Sending ----------------------------------------------------------------------


class Breaker:
    """Leaves Redis alone for a while after a failure, so that a dead one costs nobody time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rest_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._rest_until

    def trip(self) -> None:
        with self._lock:
            self._rest_until = time.monotonic() + REST_SECONDS
        metrics.REDIS_FAILOVERS.inc()

    def reset(self) -> None:
        with self._lock:
            self._rest_until = 0.0


breaker = Breaker()
_gathered: dict[str, list[Message]] = {}
_gathered_lock = threading.Lock()
_published_at = float("-inf")


def quick_client(url: str, patience: float) -> redis.Redis:
    """Return a client that gives up after `patience` seconds, for what nobody may wait for."""
    return redis.Redis.from_url(
        url,
        socket_timeout=patience,
        socket_connect_timeout=patience,
        # Only for a connection the server closed meanwhile: that fails at once and is made anew.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
        retry_on_error=[],
    )


@cache
def _client() -> redis.Redis:
    return quick_client(settings.REDIS_URL, PATIENCE)


def publish(user_id: UUID | str, *messages: Message) -> None:
    """Send messages to every open page of a writer; never raises, takes at most 0.2 s."""
    if breaker.is_open:
        return
    envelope = json.dumps({"user": str(user_id), "messages": messages}, default=str)
    try:
        _client().publish(_channel(), envelope)
    except redis.RedisError as error:
        breaker.trip()
        logger.warning("live_paused", reason=type(error).__name__, seconds=REST_SECONDS)


def gather(user_id: UUID | str, *messages: Message) -> None:
    """Publish messages together with what the live lane has to say of the writer until then.

    So what a save tells and the counts after it are one message.
    """
    with _gathered_lock:
        _gathered.setdefault(str(user_id), []).extend(messages)
    in_background(_publish_gathered, lane="live", key=_publish_gathered)


def broadcast(user_id: UUID | str, message: Message) -> None:
    """Publish once the current transaction has committed."""
    after_commit(gather, user_id, message, lane="live")


def _publish_gathered() -> None:
    global _published_at
    time.sleep(max(0.0, _published_at + PACE_SECONDS - time.monotonic()))
    _published_at = time.monotonic()
    with _gathered_lock:
        gathered = dict(_gathered)
        _gathered.clear()
    for user_id, messages in gathered.items():
        publish(user_id, *messages)


def _channel() -> str:
    return f"{settings.LIVE_PREFIX}:live"


# --- Receiving --------------------------------------------------------------------


class Reader:
    """The messages for one socket; a reader that falls behind is dropped and must reconnect."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Message | None] = asyncio.Queue(READER_LENGTH)
        self.is_dropped = False

    async def get(self) -> Message | None:
        """Return the next message, or None when this reader was dropped."""
        return None if self.is_dropped else await self._queue.get()

    def offer(self, message: Message) -> bool:
        """Take a message; return False when there is no room left."""
        if self._queue.full():
            self.is_dropped = True
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)
            return False
        self._queue.put_nowait(message)
        return True


class Hub:
    """One subscription, many readers. Belongs to one event loop."""

    def __init__(self) -> None:
        self._readers: dict[str, set[Reader]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self.is_subscribed = asyncio.Event()

    @asynccontextmanager
    async def listen(self, user_id: UUID | str, *, patience: float = 1.0) -> AsyncIterator[Reader]:
        """Give a reader for a writer's messages.

        It is subscribed before the block begins, so a snapshot read inside the block misses
        nothing; without Redis the block begins after `patience` seconds and heals later.
        """
        reader = Reader()
        self._readers[str(user_id)].add(reader)
        self._start()
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.is_subscribed.wait(), patience)
            yield reader
        finally:
            self._forget(str(user_id), reader)

    async def stop(self) -> None:
        """End the subscription."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def _forget(self, user_id: str, reader: Reader) -> None:
        self._readers[user_id].discard(reader)
        if not self._readers[user_id]:
            del self._readers[user_id]

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        delay = FIRST_DELAY
        while True:
            try:
                async for envelope in self._subscription():
                    delay = FIRST_DELAY
                    self._hand_out(envelope)
            except (redis.RedisError, OSError) as error:
                logger.warning("live_resubscribing", reason=type(error).__name__, seconds=delay)
            finally:
                self.is_subscribed.clear()
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)

    async def _subscription(self) -> AsyncIterator[bytes]:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=2,
            health_check_interval=CHECK_SECONDS,
            retry=AsyncRetry(NoBackoff(), 0),
        )
        async with client, client.pubsub() as pubsub:
            await asyncio.wait_for(pubsub.subscribe(_channel()), 2)
            while True:
                found = await pubsub.get_message(timeout=CHECK_SECONDS)
                if found and found["type"] == "subscribe":
                    self.is_subscribed.set()
                elif found and found["type"] == "message":
                    yield found["data"]

    def _hand_out(self, envelope: bytes) -> None:
        content = json.loads(envelope)
        user_id, messages = content["user"], content["messages"]
        for reader in list(self._readers.get(user_id, ())):
            if not all(map(reader.offer, messages)):
                logger.warning("live_reader_dropped", user_id=user_id)
                metrics.FRAMES_DROPPED.inc(len(messages))
                self._readers[user_id].discard(reader)


hub = one_per_loop(Hub)
