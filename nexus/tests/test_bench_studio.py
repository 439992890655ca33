"""The studio of a measurement never outlives it, not even one that did not start."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import studio

NOBODY_THERE = "http://127.0.0.1:1/health"
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""
PARENT = """
import os, sys, time
from bench import studio
with studio.program([sys.executable, "-c", "import time; time.sleep(600)"], os.environ) as process:
    print(process.pid, flush=True)
    time.sleep(600)
"""


def is_there(pid):
    """Say whether a process runs; one that ended and was not asked for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_studio_that_does_not_start_is_ended_even_when_it_will_not_listen(monkeypatch, tmp_path):
    monkeypatch.setattr(studio, "START_SECONDS", 0.5)
    monkeypatch.setattr(studio, "STOP_SECONDS", 0.5)
    deaf = tmp_path / "deaf"
    command = [sys.executable, "-c", STUBBORN, str(deaf)]
    with (
        pytest.raises(SystemExit, match="did not start"),
        studio.program(command, dict(os.environ)) as process,
    ):
        while not deaf.exists():
            time.sleep(0.05)
        studio.wait_for(NOBODY_THERE, process)
    assert process.returncode == -signal.SIGKILL


def test_a_measurement_that_is_killed_takes_its_studio_along():
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=studio.BASE, stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 30
    while is_there(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
