"""What a backup holds, and what stays of one that fails: nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from accounts.models import Session
from nexus import health
from nexus.backups import contents, keeping, making
from nexus.backups.keeping import backups_in, home, last_failure
from nexus.backups.making import make_backup, make_rolling
from nexus.backups.manifest import BackupError, check_parts, read_manifest
from nexus.backups.postgres import Database, Tool, find_tool, refuse_newer_server
from nexus.testing import BASE, LOUD
from nexus.tests.backup_cast import write_something
from stories.models import Story

NOON = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def studio(transactional_db, settings, tmp_path, alice):
    settings.MEDIA_ROOT = tmp_path / "media"
    return write_something(alice)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backups"


def entries(folder):
    """Return what lies in a folder of backups, its lock apart."""
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".lock")


def test_a_backup_says_what_it_holds_and_only_its_owner_reads_it(studio, folder, settings):
    before = datetime.now(UTC)
    backup = make_backup(folder)
    manifest = read_manifest(backup.path)
    assert manifest == backup.manifest
    check_parts(backup.path, manifest)
    assert before <= manifest.taken_at <= datetime.now(UTC)
    assert manifest.version == settings.VERSION
    assert "stories.0001_initial" in manifest.migrations
    assert manifest.counts == {
        "accounts": 1,
        "stories": 1,
        "chapters": 1,
        "words": 0,
        "sittings": 0,
    }
    assert manifest.files == [studio.upload.name]
    assert manifest.missing == ()
    assert (backup.path / "files" / studio.upload.name).read_bytes() == b"\0a book" * 1000
    assert (backup.path / "secret_key").read_text() == settings.SECRET_KEY
    assert backup.path.stat().st_mode & 0o777 == 0o700
    assert (backup.path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert entries(folder) == [backup.path.name]


def test_the_environments_own_key_stays_out(studio, folder, settings):
    settings.SECRET_KEY = "from the environment, which is where the host keeps it"
    backup = make_backup(folder)
    assert not (backup.path / "secret_key").exists()
    assert settings.SECRET_KEY not in (backup.path / "manifest.json").read_text()
    assert backup.manifest.key_digest == contents.digest_of_key(settings.SECRET_KEY)


def test_a_file_that_goes_while_we_copy_is_not_named_by_the_dump(studio, folder, monkeypatch):
    """The file goes first and the row after it, as the studio does it."""
    keep, gone = making.Files.keep, []

    def keep_late(files, name):
        if not gone:
            default_storage.delete(name)
            gone.append(name)
            found = keep(files, name)
            with Database.of_studio().connect() as other:
                other.execute("UPDATE jobs_job SET upload = ''")
            return found
        return keep(files, name)

    monkeypatch.setattr(making.Files, "keep", keep_late)
    backup = make_backup(folder)
    assert gone == [studio.upload.name]
    assert backup.manifest.files == []
    assert backup.manifest.missing == ()


def test_a_file_that_was_missing_before_is_told_and_stops_nothing(studio, folder):
    default_storage.delete(studio.upload.name)
    backup = make_backup(folder)
    assert backup.manifest.missing == (studio.upload.name,)
    assert backup.manifest.files == []


def test_nothing_stays_of_a_backup_whose_dump_breaks_off(studio, folder):
    old = make_backup(folder)
    kept = {path: path.read_bytes() for path in old.path.rglob("*") if path.is_file()}
    with Database.of_studio().connect() as other, held(other, "stories_chapter"):
        process = begin(folder)
        wait_for_dump(folder)
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'pg_dump'"
        )
        _out, told = process.communicate(timeout=150)
    assert process.returncode == 1
    assert "pg_dump failed:" in told
    assert "Traceback" not in told
    assert entries(folder) == [old.path.name]
    assert kept == {path: path.read_bytes() for path in kept}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_backup_that_is_stopped_leaves_nothing(studio, folder, number):
    with Database.of_studio().connect() as other, held(other, "stories_chapter"):
        process = begin(folder)
        wait_for_dump(folder)
        process.send_signal(number)
        _out, told = process.communicate(timeout=150)
    assert process.returncode == 1
    assert "nothing of this backup was kept" in told
    assert "Traceback" not in told
    assert entries(folder) == []


def test_a_killed_backup_is_none_and_the_next_one_clears_it_away(studio, folder):
    with Database.of_studio().connect() as other, held(other, "stories_chapter"):
        process = begin(folder)
        wait_for_dump(folder)
        with pytest.raises(keeping.Busy):
            make_backup(folder)
        process.kill()
        process.communicate(timeout=150)
    assert backups_in(folder) == []
    assert len(entries(folder)) == 1
    backup = make_backup(folder)
    assert entries(folder) == [backup.path.name]


@contextmanager
def held(other, table):
    """Keep a dump waiting at one table."""
    with other.transaction():
        other.execute(
            sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table))
        )
        yield


def begin(folder, *words):
    name = connection.settings_dict["NAME"]
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    return subprocess.Popen(
        [sys.executable, "manage.py", "backup", "--to", str(folder), *words],
        cwd=BASE,
        env=os.environ | {"DATABASE_URL": address, "PYTHONPATH": str(BASE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for_dump(folder):
    """Wait until the dump stands at the table."""
    deadline = time.monotonic() + 30
    question = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"
    )
    while time.monotonic() < deadline:
        with Database.of_studio().connect() as other:
            if other.execute(question).fetchone()[0]:
                assert list(folder.glob(".draft-*"))
                return
        time.sleep(0.02)
    pytest.fail("the dump did not begin")


def test_a_studio_that_stands_still_makes_no_rolling_backups(studio, folder, alice):
    settle()
    first = an_hour_ago(make_rolling(folder))
    assert first.name.startswith("rolling-")
    assert make_rolling(folder) is None
    Session.objects.create(session_key="visit", user=alice, expire_date=NOON)
    settle()
    assert make_rolling(folder) is None
    Story.objects.update(synopsis="A keeper and her light.")
    settle()
    second = make_rolling(folder)
    assert backups_in(folder) == [second.path, first]
    assert make_rolling(folder) is None


def an_hour_ago(backup):
    older = keeping.name_of(keeping.ROLLING, backup.manifest.taken_at - timedelta(hours=1))
    return backup.path.rename(backup.path.with_name(older))


# A connection tells what it did when it ends, or within ten seconds of standing still.
UNTOLD = """
    SELECT count(*) FROM pg_stat_activity
    WHERE pid = ANY(%s) AND state_change > clock_timestamp() - interval '11 seconds'
