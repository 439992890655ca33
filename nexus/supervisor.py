"""Keeps a handful of child processes alive, and ends them in order.

One thread and one loop: the kernel ties a child to the *thread* that started it, so every start
and restart happens here. Each child's lines are copied, with its name before them, to the terminal
and to one rotating log.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

FIRST_DELAY = 0.25
# A studio is back within ten seconds of the end of what kept it down, however long that lasted.
LONGEST_DELAY = 5.0
HEALTHY_AFTER = 3.0
LOG_BYTES = 10 * 1024 * 1024
LOG_FILES = 5
LONGEST_LINE = 64 * 1024


@dataclass
class Child:
    """One program to keep alive."""

    name: str
    command: list[str]
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 2.0
    prepare: Callable[[], None] | None = None
    environment: dict[str, str] | None = None
    pass_fds: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    delay: float = FIRST_DELAY
    restart_at: float | None = None
    unfinished: bytes = b""
    # Ends by itself, and stays ended.
    is_once: bool = False

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


@dataclass
class Log:
    """The merged log: the terminal, and files that change over at a fixed size."""

    path: Path
    _file: int | None = field(default=None, init=False)

    def write(self, name: str, line: bytes) -> None:
        entry = f"{name:<8} | ".encode() + line + b"\n"
        with suppress(OSError, ValueError):
            # The terminal may be gone; the file is what lasts.
            sys.stdout.buffer.write(entry)
            sys.stdout.buffer.flush()
        with suppress(OSError):
            os.write(self._open(), entry)

    def _open(self) -> int:
        if self._file is not None and os.fstat(self._file).st_size > LOG_BYTES:
            os.close(self._file)
            self._file = None
            self._change_over()
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return self._file

    def _change_over(self) -> None:
        for number in range(LOG_FILES - 1, 0, -1):
            older = self.path.with_name(f"{self.path.name}.{number}")
            with suppress(FileNotFoundError):
                older.rename(self.path.with_name(f"{self.path.name}.{number + 1}"))
        self.path.rename(self.path.with_name(f"{self.path.name}.1"))


class Supervisor:
    """Starts children in the order added and stops them in the reverse order of importance."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.children: list[Child] = []
        self._pipes = selectors.DefaultSelector()

    def say(self, sentence: str) -> None:
        self.log.write("nexus", sentence.encode())

    def start(self, child: Child) -> None:
        """Begin to look after a child."""
        if child not in self.children:
            self.children.append(child)
        if child.prepare:
            child.prepare()
        child.process = subprocess.Popen(  # noqa: S603
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=child.environment,
            pass_fds=child.pass_fds,
            # The terminal's Ctrl-C must reach the supervisor alone, which stops all in order.
            start_new_session=True,
        )
        child.started_at, child.restart_at = time.monotonic(), None
        stream = child.process.stdout
        if stream is not None:
            os.set_blocking(stream.fileno(), False)
            self._pipes.register(stream, selectors.EVENT_READ, child)

    def step(self, seconds: float) -> None:
        """Copy what the children say for so long, and restart those that are due."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._copy_lines(min(left, 0.25))
            for child in list(self.children):
                self._look_after(child)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.restart_at is not None:
            if now >= child.restart_at:
                self._restart(child)
        elif child.process is not None and child.process.poll() is not None:
            if now - child.started_at >= HEALTHY_AFTER:
                child.delay = FIRST_DELAY
            # Its last words, and then the end of its pipe, come before ours.
            for _read in range(2):
                self._copy_lines(0)
            if child.is_once:
                self._let_go(child, child.process.returncode)
                return
            self.say(
                f"{child.name} ended (code {child.process.returncode});"
                f" starting it again in {child.delay:g} s"
            )
            child.restart_at = now + child.delay
            child.delay = min(child.delay * 2, LONGEST_DELAY)

    def _restart(self, child: Child) -> None:
        try:
            self.start(child)
        except (OSError, RuntimeError) as error:
            self.say(f"{child.name} could not be started: {error}")
            child.restart_at = time.monotonic() + child.delay
            child.delay = min(child.delay * 2, LONGEST_DELAY)

    def run_once(self, child: Child) -> None:
        """Start a program that ends by itself; whether it succeeds keeps nobody waiting."""
        child.is_once = True
        try:
            self.start(child)
        except OSError as error:
            self.say(f"{child.name} could not be started: {error}")
            self.children.remove(child)

    def _let_go(self, child: Child, code: int) -> None:
        self.children.remove(child)
        if code:
            self.say(f"{child.name} failed (code {code})")

    def replace(self, child: Child) -> None:
        """Stop a child and start it anew at once, as after a change of code."""
        self._stop(child)
        child.delay = FIRST_DELAY
        self.start(child)

    def stop_all(self) -> None:
        """Stop the children, the one started last first, each within its grace."""
        for child in reversed(self.children):
            self._stop(child)
        self.children.clear()

    def _stop(self, child: Child) -> None:
        child.restart_at = None
        if child.process is None:
            return
        with suppress(ProcessLookupError):
            child.process.send_signal(child.stop_signal)
        deadline = time.monotonic() + child.grace
        while child.is_running and time.monotonic() < deadline:
            self._copy_lines(0.05)
        if child.is_running:
            self.say(f"{child.name} did not stop in {child.grace:.0f} s and is ended")
            child.process.kill()
            child.process.wait()
        self._copy_lines(0)
        child.process = None

    def _copy_lines(self, seconds: float) -> None:
        if not self._pipes.get_map():
            time.sleep(seconds)
        for key, _ in self._pipes.select(seconds):
            child: Child = key.data
            received = os.read(key.fd, LONGEST_LINE)
            if not received:
                self._pipes.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
            *lines, rest = (child.unfinished + received).split(b"\n")
            if len(rest) > LONGEST_LINE or (rest and not received):
                lines, rest = [*lines, rest], b""
            child.unfinished = rest
            for line in lines:
                self.log.write(child.name, line)
