"""The pytest plugin behind every test: real servers in a throw-away folder, a real site, a browser.

Loaded by `-p nexus.testing`, before pytest-django reads the settings, since it decides what they
find in the environment. The first process starts one Postgres and one Valkey; xdist workers inherit
their addresses and keep apart by database name, Redis number and channel prefix.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from nexus import embedded

BASE = Path(__file__).resolve().parent.parent
LOUD = "NOT RUN:"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


def _enter_environment() -> Path:
    """Point the settings at the throw-away servers; return their folder."""
    folder = os.environ.get("NEXUS_TEST_FOLDER", "") if WORKER else ""
    folder = folder or tempfile.mkdtemp(prefix="nexus-test-")
    var = Path(folder).resolve()
    number = int(WORKER.removeprefix("gw") or 0) + 1 if WORKER else 0
    os.environ |= {
        "NEXUS_TEST_FOLDER": folder,
        "NEXUS_VAR": str(var),
        "NEXUS_PROFILE": "test",
        "DATABASE_URL": embedded.database_url(var),
        "REDIS_URL": embedded.redis_url(var).replace("db=0", f"db={number % 64}"),
        "LIVE_PREFIX": f"test-{WORKER or 'one'}",
        "LOG_LEVEL": "ERROR",
    }
    # WhiteNoise looks for it at every start, though nothing is collected for tests.
    (var / "static").mkdir(exist_ok=True)
    for name in ("DEBUG", "CELERY_BROKER_URL", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    return var


VAR = _enter_environment()
_servers = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    if not WORKER:
        _servers.callback(shutil.rmtree, VAR, ignore_errors=True)
        try:
            _servers.enter_context(embedded.servers(VAR, durable=False))
        except embedded.ServerError as error:
            raise pytest.UsageError(str(error)) from error


def pytest_unconfigure(config: pytest.Config) -> None:
    _servers.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say once, where nobody overlooks it, what this machine could not test."""
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])}
    for reason in sorted(reasons):
        if LOUD in reason:
            terminalreporter.write_line(f"*** {reason}", yellow=True, bold=True)


def require(found: Any, name: str) -> Any:
    """Return what was found; without it skip loudly on a laptop and fail where CI is set."""
    if found:
        return found
    sentence = f"{LOUD} these tests need {name}, which is not here"
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@pytest.fixture(name="require")
def _require() -> Any:
    """`require`, for the tests of apps, which import nothing from here."""
    return require


# --- A real site ------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """A running daphne on the test database."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    @property
    def host(self) -> str:
        return self.url.partition("://")[2]


@pytest.fixture(scope="session")
def _site_environment(django_db_setup: None) -> dict[str, str]:
    from django.db import connection

    name = connection.settings_dict["NAME"]
    return os.environ | {
        "DATABASE_URL": embedded.database_url(VAR, name),
        "PYTHONPATH": str(BASE),
        "LOG_LEVEL": "WARNING",
    }


@pytest.fixture(scope="session")
def _site(_site_environment: dict[str, str]) -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        descriptor = listener.fileno()
        command = [sys.executable, "-m", "nexus.serve", str(descriptor)]
        with running(command, _site_environment | {"PORT": str(port)}, (descriptor,)) as process:
            wait_for_page(port, process)
            yield Site(f"http://localhost:{port}", process)


@pytest.fixture
def live_site(_site: Site, transactional_db: None) -> Site:
    """A real site over the test database, for browsers and sockets. Rows must be committed."""
    return _site


@pytest.fixture(scope="session")
def _worker(_site_environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "--quiet", "--app", "nexus.celery", "worker"]
    command += ["--pool", "threads", "--concurrency", "2", "--without-mingle", "--without-gossip"]
    with running(command, _site_environment, ()):
        yield


@pytest.fixture
def live_worker(_worker: None, transactional_db: None) -> None:
    """A real Celery worker over the test database."""


@contextlib.contextmanager
def running(
    command: list[str], environment: dict[str, str], descriptors: tuple[int, ...]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the length of a block; it cannot outlive the tests."""
    process = subprocess.Popen(
        embedded.launch(command, death_signal="SIGKILL", user=None),
        env=environment,
        pass_fds=descriptors,
        cwd=BASE,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_page(port: int, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    """Wait until the site answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, HTTPException):
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/live", headers={"Host": "localhost"})
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    pytest.fail("the test site did not start", pytrace=False)


# --- A real browser ---------------------------------------------------------------


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A fresh Chromium. Not shared between tests: its loop would block async ones."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = require(next(filter(None, map(shutil.which, names)), None), "Chromium")
    from playwright.sync_api import sync_playwright

    # Playwright runs its loop in this thread, which Django takes for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def browser_page(browser: Any) -> Any:
    """A page of a fresh Chromium."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(10_000)
    return page
