"""`manage.py up`: all of Nexus on one machine, under one supervisor.

Order: lock the folder, take the port, start the embedded servers, migrate, collect static files,
then web, worker and beat. The listening socket belongs to the supervisor, so that a web process
which has to be started again finds its callers waiting instead of turned away.
"""

from __future__ import annotations

import http.client
import math
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from nexus import embedded, setup_steps
from nexus.backups import keeping
from nexus.lib.storage import check_storage
from nexus.lock import FolderLock
from nexus.reload import CodeWatch
from nexus.supervisor import Child, Log, Supervisor

PAGE_SECONDS = 60
HOPELESS_DELAY = 4.0


class Stop(BaseException):
    """Someone asked us to end: Ctrl-C, SIGTERM or a closed terminal."""


class Command(BaseCommand):
    help = "Run Nexus: database, queue, pages, worker and clock, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dev", action="store_true", help="reload on change, DEBUG on")
        parser.add_argument("--demo", action="store_true", help="fill in the demo writer")

    def handle(self, *args: Any, **options: Any) -> None:
        os.umask(0o077)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _ask_to_stop)
        try:
            embedded.own_folder(settings.VAR) if not settings.VAR.exists() else None
            with FolderLock(settings.VAR, address()), take_port() as listener:
                Run(listener, is_dev=options["dev"], is_demo=options["demo"]).go()
        except embedded.ServerError as error:
            raise CommandError(str(error)) from error
        except Stop:
            sys.exit(0)


