"""What a stack under load holds: memory of its programs, connections, what waits in the queue."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from deploy.layout import Layout

PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6
QUEUE = "nexus"
CONNECTIONS = """
    SELECT application_name, count(*) FROM pg_stat_activity
    WHERE backend_type = 'client backend' GROUP BY application_name
"""


@dataclass
class Watch:
    """Readings over time: megabytes of each program, connections of each, length of the queue."""

    layout: Layout
    times: list[float] = field(default_factory=list)
    memory: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    connections: list[Counter[str]] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)

    def read(self) -> None:
        self.times.append(time.monotonic())
        for name, process in self.layout.processes.items():
            self.memory[name].append(memory_mb(process.pid))
        with database(self.layout) as connection:
            self.connections.append(Counter(dict(connection.execute(CONNECTIONS).fetchall())))
        self.queue.append(queued(self.layout))

    def most_connections(self, program: str) -> int:
        """Return the most connections a program ever had in a reading."""
        return max(reading[program] for reading in self.connections)

    def slope(self, program: str) -> float:
        """Return by how many megabytes in ten minutes a program's memory grew."""
        return statistics.linear_regression(self.times, self.memory[program]).slope * 600


@asynccontextmanager
async def watching(layout: Layout, *, every: float) -> AsyncIterator[Watch]:
    """Read all along, every so many seconds, beside what the block does."""
    watch = Watch(layout)

    async def read_on() -> None:
        while True:
            await asyncio.to_thread(watch.read)
            await asyncio.sleep(every)

    task = asyncio.create_task(read_on())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(watch.read)


def memory_mb(pid: int) -> float:
    """Return the resident memory of a program and its children."""
    return sum(int(fields[21]) for fields in family(pid)) * PAGE_MB


def family(pid: int) -> Iterator[list[str]]:
    """Yield what Linux says (`/proc/<pid>/stat` after the name) of a program and its children."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if pid in {int(path.parent.name), int(fields[1])}:
            yield fields


def database(layout: Layout) -> psycopg.Connection:
    return psycopg.connect(layout.environment["DATABASE_URL"], application_name="watching")


def queued(layout: Layout) -> int:
    """Return how many tasks wait for the worker, -1 when Redis cannot say."""
    try:
        with redis.Redis.from_url(layout.environment["REDIS_URL"], socket_timeout=2) as client:
            return int(client.llen(QUEUE))
    except redis.RedisError:
        return -1
