"""`manage.py up` on real processes: one run a folder, nothing left behind, everything restarted."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from django.conf import settings

from nexus import embedded

BASE = Path(settings.BASE_DIR)
WEB, WORKER, BEAT = b"nexus.serve", b"\0worker\0", b"\0beat\0"
VALKEY, POSTGRES = b"valkey-server", b"/bin/postgres\0-D"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Nexus:
    """A run of its own, as `make run` starts it."""

    def __init__(self, var, port=None, *, more=None):
        self.var = var
        self.more = more or {}
        self.port = port or free_port()
        self.process = None
        self.output = var.with_suffix(".out")

    def environment(self):
        foreign = ("DATABASE_URL", "REDIS_URL", "NEXUS_TEST_FOLDER", "LIVE_PREFIX")
        kept = {name: value for name, value in os.environ.items() if name not in foreign}
        own = {"NEXUS_VAR": str(self.var), "PORT": str(self.port), "NEXUS_PROFILE": "laptop"}
        return kept | own | {"LOG_LEVEL": "INFO"} | self.more

    def begin(self):
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=BASE,
                env=self.environment(),
                start_new_session=True,
            )
        return self

    def start(self):
        self.begin()
        self.wait(lambda: "is running at" in self.said())
        return self

    def wait(self, condition, seconds=150):
        """Wait for what happens soon, with patience for a machine on which others work too."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def said(self):
        return self.output.read_text(errors="replace")

    def get(self, path="/health/live"):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers={"Host": f"localhost:{self.port}"})
        return connection.getresponse().status

    def pids(self):
        """Every process of this run, found by its folder or its parent."""
        parents = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = entry.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.parent.name)] = int(fields[1])
        found = {self.process.pid}
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        places = embedded.Places(self.var)
        return found | {
            *embedded.processes_of(places.postgres),
            *embedded.processes_of(places.valkey),
        }

    def pid_of(self, word):
        for pid in self.pids() - {self.process.pid}:
            with suppress(FileNotFoundError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes()
                if word in words and b"launcher.py" not in words:
                    return pid
        return None

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def all_gone(pids, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        left = [pid for pid in pids if is_alive(pid)]
        if not left:
            return True
        time.sleep(0.05)
    return False


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("up") / "var"


@pytest.fixture
def nexus(folder):
    run = Nexus(folder)
    yield run
    run.end()


def test_a_run_serves_pages_refuses_a_second_one_and_stops_cleanly(nexus):
    nexus.start()
    assert nexus.get() == 200
    assert nexus.get("/accounts/login/") == 200
    assert f"http://localhost:{nexus.port}" in nexus.said()
    key = nexus.var / "keys" / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600

    second = subprocess.run(
        [sys.executable, "manage.py", "up"],
        capture_output=True,
        text=True,
        cwd=BASE,
        env=nexus.environment() | {"PORT": str(free_port())},
        timeout=150,
        check=False,
    )
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert str(nexus.process.pid) in second.stderr
    assert "Traceback" not in second.stderr

    nexus.wait(lambda: nexus.pid_of(BEAT) and nexus.pid_of(WORKER))
    pids = nexus.pids()
    assert len(pids) >= 6
    started = time.monotonic()
    nexus.process.send_signal(signal.SIGTERM)
    assert nexus.process.wait(15) == 0
    assert time.monotonic() - started <= 10
    assert all_gone(pids, seconds=1)
    assert "Traceback" not in nexus.said()


def test_killing_the_supervisor_leaves_nothing_behind_and_the_next_start_recovers(nexus):
    nexus.start()
    nexus.wait(lambda: nexus.pid_of(BEAT) and nexus.pid_of(WORKER))
    pids = nexus.pids()
    nexus.process.kill()
    nexus.process.wait()
    again = Nexus(nexus.var, nexus.port)
    try:
        # At once: the old servers may still be closing, the port may still be held.
        again.start()
        assert again.get() == 200
        assert all_gone(pids)
    finally:
        again.end()


def test_dead_children_are_restarted_and_callers_wait_instead_of_failing(nexus):
    nexus.start()
    for word in (WEB, VALKEY, POSTGRES):
        pid = nexus.pid_of(word)
        os.kill(pid, signal.SIGKILL)
        nexus.wait(lambda pid=pid, word=word: nexus.pid_of(word) not in {None, pid})
    assert nexus.get() == 200
    nexus.wait(lambda: answers_with_database(nexus))


def answers_with_database(nexus):
    try:
        return nexus.get("/health/ready") == 200
    except (OSError, HTTPException):
        return False


def test_a_taken_port_is_named_in_one_kind_sentence(nexus):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nexus.port = taken.getsockname()[1]
        nexus.begin()
        assert nexus.process.wait(150) == 1
    assert f"Port {nexus.port}" in nexus.said()
    assert "Traceback" not in nexus.said()