class Run:
    """One run, from the first server to the last goodbye."""

    def __init__(self, listener: socket.socket, *, is_dev: bool, is_demo: bool) -> None:
        self.listener = listener
        self.is_dev = is_dev
        self.is_demo = is_demo
        self.places = embedded.Places(settings.VAR)
        self.supervisor = Supervisor(Log(settings.VAR / "log" / "nexus.log"))

    def go(self) -> None:
        try:
            self._start_servers()
            self._prepare()
            web = self._start_web()
            self.supervisor.say(f"Nexus is running at {address()} – Ctrl-C stops it")
            programs = self._start_helpers(web)
            self._look_after(programs)
        except Stop:
            self.supervisor.say("Stopping")
            raise
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self.supervisor.stop_all()

    def _start_servers(self) -> None:
        """Start what no address was given for; both at once, then wait for both."""
        started = []
        if not os.environ.get("DATABASE_URL"):
            started.append((self._postgres(), embedded.is_postgres_ready))
        if not os.environ.get("REDIS_URL"):
            started.append((self._valkey(), embedded.is_valkey_ready))
        for child, _ in started:
            self.supervisor.start(child)
        for child, is_ready in started:
            self._wait_for_server(child, lambda: is_ready(self.places))  # noqa: B023

    def _postgres(self) -> Child:
        return Child(
            "postgres",
            embedded.postgres_command(self.places),
            stop_signal=signal.SIGINT,
            grace=2.5,
            prepare=lambda: embedded.prepare_postgres(self.places),
        )

    def _valkey(self) -> Child:
        return Child(
            "valkey",
            embedded.valkey_command(self.places),
            grace=1.5,
            prepare=lambda: embedded.prepare_valkey(self.places),
        )

    def _wait_for_server(self, child: Child, is_ready: Any) -> None:
        deadline = time.monotonic() + PAGE_SECONDS
        while not is_ready():
            self.supervisor.step(0.03)
            if time.monotonic() > deadline:
                raise embedded.ServerError(
                    f"{child.name} did not answer; {settings.VAR}/log/nexus.log says more."
                )

    def _prepare(self) -> None:
        if setup_steps.migrate():
            self.supervisor.say("The database is up to date")
        if not self.is_dev and setup_steps.collect_static():
            self.supervisor.say("Static files are in place")
        if setup_steps.create_first_administrator():
            self.supervisor.say("The first administrator was created")
        # Text is saved without it, so nobody is kept from writing.
        if fault := check_storage():
            self.supervisor.say(f"STORAGE_URL: {fault} Uploads and exports wait for it.")
        if self.is_demo:
            self._fill_demo()

    def _fill_demo(self) -> None:
        self.supervisor.say("Filling in the demo writer")
        done = subprocess.run(  # noqa: S603
            self._manage("demo"), env=self._environment(), check=False, start_new_session=True
        )
        if done.returncode:
            raise CommandError("The demo writer could not be made; see the lines above.")

    def _start_web(self) -> Child:
        """Start what the person waits for, alone: it gets the whole processor."""
        web = Child(
            "web",
            self._python("-m", "nexus.serve", str(self.listener.fileno())),
            grace=2.5,
            environment=self._environment(),
            pass_fds=(self.listener.fileno(),),
        )
        self.supervisor.start(web)
        self._wait_for_page(web)
        return web

    def _start_helpers(self, web: Child) -> list[Child]:
        environment = self._environment()
        worker = Child("worker", self._celery("worker"), environment=environment)
        beat = Child("beat", self._celery("beat"), grace=1.0, environment=environment)
        self.supervisor.start(worker)
        self.supervisor.start(beat)
        # Stopping goes from the last to the first: no new work, then no work, then no servers.
        self.supervisor.children[-3:] = [beat, worker, web]
        return [beat, worker, web]

    def _celery(self, part: str) -> list[str]:
        options = ["--loglevel", "WARNING"]
        if part == "worker":
            options += ["--pool", "threads", "--concurrency", "2", "--without-mingle"]
            options += ["--without-gossip", "--hostname", "nexus@%h"]
        else:
            options += ["--schedule", str(settings.VAR / "beat-schedule"), "--pidfile="]
        # It warns of pickled messages as root; ours are JSON.
        quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
        return self._python(
            *quiet, "-m", "celery", "--quiet", "--app", "nexus.celery", part, *options
        )

    def _manage(self, *words: str) -> list[str]:
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        return self._python(manage, *words)

    def _python(self, *words: str) -> list[str]:
        return embedded.launch([sys.executable, *words], death_signal="SIGKILL", user=None)

    def _environment(self) -> dict[str, str]:
        changed = {"PYTHONPATH": str(settings.BASE_DIR), "PYTHONUNBUFFERED": "1"}
        changed |= {"NEXUS_VAR": str(settings.VAR)}
        changed |= {"DEBUG": "1"} if self.is_dev else {}
        changed |= {"NEXUS_DEMO": "1"} if self.is_demo else {}
        return os.environ | changed

    def _wait_for_page(self, web: Child) -> None:
        deadline = time.monotonic() + PAGE_SECONDS
        while not answers(self.listener):
            self.supervisor.step(0.05)
            # One that ends again and again before its first page will not get better by waiting.
            if time.monotonic() > deadline or web.delay > HOPELESS_DELAY:
                raise embedded.ServerError("The pages did not come up; the lines above say why.")

    def _look_after(self, programs: list[Child]) -> None:
        watch = CodeWatch(settings.BASE_DIR) if self.is_dev else None
        backup_at = time.monotonic() + first_backup_in()
        while True:
            self.supervisor.step(0.5)
            if watch and watch.has_changed():
                self.supervisor.say("The code changed: reloading")
                for child in programs:
                    self.supervisor.replace(child)
            if time.monotonic() >= backup_at:
                self.supervisor.run_once(self._backup())
                backup_at = time.monotonic() + keeping.INTERVAL.total_seconds()

    def _backup(self) -> Child:
        """Return a process of its own, which yields to all others and can be ended at any time."""
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        command = [sys.executable, manage, "backup", "--rolling"]
        return Child(
            "backup",
            # It clears its draft away before it goes.
            embedded.launch(command, death_signal="SIGTERM", user=None),
            environment=self._environment(),
        )


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    raise Stop


def first_backup_in() -> float:
    """Return the seconds to the first backup; whoever brings a Postgres has backups of his own."""
    if os.environ.get("DATABASE_URL"):
        return math.inf
    return keeping.seconds_to_first(keeping.home(), at=datetime.now(UTC))


def host() -> str:
    return os.environ.get("NEXUS_HOST", "") or "127.0.0.1"


def address() -> str:
    shown = "localhost" if host() in {"127.0.0.1", "0.0.0.0", "::"} else host()  # noqa: S104
    return f"http://{shown}:{settings.PORT}"


def take_port() -> socket.socket:
    """Return the listening socket, or say kindly that the port is taken."""
    family = socket.AF_INET6 if ":" in host() else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    deadline = time.monotonic() + 2
    while True:
        try:
            listener.bind((host(), settings.PORT))
        except OSError as error:
            # A killed run may need a moment to let go.
            if time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            listener.close()
            raise CommandError(
                f"Port {settings.PORT} on {host()} is not free ({error.strerror}). "
                f"Choose another one: make run PORT={settings.PORT + 1}"
            ) from error
        listener.listen(512)
        return listener


def answers(listener: socket.socket) -> bool:
    """Ask for a page as a visitor would."""
    name, port = listener.getsockname()[:2]
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name, name)  # noqa: S104
    connection = http.client.HTTPConnection(reached, port, timeout=2)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/health/live", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    return False
