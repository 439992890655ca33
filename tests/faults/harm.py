"""What is done to the servers under a studio."""

import os
import signal
import time
from contextlib import contextmanager, suppress

import psycopg
import redis

from nexus import embedded
from nexus.celery import app
from nexus.tests.test_up import WORKER


def ask_postgres(run, question, values=()):
    """Ask the studio's Postgres directly, as its operator could; return the rows, if any."""
    with psycopg.connect(embedded.database_url(run.var), autocommit=True) as connection:
        cursor = connection.execute(question, values)
        return cursor.fetchall() if cursor.description else []


def worker_of(run):
    """Return the process id of the worker, once there is one."""
    run.wait(lambda: run.pid_of(WORKER))
    return run.pid_of(WORKER)


def send(run, name, *args):
    """Queue a task, as the web process would."""
    address = embedded.broker_url(embedded.redis_url(run.var))
    with app.connection_for_write(address) as broker:
        app.send_task(name, args, connection=broker, queue="nexus")


@contextmanager
def paused(pids):
    """Stop processes, as a host that swaps or a snapshot does."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


class Crowd:
    """Another client of the same Postgres that takes every connection there is."""

    def __init__(self, run):
        self.address = embedded.database_url(run.var)
        self.taken = []
        self._take()
        for _ in range(3):
            self._push_out()
            self._take()

    def _take(self):
        with suppress(psycopg.OperationalError):
            while True:
                self.taken.append(psycopg.connect(self.address, autocommit=True))

    def _push_out(self):
        """End whoever is connected: the place is taken before it can come back."""
        mine = [connection.info.backend_pid for connection in self.taken]
        self.taken[0].execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND NOT pid = ANY(%s)",
            [mine],
        )

    def leave(self, *, places=None):
        """Give up so many places, or all."""
        for _ in range(len(self.taken) if places is None else places):
            self.taken.pop().close()


@contextmanager
def postgres_refused(run):
    """Have every connection to Postgres refused, and end those that were open."""
    socket = embedded.Places(run.var).postgres_sockets / ".s.PGSQL.5432"
    hidden = socket.parent / "hidden"
    hidden.mkdir(mode=0o755, exist_ok=True)
    with psycopg.connect(embedded.database_url(run.var), autocommit=True) as own:
        socket.rename(hidden / socket.name)
        try:
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            yield
        finally:
            (hidden / socket.name).rename(socket)


@contextmanager
def redis_refused(run):
    """Have every connection to Redis refused, the ones that were open too."""
    socket = embedded.Places(run.var).valkey_socket
    hidden = socket.with_name("hidden.sock")
    socket.rename(hidden)
    client = redis.Redis(unix_socket_path=str(hidden))
    for kind in ("normal", "pubsub"):
        with suppress(redis.RedisError):
            client.client_kill_filter(_type=kind, skipme=True)
    try:
        yield client
    finally:
        hidden.rename(socket)
        client.close()


def flush_redis(run):
    """Forget all that Redis knows: queues, limits, sockets' places."""
    client = redis.Redis.from_url(embedded.redis_url(run.var))
    client.flushall()
    client.close()


def wait_until(condition, seconds=30):
    """Wait for something to come true; fail when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)
