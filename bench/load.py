"""A crowd on the production layout: `make load` (LOAD_SECONDS=300 of steady work,
LOAD_SOAK=0 minutes).

Starts the stack of `deploy.layout`, fills in writers, and asks from this same machine: everybody
saves at once; then saves and pages at a steady rate; then a thousand windows, and all of them again
after the server of sockets was killed; then, if asked for, a soak. Prints a line for each bar and
writes the figures to `var/load.json`; ends with 1 when a bar was missed.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.layout import Layout, compose_command, production, program

BASE = Path(__file__).resolve().parent.parent
WRITERS = 500
WINDOWS = 1_000
SAVES_A_SECOND = 60
READS_A_SECOND = 40
LATEST = 5.0
P95 = 0.3
BACK_WITHIN = 30.0
SLOPE_MB = 1.0
RETRIED = {429, 502, 503, 504}
Window = tuple[asyncio.StreamReader, asyncio.StreamWriter]
TEXT = "<p>" + "the lamp burned low and nobody had slept " * 120 + "</p>"
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
    saved: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    line: Window | None = None

    async def save(self) -> list[int]:
        """Save once, with the retries a client makes; return the answers' statuses, last 200."""
        self.saved += 1
        key = str(uuid.uuid4())
        body = json.dumps({"content": f"<p>{self.saved}</p>{TEXT}", "activity": {"typed": 1}})
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

    async def read(self) -> list[int]:
        path = random.choice(("/", f"/stories/{self.story}/", f"/chapters/{self.chapter}/"))
        return [(await self.ask("GET", path))[0]]

    async def ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        if self.line is None:
            self.line = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.line
        raw = body.encode()
        sent = {"Host": f"localhost:{self.port}", "Cookie": self.cookie} | (headers or {})
        if raw:
            sent |= {"Content-Type": "application/json", "Content-Length": str(len(raw))}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + raw)
        try:
            return await _answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
            self.line = None
            return 503, b""


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


# --- What is asked ----------------------------------------------------------------------


@dataclass
class Bar:
    """One line of the table."""

    name: str
    figure: str
    bar: str
    is_kept: bool


async def all_at_once(writers: list[Writer]) -> list[Bar]:
    """Everybody saves in the same moment."""
    began = time.perf_counter()

    async def one(writer: Writer) -> tuple[bool, float, int]:
        answers = await writer.save()
        return answers[-1] == 200, time.perf_counter() - began, len(answers)

    found = await asyncio.gather(*map(one, writers))
    acknowledged = sum(is_saved for is_saved, _seconds, _tries in found)
    latest = max(seconds for _saved, seconds, _tries in found)
    retries = sum(tries - 1 for _saved, _seconds, tries in found)
    return [
        Bar(
            f"{len(writers)} saves at once: acknowledged",
            f"{acknowledged} ({retries} retries)",
            str(len(writers)),
            acknowledged == len(writers),
        ),
        Bar("… the last after", f"{latest:.2f} s", f"≤ {LATEST:.0f} s", latest <= LATEST),
    ]


async def steadily(writers: list[Writer], seconds: float) -> list[Bar]:
    """Saves and pages at their rates, whether or not the answers keep up."""
    times: dict[str, list[float]] = {"save": [], "read": []}
    errors: list[int] = []

    async def one(kind: str, do: Callable[[], Awaitable[list[int]]], lock: asyncio.Lock) -> None:
        began = time.perf_counter()
        async with lock:
            answers = await do()
        times[kind].append(time.perf_counter() - began)
        if answers[-1] != 200:
            errors.append(answers[-1])

    async def stream(kind: str, rate: int) -> None:
        tasks = []
        began = time.perf_counter()
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            writer = random.choice(writers)
            do = writer.save if kind == "save" else writer.read
            tasks.append(asyncio.create_task(one(kind, do, writer.lock)))
        await asyncio.gather(*tasks)

    await asyncio.gather(stream("save", SAVES_A_SECOND), stream("read", READS_A_SECOND))
    bars = [Bar("errors", f"{len(errors)} of {sum(map(len, times.values()))}", "0", not errors)]
    for kind, found in times.items():
        p95 = statistics.quantiles(found, n=20)[18]
        middle = statistics.median(found)
        figure = f"{p95 * 1000:.0f} ms (half: {middle * 1000:.0f} ms)"
        bars.append(Bar(f"{kind}s, p95", figure, f"≤ {P95 * 1000:.0f} ms", p95 <= P95))
    return bars


