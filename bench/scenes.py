"""What a crowd does to the stack, and the bars it must keep; see `bench.load`."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from bench.crowd import Writer
from bench.watching import queued, watching
from bench.windows import come_back, hears_again
from deploy.layout import Layout, compose_command, environment_of, program, web_command
from nexus import embedded

WRITERS = 500
WINDOWS = 1_000
SAVES_A_SECOND = 60
READS_A_SECOND = 40
# Seconds.
LATEST = 5.0
P95 = 0.3
BACK_WITHIN = 30.0
OUTAGE = 15
ROUNDS = 3
DRAINED_WITHIN = 60.0
# Megabytes in ten minutes, of each program.
SLOPE = 1.0
WARM_UP_SHARE = 0.25


Do = Callable[[], Awaitable[list[int]]]


@dataclass
class Bar:
    """One line of the table."""

    name: str
    figure: str
    bar: str
    is_kept: bool


async def all_at_once(layout: Layout, writers: list[Writer]) -> list[Bar]:
    """Everybody saves in the same moment."""

    async def one(writer: Writer) -> tuple[bool, float, int]:
        answers = await writer.save()
        return answers[-1] == 200, time.perf_counter() - began, len(answers)

    async with watching(layout, every=0.1) as watch:
        began = time.perf_counter()
        found = await asyncio.gather(*map(one, writers))
    acknowledged = sum(is_saved for is_saved, _seconds, _tries in found)
    latest = max(seconds for _saved, seconds, _tries in found)
    retries = sum(tries - 1 for _saved, _seconds, tries in found)
    name, most, pools = f"{len(writers)} saves at once", watch.most_connections("web"), room(layout)
    figure = f"{acknowledged} ({retries} retries)"
    is_all = acknowledged == len(writers)
    return [
        Bar(f"{name}: acknowledged", figure, str(len(writers)), is_all),
        Bar(f"{name}: the last after", f"{latest:.2f} s", f"≤ {LATEST:.0f} s", latest <= LATEST),
        Bar(f"{name}: connections to Postgres", str(most), f"≤ {pools}", most <= pools),
    ]


def room(layout: Layout) -> int:
    """Return how many connections the web server's processes may have together."""
    words = web_command(0)
    return int(words[words.index("--workers") + 1]) * int(layout.environment["DB_POOL_SIZE"])


# --- Steady work ------------------------------------------------------------------------


@dataclass
class Answers:
    """How long answers took, in seconds, and which were none (anything but 200)."""

    saves: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)

    def bars(self, name: str) -> list[Bar]:
        number = len(self.saves) + len(self.reads)
        errors = f"{len(self.errors)} of {number} {sorted(set(self.errors)) or ''}"
        bars = [Bar(f"{name}: errors", errors, "0", not self.errors)]
        for kind, found in (("saves", self.saves), ("reads", self.reads)):
            p95, middle = statistics.quantiles(found, n=20)[18], statistics.median(found)
            figure = f"{p95 * 1000:.0f} ms (half: {middle * 1000:.0f} ms)"
            bars.append(Bar(f"{name}: {kind}, p95", figure, f"≤ {P95 * 1000:.0f} ms", p95 <= P95))
        return bars


async def steadily(writers: list[Writer], seconds: float) -> list[Bar]:
    """Saves and pages at their rates, whether or not the answers keep up."""
    answers = await work(writers, seconds)
    return answers.bars(f"{SAVES_A_SECOND} saves + {READS_A_SECOND} reads/s, {seconds:.0f} s")


async def work(writers: list[Writer], seconds: float) -> Answers:
    kept = Answers()

    async def one(
        writer: Writer, do: Callable[[], Awaitable[list[int]]], into: list[float]
    ) -> None:
        began = time.perf_counter()
        async with writer.lock:
            answers = await do()
        into.append(time.perf_counter() - began)
        kept.errors += [status for status in answers if status != 200]

    async def stream(rate: int, into: list[float], *, is_save: bool) -> None:
        tasks = []
        began = time.perf_counter()
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            writer = random.choice(writers)
            do = writer.save if is_save else writer.read
            tasks.append(asyncio.create_task(one(writer, do, into)))
        await asyncio.gather(*tasks)

    await asyncio.gather(
        stream(SAVES_A_SECOND, kept.saves, is_save=True),
        stream(READS_A_SECOND, kept.reads, is_save=False),
    )
    return kept


async def soak(layout: Layout, writers: list[Writer], minutes: float) -> list[Bar]:
    """Work on steadily; after a warm-up, memory, connections and the queue must stand still."""
    await work(writers, minutes * 60 * WARM_UP_SHARE)
    rest = minutes * 60 * (1 - WARM_UP_SHARE)
    async with watching(layout, every=5) as watch:
        answers = await work(writers, rest)
    bars = answers.bars(f"{minutes:g} min of it")
    for name in watch.memory:
        slope, now = watch.slope(name), watch.memory[name][-1]
        figure = f"{slope:+.1f} MB / 10 min (of {now:.0f} MB)"
        bars.append(Bar(f"… memory of {name}", figure, f"≤ {SLOPE:g} MB", slope <= SLOPE))
    counts = [reading.total() for reading in watch.connections]
    third = len(counts) // 3
    # As many at the end as in the beginning: what pools hold is bounded, a leak is not.
    grown = max(counts[-third:]) - max(counts[:third])
    bars.append(Bar("… connections to Postgres", f"{counts[-1]} ({grown:+d})", "+0", grown <= 0))
    waiting = statistics.median(watch.queue[-third:]) - statistics.median(watch.queue[:third])
    figure = f"{watch.queue[-1]} ({waiting:+.0f})"
    return [*bars, Bar("… tasks in the queue", figure, "flat", waiting <= SAVES_A_SECOND)]


