"""`/ws/tasks/{job_id}`: all that happens to one job, for its owner, without a gap.

Server → client: `snapshot` at once, `update` for every change in order, its `sequence` one more
than the last, `heartbeat` with the last state after 15 s of silence; their fields are in
`jobs.stream`, with `sent_at`. Client → server: nothing; a frame of any kind gets `error {code,
message}`, the twentieth and every one after it a close.

Messages through Redis only say that there is something new. What it is comes from the database,
which is also asked every few seconds: while Redis is away updates come later, and none is lost. The
subscription begins before the snapshot is read. Whoever lost the connection asks with
`?after=<sequence>` for all that came after that one: the snapshot is then of that moment.

Closed with 1000 after a terminal message; 1008, once accepted, where nobody is signed in, the job
is not theirs or their session ends; 1011 when the database is gone; 1013 when nobody reads.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error as DatabaseError
from django.utils import timezone

from accounts.session_watch import session_watch
from jobs import stream
from nexus.lib.failpoints import hold
from nexus.lib.live import Reader, hub

NORMAL, NOT_YOURS, BACK_END_GONE, TRY_LATER = 1000, 1008, 1011, 1013
MOST_FRAMES = 20
SEND_SECONDS = 10.0
# Longer numbers are none of ours.
MOST_DIGITS = 9


class TaskConsumer(AsyncWebsocketConsumer):
    """Tells one person about one job."""

    heartbeat_seconds = 15.0
    look_seconds = 2.5

    async def connect(self) -> None:
        self.user: Any = self.scope["user"]
        self.tasks: set[asyncio.Task[None]] = set()
        self.unwelcome = 0
        await self.accept()
        job_id = uuid_of(self.scope["url_route"]["kwargs"]["job_id"])
        if not self.user.is_authenticated or job_id is None:
            await self.close(NOT_YOURS)
            return
        self._spawn(self._stream(job_id))
        if session_id := self.scope.get("session_id"):
            self._spawn(self._leave_with(session_id))

    async def disconnect(self, code: int) -> None:
        for task in self.tasks:
            task.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self.unwelcome += 1
        if self.unwelcome >= MOST_FRAMES:
            await self.close(NOT_YOURS)
        elif self.user.is_authenticated:
            words = {"code": "unknown_type", "message": "This stream only tells."}
            await self._send({"type": "error", **words})

    async def _stream(self, job_id: UUID) -> None:
        try:
            async with hub().listen(self.user.pk) as reader:
                await hold("task-subscribed")
                code = await self._tell(job_id, reader)
        except DatabaseError:
            code = BACK_END_GONE
        except TimeoutError:
            code = TRY_LATER
        await self._drop(code)

    async def _tell(self, job_id: UUID, reader: Reader) -> int:
        """Tell until the end; return the code to close with."""
        read = database_sync_to_async(stream.snapshot)
        last = await read(job_id, self.user.pk, after=self._after())
        if last is None:
            return NOT_YOURS
        await self._say(last)
        while not last["terminal"]:
            news = database_sync_to_async(stream.news)
            for update in await news(job_id, after=last["sequence"]):
                last = update
                await self._say(last)
                if last["terminal"]:
                    return NORMAL
            if self._silent() >= self.heartbeat_seconds:
                if not await database_sync_to_async(stream.is_there)(job_id):
                    return NOT_YOURS
                await self._say(last | {"type": "heartbeat"})
            await self._wait(reader, job_id)
            if reader.is_dropped:
                return TRY_LATER
        return NORMAL

    async def _wait(self, reader: Reader, job_id: UUID) -> None:
        """Wait until something is said of the job, or it is time to look or to beat."""
        until_beat = max(0.0, self.heartbeat_seconds - self._silent())
        with suppress(TimeoutError):
            async with asyncio.timeout(min(self.look_seconds, until_beat)):
                while (message := await reader.get()) is not None:
                    if message.get("id") == str(job_id):
                        return

    def _silent(self) -> float:
        return time.monotonic() - self.said_at

    async def _say(self, frame: stream.Frame) -> None:
        await self._send(frame | {"sent_at": stream.moment(timezone.now())})
        self.said_at = time.monotonic()

    async def _send(self, message: dict[str, Any]) -> None:
        """Send a message; raise TimeoutError when the other side does not read."""
        await asyncio.wait_for(self.send(text_data=json.dumps(message)), SEND_SECONDS)

    async def _leave_with(self, session_id: UUID) -> None:
        with session_watch().over(session_id) as ended:
            await ended.wait()
        await self._drop(NOT_YOURS)

    async def _drop(self, code: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.close(code), SEND_SECONDS)

    def _after(self) -> int | None:
        asked = parse_qs(self.scope["query_string"].decode("latin-1")).get("after", [""])[-1]
        is_number = asked.isascii() and asked.isdigit() and len(asked) <= MOST_DIGITS
        return int(asked) if is_number else None

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
