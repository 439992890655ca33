"""The pytest plugin behind every test: real servers in a throw-away folder, a real site, a browser.

Loaded by `-p nexus.testing`, before pytest-django reads the settings, since it decides what they
find in the environment. The first process starts one Postgres and one Valkey; xdist workers inherit
their addresses and keep apart by database name, Redis number and channel prefix.
"""

from __future__ import annotations

import contextlib
import gc
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
ASYNC_UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
DAY_SECONDS, LAST_MINUTE = 86_400, 60


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
    # Or every worker and every server that is started compiles all of Nexus and its tests anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    return var


VAR = _enter_environment()
_servers = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    # As seldom as in production (nexus/wsgi.py).
    gc.set_threshold(5_000, 10, 10)
    if not WORKER:
        _servers.callback(shutil.rmtree, VAR, ignore_errors=True)
        try:
            _servers.enter_context(embedded.servers(VAR, durable=False))
        except embedded.ServerError as error:
            raise pytest.UsageError(str(error)) from error


def pytest_collection_finish() -> None:
    """Have the collector of garbage pass by what was loaded: it lives as long as the tests."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    _chromium.close()
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


# --- What tests leave behind ------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _quick_emptying() -> Iterator[None]:
    """Empty the tables after a test that commits in a fraction of the time Django takes.

    Its TRUNCATE makes a hundred files anew, and its signal writes all permissions again.
    """
    from django.test import TransactionTestCase

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty_tables())
        yield


def empty_tables() -> None:
    """Delete every row a person or a program made, once nobody is writing."""
    from django.db import connection

    kept = {"django_content_type", "auth_permission"}
    names = sorted(set(connection.introspection.django_table_names()) - kept)
    tables = [connection.ops.quote_name(name) for name in names]
    # Of two that wait for each other Postgres sends away the one that asks first.
    limits = {"lock_timeout": "30s", "statement_timeout": "0", "deadlock_timeout": "20s"}
    steps = [f"SET LOCAL {name} = '{value}'" for name, value in limits.items()]
    steps += [f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE"]
    steps += ["SET LOCAL session_replication_role = replica"]
    steps += [f"DELETE FROM {table}" for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(["BEGIN", *steps, "COMMIT"]))


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
    inherited = {key: value for key, value in os.environ.items() if key != ASYNC_UNSAFE}
    return inherited | {
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


class Worker:
    """A real Celery worker for the tests that follow each other and want one.

    It takes whatever this process queues, so it must not outlast them: others do their jobs
    themselves.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, environment: dict[str, str]) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        command = [sys.executable, "-m", "celery", "--quiet", "--app", "nexus.celery", "worker"]
        command += ["--pool", "threads", "--concurrency", "2"]
        command += ["--without-mingle", "--without-gossip"]
        self._process = self._stack.enter_context(running(command, environment, ()))

    def close(self) -> None:
        """End it, if it was started."""
        self._process = None
        self._stack.close()


_worker = Worker()


@pytest.fixture
def live_worker(_site_environment: dict[str, str], transactional_db: None) -> None:
    """A real Celery worker over the test database."""
    _worker.open(_site_environment)


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


def wait_for_page(port: int, process: subprocess.Popen[bytes], seconds: float = 150) -> None:
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

# The address bar of a window nobody sees has pages of its own, which cost as much as ours. Of two
# such lists Chromium heeds the last, so what Playwright switches off is here, too.
NOT_OF_USE = [
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "AimEnabled"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "PreconnectToSearch"),
]


def browser_start() -> dict[str, Any]:
    """Return what Playwright needs to start the Chromium of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = require(next(filter(None, map(shutil.which, names)), None), "Chromium")
    options = [f"--disable-features={','.join(NOT_OF_USE)}"]
    options += ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": program, "args": options}


class Chromium:
    """One Chromium for the tests that follow each other; starting it costs more than most of them.

    Playwright runs its loop in this thread, which blocks asynchronous tests and which Django takes
    for asynchronous code: it ends with the last of its tests.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._browser: Any = None

    def open(self) -> Any:
        """Return the browser, started anew where there is none or where it crashed."""
        if self._browser is not None and not self._browser.is_connected():
            self.close()
        if self._browser is None:
            self._browser = self._start()
        return self._browser

    def _start(self) -> Any:
        start = browser_start()
        from playwright.sync_api import sync_playwright

        os.environ[ASYNC_UNSAFE] = "true"
        self._stack.callback(os.environ.pop, ASYNC_UNSAFE, None)
        playwright = self._stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(**start)
        self._stack.callback(browser.close)
        return browser

    def close(self) -> None:
        """End it, if it was started."""
        self._browser = None
        self._stack.close()


_chromium = Chromium()


def wait_for_the_new_day() -> None:
    """Let no test begin in the last minute before midnight: many write today and ask today."""
    left = DAY_SECONDS - time.time() % DAY_SECONDS
    if left < LAST_MINUTE:
        time.sleep(left + 0.1)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: Any) -> None:
    wait_for_the_new_day()
    if "_browses" not in item.fixturenames:
        _chromium.close()
    if "live_worker" not in item.fixturenames:
        _worker.close()


def pytest_sessionfinish() -> None:
    _chromium.close()
    _worker.close()


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Half as many more than there are cores: tests of browsers and servers wait a good deal."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    return max(1, (os.cpu_count() or 1) * 3 // 2)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Take the slow ones first and together: they share a browser or a worker.

    The quick ones fill the end; a worker that is done takes its next from there.
    """
    wants = ("_browses", "live_worker")
    items.sort(key=lambda item: [name not in item.fixturenames for name in wants])


@pytest.fixture
def _browses() -> None:
    """Tells the tests that use the browser from the others."""


@pytest.fixture
def browser(_browses: None) -> Iterator[Any]:
    """A Chromium in which nothing is open and nothing remembered."""
    browser = _chromium.open()
    yield browser
    for context in browser.contexts:
        context.close()


@pytest.fixture
def browser_page(browser: Any) -> Any:
    """A page of a window of its own."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(10_000)
    return page