# --- Redis away -------------------------------------------------------------------------


@contextmanager
def silent(places: embedded.Places) -> Iterator[None]:
    """It accepts and says nothing."""
    pids = embedded.processes_of(places.valkey)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def emptied(places: embedded.Places) -> Iterator[None]:
    """It forgets everything, limits and queue too."""
    with redis.Redis.from_url(embedded.redis_url(places.var)) as client:
        client.flushall()
    yield


@contextmanager
def killed(places: embedded.Places) -> Iterator[None]:
    """It is not there, and comes back."""
    for pid in embedded.processes_of(places.valkey):
        os.kill(pid, signal.SIGKILL)
    try:
        yield
    finally:
        embedded.prepare_valkey(places)
        # Its life is tied to ours.
        subprocess.Popen(
            embedded.valkey_command(places),
            stdout=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )


OUTAGES = {"silent": silent, "emptied": emptied, "killed": killed}


async def without_redis(
    layout: Layout, writers: list[Writer], outage: str, stack: ExitStack
) -> list[Bar]:
    """Work on while Redis is away, then see that live numbers and the queue come back.

    What is started again meanwhile ends with `stack`.
    """
    watcher = writers[0]
    window = await come_back(watcher, layout.port)
    with OUTAGES[outage](embedded.Places(Path(layout.environment["NEXUS_VAR"]))):
        answers = await work(writers, OUTAGE)
    bars = answers.bars(f"Redis {outage}, {OUTAGE} s")
    began = time.monotonic()
    is_live = await hears_again(watcher, window, seconds=BACK_WITHIN)
    took = time.monotonic() - began
    await window.close()
    revived = revive(layout, stack)
    is_drained = await drains(layout)
    name, figure = f"Redis {outage}: back, live numbers after", f"{took:.1f} s"
    waiting = f"{queued(layout)} wait {'; started again: ' + revived if revived else ''}"
    return [
        *bars,
        Bar(name, figure, f"≤ {BACK_WITHIN:.0f} s", is_live),
        Bar(f"Redis {outage}: the queue after", waiting, "worked off", is_drained),
    ]


def revive(layout: Layout, stack: ExitStack) -> str:
    """Start the worker again if it ended, as the containers' `restart` does; return its name."""
    if layout.processes["worker"].poll() is None:
        return ""
    environment = environment_of("worker", layout.environment)
    again = program(compose_command("worker"), environment, layout.folder)
    layout.processes["worker"] = stack.enter_context(again)
    return "worker"


async def drains(layout: Layout) -> bool:
    """Say whether the worker empties its queue in time."""
    deadline = time.monotonic() + DRAINED_WITHIN
    while time.monotonic() < deadline:
        if queued(layout) == 0:
            return True
        await asyncio.sleep(0.5)
    return False


# --- Windows ----------------------------------------------------------------------------


async def windows(layout: Layout, writers: list[Writer]) -> list[Bar]:
    """Open windows, see what they cost a save, kill their server and wait for all to be back."""
    chosen = [writers[number % len(writers)] for number in range(WINDOWS)]
    alone = [await saves_p95(writers) for _round in range(ROUNDS)]
    began = time.perf_counter()
    opened = await asyncio.gather(*(come_back(writer, layout.port) for writer in chosen))
    took = time.perf_counter() - began
    beside = [await saves_p95(writers) for _round in range(ROUNDS)]
    stayed = sum(window.is_open for window in opened)
    layout.processes["realtime"].send_signal(signal.SIGKILL)
    layout.processes["realtime"].wait()
    command = compose_command("realtime", f"127.0.0.1:{layout.realtime}")
    began = time.perf_counter()
    with program(command, environment_of("realtime", layout.environment), layout.folder):
        again = await asyncio.gather(*(come_back(writer, layout.port) for writer in chosen))
        back = time.perf_counter() - began
        await asyncio.gather(*(window.close() for window in (*opened, *again)))
        # Before and after, so that a machine that became slower or faster does not tell.
        alone += [await saves_p95(writers) for _round in range(ROUNDS)]
    cost = statistics.median(beside) / statistics.median(alone) - 1
    opening = f"{stayed} (opened in {took:.1f} s)"
    name = f"{WINDOWS} windows"
    return [
        Bar(f"{name} stay open", opening, str(WINDOWS), stayed == WINDOWS),
        Bar(f"{name}: a save's p95 beside them", f"{cost:+.0%}", "≤ +20 %", cost <= 0.2),
        Bar(
            f"{name}: all back after their server was killed",
            f"{back:.1f} s",
            f"≤ {BACK_WITHIN:.0f} s",
            back <= BACK_WITHIN,
        ),
    ]


async def saves_p95(writers: list[Writer]) -> float:
    """Return the p95 of saves that follow each other."""
    times = []
    for writer in writers[:200]:
        began = time.perf_counter()
        await writer.save()
        times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=20)[18]
