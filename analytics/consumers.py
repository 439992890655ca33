"""`/ws/live/`: one socket a page, so that every window of a writer shows the same numbers.

Server → client: `hello {user_id, day}`, `counts {story_id, chapter_id, chapter_words, story_words,
today_words, goal}` (a hint from another window has only the first four), `day`, `chapter.saved`,
`chapter.changed`, `job`, `session {sessionId, status}`, `error {code, message}`, `live {is_paused}`
when messages do not get through and when they do again.

Client → server: `typing {chapter_id, words}`, forwarded to the writer's other windows at most
twice a second, the last word winning, and never stored; `session_start` and `session_end`
`{sessionId, storyId, chapterId, timestamp, wordCount}` for programs without the editor.

Messages carry ids and numbers, never prose. A lost one is harmless: a reload heals. Whoever is not
signed in is closed with 1008, after accepting, so that a browser can read the code, and so is
whoever's session ends meanwhile, within 5 s; a reader that does not keep up is closed with 1013.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import suppress
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from django.utils import timezone

from accounts.session_watch import session_watch
from analytics import live, programs
from nexus.lib.errors import DomainError
from nexus.lib.live import Message, hub, publish
from nexus.lib.pauses import pause_watch

MAX_FRAME = 64 * 1024
MOST_BAD_FRAMES = 20
TYPING_SECONDS = 0.5
SEND_SECONDS = 10.0
NOT_SIGNED_IN = 1008

TRY_LATER = 1013


class BadFrame(Exception):
    """A frame that cannot be answered otherwise than by an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LiveConsumer(AsyncWebsocketConsumer):
    """Forwards a writer's messages, and takes what her pages and programs say."""

    async def connect(self) -> None:
        self.user: Any = self.scope["user"]
        self.own_name = secrets.token_hex(8)
        self.tasks: set[asyncio.Task[None]] = set()
        self.typed: dict[str, Any] | None = None
        self.places: dict[UUID, live.Place | None] = {}
        self.sessions: dict[str, programs.Started] = {}
        self.bad_frames = 0
        await self.accept()
        if not self.user.is_authenticated:
            await self.close(NOT_SIGNED_IN)
            return
        self._spawn(self._forward())
        if session_id := self.scope.get("session_id"):
            self._spawn(self._leave_with(session_id))

    async def disconnect(self, code: int) -> None:
        """Stop forwarding; a session still open is ended, with the time it had."""
        for task in self.tasks:
            task.cancel()
        leave = database_sync_to_async(programs.leave)
        # Without a database the row stays open, and is closed as idle later.
        with suppress(DatabaseError):
            for started in self.sessions.values():
                await leave(started, user=self.user, at=timezone.now())
        self.sessions.clear()

    # --- From the server to the page -------------------------------------------------

    async def _forward(self) -> None:
        async with hub().listen(self.user.pk) as reader:
            day = self.user.day_of(timezone.now()).isoformat()
            await self._say({"type": "hello", "user_id": str(self.user.pk), "day": day})
            self._spawn(self._tell_of_pauses())
            while (message := await reader.get()) is not None:
                # The same message goes to every reader, so it is left as it is.
                if message.get("from") != self.own_name and not await self._send(message):
                    break
            await self._drop(TRY_LATER)

    async def _tell_of_pauses(self) -> None:
        with pause_watch().changes() as told:
            while await self._send({"type": "live", "is_paused": await told.get()}):
                pass

    async def _leave_with(self, session_id: UUID) -> None:
        """Close when the session behind this socket ends, whoever ended it."""
        with session_watch().over(session_id) as ended:
            await ended.wait()
        await self._drop(NOT_SIGNED_IN)

    async def _send(self, message: Message) -> bool:
        """Send a message; return False when the other side does not read."""
        try:
            await asyncio.wait_for(self._say(message), SEND_SECONDS)
        except TimeoutError:
            return False
        return True

    async def _drop(self, code: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.close(code), SEND_SECONDS)

    async def _say(self, message: Message) -> None:
        public = {key: value for key, value in message.items() if key != "from"}
        await self.send(text_data=json.dumps(public))

    async def _complain(self, code: str, message: str) -> None:
        self.bad_frames += 1
        if self.bad_frames > MOST_BAD_FRAMES:
            await self.close(NOT_SIGNED_IN)
            return
        await self._say({"type": "error", "code": code, "message": message})

    # --- From the page to the server --------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self.user.is_authenticated:
            return
        try:
            message = read_frame(text_data)
            await self._act(message)
        except BadFrame as wrong:
            await self._complain(wrong.code, str(wrong))
        except DomainError as refusal:
            await self._complain(refusal.code, refusal.detail)
        except DatabaseError:
            await self._complain("busy", "Not now. Your text is safe; please try again.")

    async def _act(self, message: Message) -> None:
        kind = message.get("type")
        if kind == "typing":
            await self._take_typing(message)
        elif kind == "session_start":
            await self._start_session(message)
        elif kind == "session_end":
            await self._end_session(message)
        else:
            raise BadFrame("unknown_type", "There is no such message.")

    async def _take_typing(self, message: Message) -> None:
        """Keep the latest hint; one task sends it at most twice a second."""
        hint = {
            "chapter_id": uuid_in(message, "chapter_id"),
            "words": words_in(message, "words"),
        }
        is_waiting = self.typed is not None
        self.typed = hint
        if not is_waiting:
            self._spawn(self._pass_on_typing())

    async def _pass_on_typing(self) -> None:
        sent = None
        try:
            while (latest := self.typed) is not None and latest is not sent:
                await self._publish_typing(latest)
                sent = latest
                await asyncio.sleep(TYPING_SECONDS)
        except DatabaseError:
            await self._complain("busy", "Live counts are paused. Your text is safe.")
        finally:
            self.typed = None

    async def _publish_typing(self, hint: dict[str, Any]) -> None:
        chapter_id = hint["chapter_id"]
        if chapter_id not in self.places:
            find = database_sync_to_async(live.place_of)
            self.places[chapter_id] = await find(chapter_id, self.user.pk)
        place = self.places[chapter_id]
        if place is None:
            await self._complain("not_found", "There is no such chapter.")
            return
        words = await database_sync_to_async(live.story_words)(place.story_id, but=chapter_id)
        counts = live.hint(place, hint["words"], words + hint["words"]) | {"from": self.own_name}
        await asyncio.to_thread(publish, self.user.pk, counts)

    async def _start_session(self, message: Message) -> None:
        name = name_in(message, "sessionId")
        if name in self.sessions:
            raise BadFrame("session_exists", "This session is open already.")
        self.sessions[name] = await database_sync_to_async(programs.start)(
            user=self.user,
            story_id=uuid_in(message, "storyId"),
            chapter_id=uuid_in(message, "chapterId"),
            words=words_in(message, "wordCount"),
            at=timezone.now(),
        )
        await self._say({"type": "session", "sessionId": name, "status": "started"})

    async def _end_session(self, message: Message) -> None:
        name, words = name_in(message, "sessionId"), words_in(message, "wordCount")
        started = self.sessions.pop(name, None)
        if started is None:
            raise BadFrame("unknown_session", "There is no such open session.")
        await database_sync_to_async(programs.finish)(
            started, user=self.user, words=words, at=timezone.now()
        )
        await self._say({"type": "session", "sessionId": name, "status": "ended"})

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


# --- Reading a frame ------------------------------------------------------------------


def read_frame(text: str | None) -> Message:
    if text is None:
        raise BadFrame("malformed", "Please send text frames.")
    if len(text) > MAX_FRAME or len(text.encode("utf-8", "surrogatepass")) > MAX_FRAME:
        raise BadFrame("too_large", "A frame holds up to 64 KiB.")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame("malformed", "This is not JSON.") from error
    if not isinstance(message, dict):
        raise BadFrame("malformed", "A message is a JSON object.")
    return message


def uuid_in(message: Message, name: str) -> UUID:
    try:
        return UUID(str(message.get(name)))
    except ValueError as error:
        raise BadFrame("invalid", f"{name} must be a UUID.") from error


def words_in(message: Message, name: str) -> int:
    value = message.get(name)
    if type(value) is not int or not 0 <= value <= live.MOST_WORDS:
        raise BadFrame("invalid", f"{name} must be a whole number of words.")
    return value


def name_in(message: Message, name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= 100:
        raise BadFrame("invalid", f"{name} must be a text of 1 to 100 characters.")
    return value
