"""Writers who ask over the wire, each with a chapter of her own, as a page or a program would.

Made in the database the stack runs on; asyncio and plain sockets, so that asking costs little of
the machine that also answers.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from deploy.layout import Layout

BASE = Path(__file__).resolve().parent.parent
RETRIED = {429, 502, 503, 504}
SENTENCE = "the lamp burned low and nobody in the house by the river had slept for three nights"
# Run by `manage.py shell`: one writer, one story, one chapter and a session for each.
MAKE = """
import json, sys
from accounts.models import User
from django.conf import settings
from django.test import Client
from django.utils.timezone import now
from stories.services.chapters import create_chapter
from stories.services.stories import create_story
made = []
for number in range({writers}):
    user = User.objects.create_user(f"w{{number}}@load.example", username=f"W{{number}}")
    story = create_story(user, title="Load", at=now())
    chapter = create_chapter(story, by=user, title="One", source="form", at=now())
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    made.append([f"{{cookie.key}}={{cookie.value}}", str(chapter.pk), str(chapter.story_id),
                 chapter.etag])
with open({place!r}, "w") as file:
    json.dump(made, file)
"""


@dataclass
class Writer:
    """Somebody with a chapter of her own; her requests follow each other on one connection."""

    cookie: str
    chapter: str
    story: str
    base: str
    port: int
    size: int = 5_000
    saved: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def save(self) -> list[int]:
        """Save once, with the retries a client makes; return the answers' statuses, last 200."""
        self.saved += 1
        key = str(uuid.uuid4())
        body = json.dumps({"content": self.text(), "activity": self.activity()})
        headers = {"If-Match": f'"{self.base}"', "Idempotency-Key": key}
        answers = []
        while True:
            status, content = await self.ask("PUT", self.content, body, headers)
            answers.append(status)
            if status not in RETRIED:
                break
            await asyncio.sleep(random.uniform(0.2, 1.0))
        if status == 200:
            answer = json.loads(content)
            self.base = f"{answer['revision']}-{answer['hash'][:8]}"
        return answers

    @property
    def content(self) -> str:
        return f"/api/v1/chapters/{self.chapter}/content"

    def text(self) -> str:
        """Return the chapter as it is now: a word more and a word less in turn."""
        return f"<p>{self.saved}{' more' * (self.saved % 2)}</p>{prose(self.size)}"

    def activity(self) -> dict[str, int]:
        return {"typed" if self.saved % 2 else "removed": 1, "active_ms": 2000}

    async def read(self) -> list[int]:
        path = random.choice(("/", f"/stories/{self.story}/", f"/chapters/{self.chapter}/"))
        return [(await self.ask("GET", path))[0]]

    async def ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Return status and body; 503 when the connection broke, as a proxy would say it."""
        raw = body.encode()
        sent = {"Host": f"localhost:{self.port}", "Cookie": self.cookie} | (headers or {})
        if raw:
            sent |= {"Content-Type": "application/json", "Content-Length": str(len(raw))}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        is_old = self.line is not None
        try:
            if self.line is None:
                self.line = await asyncio.open_connection("127.0.0.1", self.port)
            reader, line = self.line
            line.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + raw)
            return await _answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            self.hang_up()
        # A proxy may have closed what lay idle; every client then asks again on a new line.
        return await self.ask(method, path, body, headers) if is_old else (503, b"")

    def turn_to(self, port: int) -> None:
        """Ask another server from now on."""
        self.hang_up()
        self.port = port

    def hang_up(self) -> None:
        if self.line is not None:
            self.line[1].close()
            self.line = None


@cache
def prose(size: int) -> str:
    """Return about `size` bytes of paragraphs."""
    paragraph = f"<p>“{', '.join([SENTENCE] * 5)}.”</p>"
    return paragraph * max(1, size // len(paragraph.encode()))


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    status = int((await reader.readuntil(b"\r\n")).split()[1])
    length = 0
    is_chunked = False
    while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
        name, _, value = line.decode("latin-1").partition(":")
        length = int(value) if name.lower() == "content-length" else length
        is_chunked = is_chunked or ("chunked" in value.lower() and "encoding" in name.lower())
    if not is_chunked:
        return status, await reader.readexactly(length)
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return status, body


def make_writers(layout: Layout, number: int, *, size: int = 5_000) -> list[Writer]:
    """Make people with a chapter each in the layout's database; they save `size` bytes."""
    place = layout.folder / "writers.json"
    code = MAKE.format(writers=number, place=str(place))
    command = [sys.executable, str(BASE / "manage.py"), "shell", "-v", "0", "-c", code]
    subprocess.run(command, env=layout.environment, check=True)
    made = json.loads(place.read_text())
    return [
        Writer(cookie, chapter, story, base, layout.port, size)
        for cookie, chapter, story, base in made
    ]
