"""The studio the scenarios share: started once, from a copy of one that was set up before.

Setting one up (a new Postgres, all migrations) takes far longer than any scenario of the usual run.
A scenario that fails may leave harm behind, so the next one begins with a fresh copy.
"""

import fcntl
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from nexus.testing import VAR
from nexus.tests.test_up import Nexus, all_gone


def template():
    """Return the `var` of a studio that was set up and stopped; made once, whoever asks first."""
    folder = VAR / "faults"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            run = started(Nexus(folder / "var"))
            stop(run)
            shutil.rmtree(run.var / "log")
            (folder / "done").touch()
    return folder / "var"


def started(run):
    """Start a run and wait until it serves."""
    run.begin()
    run.wait(lambda: "is running at" in run.said())
    return run


def stop(run):
    """End a run as a person would, and for certain."""
    run.process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        run.process.wait(15)
    run.end()


def copy_of_template(var):
    """Fill an existing or new folder with a studio that is set up; owners are kept."""
    var.mkdir(mode=0o700, exist_ok=True)
    subprocess.run(["cp", "-a", f"{template()}/.", str(var)], check=True)
    return var


class Studio:
    """Runs of one `var`, the newest last: a killed supervisor is started again."""

    def __init__(self):
        # Hex digits alone: the log names paths, and it is searched for what was written.
        self.folder = Path(tempfile.gettempdir()) / f"nexus-faults-{secrets.token_hex(4)}"
        self.folder.mkdir(mode=0o700)
        self.failpoints = self.folder / "failpoints"
        self.failpoints.mkdir()
        var = copy_of_template(self.folder / "var")
        self.runs = [started(Nexus(var, more={"NEXUS_FAILPOINTS": str(self.failpoints)}))]

    def end(self):
        left = self.runs[-1].pids()
        for run in self.runs:
            run.end()
        all_gone(left)
        shutil.rmtree(self.folder, ignore_errors=True)


class Keeper:
    """Hands the one studio to scenario after scenario, and a new one after a failure."""

    def __init__(self):
        self.studio = None

    @contextmanager
    def lend(self, has_failed):
        self.studio = self.studio or Studio()
        yield self.studio
        if has_failed():
            self.end()

    def end(self):
        if self.studio is not None:
            self.studio.end()
        self.studio = None
