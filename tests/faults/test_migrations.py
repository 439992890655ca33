"""`migrate` killed half-way and started again ends where an undisturbed one does."""

import random
import subprocess
import sys
import time

import psycopg

from nexus import embedded
from nexus.testing import BASE
from tests.faults.harm import ask_postgres
from tests.faults.scene import IS_FULL, SEED, TALLY, check_log

DEATHS = 8 if IS_FULL else 1
NAME = "half"
SHAPE = """
    SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT tablename, indexname, indexdef, '', '' FROM pg_indexes
    WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT app, name, '', '', '' FROM django_migrations
"""


def migrating(run):
    """Start `migrate` on the second database of this studio."""
    environment = run.environment() | {"DATABASE_URL": embedded.database_url(run.var, NAME)}
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"],
        cwd=BASE,
        env=environment | {"PYTHONPATH": str(BASE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def ask_half(run, question):
    address = embedded.database_url(run.var, NAME)
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(question).fetchall()


def applied(run):
    if ask_half(run, "SELECT to_regclass('django_migrations')") == [(None,)]:
        return 0
    return ask_half(run, "SELECT count(*) FROM django_migrations")[0][0]


def kill_after(run, more):
    """Kill a `migrate` some migrations on, wherever in the next one that is."""
    before = applied(run)
    process = migrating(run)
    while process.poll() is None and applied(run) < before + more:
        time.sleep(0.002)
    process.kill()
    process.wait()


def test_migrations_killed_again_and_again_end_complete(runs):
    run = runs[-1]
    chance = random.Random(SEED)
    whole = ask_postgres(run, "SELECT count(*) FROM django_migrations")[0][0]
    ask_postgres(run, f"CREATE DATABASE {NAME}")
    try:
        for _ in range(DEATHS):
            kill_after(run, chance.randint(1, max(1, whole // (DEATHS + 1))))
            TALLY.fault()
        assert 0 < applied(run) < whole
        last = migrating(run)
        told, _nothing = last.communicate(timeout=120)
        assert last.returncode == 0, told.decode()
        assert sorted(ask_half(run, SHAPE), key=repr) == sorted(ask_postgres(run, SHAPE), key=repr)
    finally:
        ask_postgres(run, f"DROP DATABASE {NAME} WITH (FORCE)")
    check_log(run)
