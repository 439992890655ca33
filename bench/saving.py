"""How fast a chapter of 30 kB is saved, in the production layout and beside it.

Four servers are asked in turn, so that all meet the same machine: the layout's granian; a bare WSGI
handler under the very same command; daphne, which is what `make run` serves with; and the same
endpoint written the default way. A few writers save at once, each the next as soon as the last is
acknowledged. The first rounds warm up and are not counted.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.crowd import Writer, make_writers
from bench.report import row
from bench.watching import database, family
from deploy.layout import Layout, free_ports, production, program, web_command

WRITERS = 4
SIZE = 30_000
WARM_UP = 2
ROUNDS = 10
# Saves of one writer in one round.
SAVES = 50
DEFAULT_SAVES = 15
# What the whole measurement fills of Postgres' log, in files of 16 MB.
LOG_FILES = 64
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """Somewhere to save: how long each save took (s), and per round saves a second and CPU."""

    port: int
    pid: int
    saves: int = SAVES
    times: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def save_figures() -> list[dict[str, Any]]:
    """Measure all four."""
    with (
        tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder,
        production(Path(folder)) as layout,
        servers(layout) as asked,
    ):
        use_log_before(layout)
        asyncio.run(ask_in_turn(make_writers(layout, WRITERS, size=SIZE), asked))
    ours, bare = asked["ours"], asked["bare"]
    rate, cpu = ratio(ours.rates, bare.rates), ratio(ours.cpu, bare.cpu)
    spread, p50 = spread_of(ours.times), statistics.median(ours.times)
    daphne = ratio(asked["daphne"].rates, bare.rates)
    default = ratio(ours.rates, asked["default"].rates)
    name = f"save of 30 kB, {WRITERS} at once"
    return [
        row(name, statistics.median(ours.rates), "/s", "–", met=True),
        row("the same, bare handler", statistics.median(bare.rates), "/s", "–", met=True),
        row("saves, ours ÷ bare", rate, "×", "≥ 0.6 ×", met=rate >= 0.6),
        row("processor of the web server, ours ÷ bare", cpu, "×", "–", met=True),
        row("saves, ours ÷ the default way", default, "×", "≥ 4 ×", met=default >= 4),
        row("saves under make run ÷ bare", daphne, "×", "≥ 0.4 ×", met=daphne >= 0.4),
        row("a save, p50", p50 * 1000, "ms", "–", met=True),
        row("a save, p99 ÷ p50", spread, "×", "≤ 5 ×", met=spread <= 5),
        row("the bare handler’s, p99 ÷ p50", spread_of(bare.times), "×", "–", met=True),
    ]


def spread_of(times: list[float]) -> float:
    """Return how many times as long as half of them the slowest hundredth took."""
    return statistics.quantiles(times, n=100)[98] / statistics.median(times)


def ratio(these: list[float], those: list[float]) -> float:
    """Return the median of the rounds' ratios: each round met one machine."""
    return statistics.median(one / other for one, other in zip(these, those, strict=True))


# --- The servers ------------------------------------------------------------------------


@contextmanager
def servers(layout: Layout) -> Iterator[dict[str, Server]]:
    """Start what stands beside the layout, on its database."""
    bare, default = free_ports(2)
    beside = web_command(bare)
    beside[-1] = "bench.bare:application"
    daphne = [beside[0].replace("granian", "daphne"), "-b", "127.0.0.1", "-p", str(default), "-v0"]
    environment = layout.environment | {"DJANGO_SETTINGS_MODULE": "bench.default_settings"}
    with ExitStack() as stack:
        start = stack.enter_context
        bare_one = start(program(beside, layout.environment, layout.folder))
        command = [*daphne, "bench.default_way:application"]
        default_one = start(program(command, environment, layout.folder))
        wait_for({bare: bare_one, default: default_one})
        yield {
            "ours": Server(layout.web, layout.processes["web"].pid),
            "bare": Server(bare, bare_one.pid),
            "daphne": Server(layout.realtime, layout.processes["realtime"].pid),
            "default": Server(default, default_one.pid, saves=DEFAULT_SAVES),
        }


def use_log_before(layout: Layout) -> None:
    """Have Postgres go round in the files of its log, as it does where it has run for a while.

    A new database makes a file for every 160 of these saves, which holds all of them up for some
    60 ms, whichever server they came from.
    """
    with database(layout) as connection:
        connection.autocommit = True
        connection.execute("ALTER SYSTEM SET min_wal_size = '1GB'")
        connection.execute("SELECT pg_reload_conf()")
        for _file in range(LOG_FILES):
            connection.execute("SELECT pg_logical_emit_message(false, 'bench', '')")
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")


def wait_for(started: dict[int, subprocess.Popen[bytes]], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    for port, process in started.items():
        while not is_listening(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The servers to compare with did not start.")
            time.sleep(0.1)


def is_listening(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


# --- Asking -----------------------------------------------------------------------------


async def ask_in_turn(writers: list[Writer], asked: dict[str, Server]) -> None:
    for number in range(WARM_UP + ROUNDS):
        for server in asked.values():
            await ask(writers, server, is_counted=number >= WARM_UP)


async def ask(writers: list[Writer], server: Server, *, is_counted: bool) -> None:
    """Have every writer save a few times, one after the other."""
    for writer in writers:
        writer.turn_to(server.port)
    times: list[float] = []

    async def one(writer: Writer) -> None:
        for _save in range(server.saves):
            began = time.perf_counter()
            answers = await writer.save()
            times.append(time.perf_counter() - began)
            if answers != [200]:
                raise SystemExit(f"A save to port {server.port} was answered {answers}.")

    cpu, began = cpu_seconds(server.pid), time.perf_counter()
    await asyncio.gather(*map(one, writers))
    took = time.perf_counter() - began
    if is_counted:
        server.times += times
        server.rates.append(len(times) / took)
        server.cpu.append((cpu_seconds(server.pid) - cpu) / len(times))


def cpu_seconds(pid: int) -> float:
    """Return the processor time a program and its children have used."""
    return sum(int(fields[11]) + int(fields[12]) for fields in family(pid)) / TICKS