async def open_window(writer: Writer, port: int) -> Window:
    """Open a socket as a page does, and wait for its first word."""
    reader, line = await asyncio.open_connection("127.0.0.1", port)
    host = f"localhost:{port}"
    key = base64.b64encode(os.urandom(16)).decode()
    line.write(
        f"GET /ws/live/ HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: http://{host}\r\n"
        f"Cookie: {writer.cookie}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 101 " not in head:
        line.close()
        raise OSError(head[:30])
    await reader.readuntil(b"hello")
    return reader, line


async def come_back(writer: Writer, port: int) -> Window:
    """Try until the window is open, waiting longer each time, as a page does."""
    pause = 0.5
    while True:
        try:
            return await open_window(writer, port)
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, 8.0)


async def windows(layout: Layout, writers: list[Writer]) -> list[Bar]:
    """Open windows, see what they cost a save, kill their server and wait for all to be back."""
    before = await saves_p95(writers)
    chosen = [writers[number % len(writers)] for number in range(WINDOWS)]
    began = time.perf_counter()
    opened = await asyncio.gather(*(come_back(writer, layout.port) for writer in chosen))
    took = time.perf_counter() - began
    beside = await saves_p95(writers)
    cost = beside / before - 1
    layout.processes["realtime"].send_signal(signal.SIGKILL)
    layout.processes["realtime"].wait()
    command = compose_command("realtime", f"127.0.0.1:{layout.realtime}")
    began = time.perf_counter()
    with program(command, layout.environment, layout.folder):
        again = await asyncio.gather(*(come_back(writer, layout.port) for writer in chosen))
        back = time.perf_counter() - began
        for _reader, line in (*opened, *again):
            line.close()
    return [
        Bar(f"{WINDOWS} windows open", f"{took:.1f} s", "all", len(opened) == WINDOWS),
        Bar("a save's p95 beside them", f"{cost:+.0%}", "≤ +20 %", cost <= 0.2),
        Bar(
            "all back after their server was killed",
            f"{back:.1f} s",
            f"≤ {BACK_WITHIN:.0f} s",
            back <= BACK_WITHIN,
        ),
    ]


async def saves_p95(writers: list[Writer]) -> float:
    times = []
    for writer in writers[:200]:
        began = time.perf_counter()
        await writer.save()
        times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=20)[18]


async def soak(layout: Layout, writers: list[Writer], minutes: float) -> list[Bar]:
    """Work on steadily; after a warm-up, memory must stand still."""
    await steadily(writers, 120)
    began, first = time.monotonic(), memory_mb(layout)
    bars = await steadily(writers, minutes * 60)
    slope = (memory_mb(layout) - first) / ((time.monotonic() - began) / 600)
    kept = slope <= SLOPE_MB * len(layout.processes)
    return [*bars, Bar("memory of all programs", f"{slope:+.1f} MB / 10 min", "≤ 1 each", kept)]


def memory_mb(layout: Layout) -> float:
    """Return the resident memory of the stack's programs and their children."""
    parents = {process.pid for process in layout.processes.values()}
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(path.parent.name) in parents or int(fields[1]) in parents:
            total += int(fields[21])
    return total * os.sysconf("SC_PAGE_SIZE") / 1e6


# --- The run ----------------------------------------------------------------------------


def make_writers(layout: Layout) -> list[Writer]:
    place = layout.folder / "writers.json"
    code = MAKE.format(writers=WRITERS, place=str(place))
    command = [sys.executable, str(BASE / "manage.py"), "shell", "-v", "0", "-c", code]
    subprocess.run(command, env=layout.environment, check=True)
    made = json.loads(place.read_text())
    return [
        Writer(cookie, chapter, story, base, layout.port) for cookie, chapter, story, base in made
    ]


async def run(layout: Layout) -> list[Bar]:
    writers = make_writers(layout)
    bars = await all_at_once(writers)
    bars += await steadily(writers, float(os.environ.get("LOAD_SECONDS", "300")))
    if minutes := float(os.environ.get("LOAD_SOAK", "0")):
        bars += await soak(layout, writers, minutes)
    bars += await windows(layout, writers)
    return bars


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="nexus-load-") as folder,
        production(Path(folder)) as layout,
    ):
        bars = asyncio.run(run(layout))
    for bar in bars:
        print(f"{'ok ' if bar.is_kept else 'NOT'} {bar.name:<48} {bar.figure:<28} {bar.bar}")
    place = BASE / "var" / "load.json"
    place.parent.mkdir(exist_ok=True)
    place.write_text(json.dumps([vars(bar) for bar in bars], indent=2))
    sys.exit(0 if all(bar.is_kept for bar in bars) else 1)


if __name__ == "__main__":
    main()
