"""The containers' programs without containers: `python -m deploy.layout`, or `make stack`.

Granian for pages, daphne for sockets, a worker and a clock behind nginx, each started as the image
and the compose file start them, on free ports of the loopback address, with Postgres and Valkey
from the wheels. Needs nginx (`apt install nginx-light`). Ends with Ctrl-C and keeps nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
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

import yaml

from nexus import embedded

BASE = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 10


@dataclass(frozen=True)
class Layout:
    """A running stack: people come to `port`, `web` and `realtime` are what nginx asks."""

    port: int
    web: int
    realtime: int
    metrics_token: str
    folder: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]]


@contextlib.contextmanager
def production(folder: Path, **more: str) -> Iterator[Layout]:
    """Run the stack for the length of a block; `more` are settings besides."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        raise embedded.ServerError("The stack needs nginx: apt install nginx-light")
    port, web, realtime = free_ports(3)
    var = folder / "var"
    var.mkdir(mode=0o700)
    token = secrets.token_urlsafe(32)
    environment = os.environ | settings_of(var, port) | {"METRICS_TOKEN": token} | more
    commands = {
        "web": web_command(web),
        "realtime": compose_command("realtime", f"127.0.0.1:{realtime}"),
        "worker": compose_command("worker"),
        "beat": compose_command("beat", schedule=var / "beat-schedule"),
        "nginx": [nginx, "-e", "stderr", "-c", str(write_nginx(folder, port, web, realtime))],
    }
    with contextlib.ExitStack() as stack:
        stack.enter_context(embedded.servers(var))
        manage(environment, "migrate", "--noinput", "-v", "0")
        manage(environment, "collectstatic", "--noinput", "-v", "0")
        processes = {
            name: stack.enter_context(program(command, environment_of(name, environment), folder))
            for name, command in commands.items()
        }
        layout = Layout(port, web, realtime, token, folder, environment, processes)
        wait_until_ready(layout)
        yield layout


def settings_of(var: Path, port: int) -> dict[str, str]:
    return {
        "NEXUS_PROFILE": "production",
        "NEXUS_VAR": str(var),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": embedded.database_url(var),
        "REDIS_URL": embedded.redis_url(var),
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": f"http://localhost:{port}",
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "DB_POOL_SIZE": "12",
        "PYTHONPATH": str(BASE),
    }


def environment_of(name: str, environment: dict[str, str]) -> dict[str, str]:
    """Name the program to Postgres; give the one of several processes a folder to add up in."""
    environment = environment | {"PGAPPNAME": name}
    if name != "web":
        return environment
    folder = Path(environment["NEXUS_VAR"]) / "metrics"
    return environment | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}


# --- What is started ------------------------------------------------------------------


def web_command(port: int) -> list[str]:
    """Return the image's own command, for this port."""
    text = (BASE / "deploy" / "Dockerfile").read_text()
    words = json.loads(text.rpartition("\nCMD ")[2].replace("\\\n", " "))
    words[words.index("--host") + 1] = "127.0.0.1"
    words[words.index("--port") + 1] = str(port)
    return [str(Path(sys.executable).parent / words[0]), *words[1:]]


def compose_command(
    name: str, place: str | None = None, *, schedule: Path | None = None
) -> list[str]:
    """Return a service's command of the compose file, for this place and this file."""
    services = yaml.safe_load((BASE / "docker-compose.yml").read_text())["services"]
    words = [str(word) for word in services[name]["command"]]
    if place is not None:
        words[-1] = place
    if schedule is not None:
        words[words.index("--schedule") + 1] = str(schedule)
    if words[0] == "python":
        return [sys.executable, *words[1:]]
    return [sys.executable, "-m", *words]


def write_nginx(folder: Path, port: int, web: int, realtime: int) -> Path:
    """Write the containers' configuration for this machine's ports; return its place."""
    text = (BASE / "deploy" / "nginx" / "nginx.conf").read_text()
    for old, new in (
        ("http://web:8000", f"http://127.0.0.1:{web}"),
        ("http://realtime:8001", f"http://127.0.0.1:{realtime}"),
        ("http://grafana:3000", "http://127.0.0.1:9"),
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("/tmp/", f"{folder}/"),  # noqa: S108 - what stands in the file
        ("/etc/nginx/trusted/", f"{folder}/trusted/"),
    ):
        if old not in text:
            raise embedded.ServerError(f"nginx.conf no longer says {old}")
        text = text.replace(old, new)
    text = re.sub(r"\n\s*resolver [^;]*;", "", text)
    path = folder / "nginx.conf"
    path.write_text(f"daemon off;\n{text}")
    return path


def manage(environment: dict[str, str], *words: str) -> None:
    command = [sys.executable, str(BASE / "manage.py"), *words]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


@contextlib.contextmanager
def program(
    command: list[str], environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for the length of a block; it cannot outlive its parent."""
    with (folder / "stack.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            embedded.launch(command, death_signal="SIGTERM", user=None),
            env=environment,
            cwd=BASE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


# --- Whether it runs ------------------------------------------------------------------


def wait_until_ready(layout: Layout) -> None:
    """Wait until nginx reaches both servers; raise ServerError when one has ended."""
    deadline = time.monotonic() + START_SECONDS
    while not all(map(is_ready, (layout.port, layout.realtime))):
        ended = [name for name, process in layout.processes.items() if process.poll() is not None]
        if ended or time.monotonic() > deadline:
            said = (layout.folder / "stack.log").read_text(errors="replace")[-2000:]
            raise embedded.ServerError(f"{', '.join(ended) or 'The stack'} did not start.\n{said}")
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.suppress(OSError, HTTPException):
        connection.request("GET", "/health/ready", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    return False


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [taken.getsockname()[1] for taken in sockets]


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="nexus-stack-") as folder:
        try:
            with production(Path(folder)) as layout:
                sys.stdout.write(f"The stack runs at http://localhost:{layout.port}\n")
                sys.stdout.flush()
                signal.pause()
        except embedded.ServerError as error:
            sys.exit(str(error))
        except KeyboardInterrupt:
            sys.stdout.write("Stopped\n")


if __name__ == "__main__":
    main()