"""


def settle():
    """Have Postgres count what was done here, by these connections and by other processes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        before = [pid for (pid,) in cursor.fetchall()]
    connection.close()
    connection.close_pool()
    patience = time.monotonic() + 20
    while ask(UNTOLD, [before]) and time.monotonic() < patience:
        time.sleep(0.05)


def ask(question, values):
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]


def test_a_backup_leaves_room_for_saving_and_says_so_on_the_health_page(
    studio, settings, tmp_path, monkeypatch
):
    settings.VAR = tmp_path
    assert health.probe_backup() == health.Finding(True)
    monkeypatch.setattr(making, "RESERVE_BYTES", 10**18)
    with pytest.raises(BackupError, match="too little space"):
        make_rolling(home())
    assert "too little space" in last_failure(home())
    assert not health.probe_backup().is_ok
    monkeypatch.undo()
    backup = make_rolling(home())
    assert health.probe_backup() == health.Finding(
        True, f"The newest is of {backup.manifest.taken_at:%Y-%m-%d %H:%M} UTC."
    )


def test_a_disk_that_fills_up_meanwhile_costs_only_this_backup(studio, tmp_path, monkeypatch):
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "nexus-backups", str(disk)]
    is_mounted = os.geteuid() == 0 and shutil.which("mount")
    if not is_mounted or subprocess.run(command, check=False).returncode:
        pytest.skip(f"{LOUD} a full disk needs root and the right to mount, which is not here")
    try:
        monkeypatch.setattr(making, "RESERVE_BYTES", -(10**18))
        (disk / "ballast").write_bytes(b"\0" * (1024 * 1024 - 16 * 1024))
        with pytest.raises(BackupError, match="No space left"):
            make_backup(disk / "backups")
        assert entries(disk / "backups") == []
        (disk / "ballast").unlink()
        check_parts((backup := make_backup(disk / "backups")).path, backup.manifest)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=False)


def test_a_folder_that_cannot_be_written_is_named(studio, tmp_path):
    (tmp_path / "taken").touch()
    with pytest.raises(CommandError, match="taken cannot be written"):
        call_command("backup", "--to", str(tmp_path / "taken"))


def test_an_older_tool_is_refused_before_it_fails():
    tool = find_tool("pg_dump")
    refuse_newer_server(tool, tool.major)
    with pytest.raises(BackupError, match=r"server is Postgres 99, but .*pg_dump is of Postgres"):
        refuse_newer_server(tool, 99)


def test_without_the_embedded_postgres_the_tool_is_looked_for_on_the_path(monkeypatch, tmp_path):
    monkeypatch.setattr("nexus.embedded.find_spec", lambda name: None)
    program = tmp_path / "pg_dump"
    program.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 14.11 (Debian)'\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_tool("pg_dump") == Tool(str(program), 14)
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    with pytest.raises(BackupError, match="pg_dump is not here"):
        find_tool("pg_dump")
