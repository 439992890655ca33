"""A studio of its own for a measurement or a picture, in a throw-away folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nexus import embedded

BASE = Path(__file__).resolve().parent.parent
START_SECONDS = 180.0
STOP_SECONDS = 60.0


@contextmanager
def studio(*options: str, compressed: bool = False) -> Iterator[str]:
    """Run the studio as `make run` does and yield its address.

    With `compressed`, static files are served as a network gets them: brotli beside each.
    """
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as var:
        if compressed:
            # The files are gathered at the first start and looked at once, at each.
            with running(var):
                pass
            compress = [sys.executable, "-m", "whitenoise.compress", "--quiet", f"{var}/static"]
            subprocess.run(compress, check=True)
        with running(var, *options) as site:
            yield site


@contextmanager
def running(var: str, *options: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    environment = os.environ | {"NEXUS_VAR": var, "PORT": str(port)}
    # A measurement has servers and a profile of its own; this is a studio as writers start it.
    for name in ("NEXUS_PROFILE", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    with program([sys.executable, "manage.py", "up", *options], environment) as process:
        wait_for(f"http://localhost:{port}/health", process)
        yield f"http://localhost:{port}"


@contextmanager
def program(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the length of a block; it outlives neither the block nor its parent."""
    process = subprocess.Popen(
        embedded.launch(command, death_signal="SIGTERM", user=None),
        cwd=BASE,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            # The servers of a studio end with it, whatever ended it.
            process.kill()
            process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the address answers; SystemExit when the program ended or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5)
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The studio did not start.")


def chromium() -> str:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Chromium is not installed.")
    return program


def as_root() -> list[str]:
    return ["--no-sandbox"] if os.geteuid() == 0 else []
