"""A backup comes back whole into an empty studio, and into no other."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from accounts.models import Session, User
from nexus.backups import contents, restoring
from nexus.backups.making import make_backup
from nexus.backups.manifest import BackupError
from nexus.backups.postgres import Database
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


@pytest.fixture
def elsewhere(studio, settings, tmp_path, monkeypatch):
    """An empty studio: a database, a folder and a key of its own."""
    name = f"{connection.settings_dict['NAME']}_elsewhere"
    identifier = sql.Identifier(name)
    database = replace(Database.of_studio(), name=name)
    with Database.of_studio().connect() as other:
        other.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(identifier))
        other.execute(sql.SQL("CREATE DATABASE {}").format(identifier))

    def move():
        settings.VAR = tmp_path / "elsewhere"
        settings.MEDIA_ROOT = settings.VAR / "media"
        (settings.VAR / "keys").mkdir(parents=True)
        contents.key_file().write_text("a key that was made a moment ago")
        return database

    yield move
    with Database.of_studio().connect() as other:
        other.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def test_rows_files_and_key_come_back_and_sign_ins_do_not(
    studio, folder, elsewhere, alice, settings
):
    Session.objects.create(session_key="somewhere", user=alice, expire_date=NOON)
    backup = make_backup(folder)
    database = elsewhere()
    assert not restoring.has_its_key(backup.manifest)
    restoring.refuse_occupied(database)
    restoring.bring_back(backup.path, restoring.examine(backup.path), database)
    assert restoring.has_its_key(backup.manifest)
    assert contents.key_file().stat().st_mode & 0o777 == 0o600
    assert default_storage.open(studio.upload.name).read() == b"\0a book" * 1000
    with database.connect() as there:
        assert there.execute("SELECT email FROM accounts_user").fetchall() == [(alice.email,)]
        assert there.execute("SELECT title FROM stories_chapter").fetchall() == [("One",)]
        assert there.execute("SELECT count(*) FROM accounts_session").fetchone() == (0,)
    with pytest.raises(BackupError, match="has an account already"):
        restoring.refuse_occupied(database)


def test_tables_without_people_make_room(studio, folder, elsewhere):
    backup = make_backup(folder)
    database = elsewhere()
    restoring.bring_back(backup.path, backup.manifest, database)
    with database.connect() as there:
        there.execute("TRUNCATE accounts_user CASCADE")
    restoring.refuse_occupied(database)
    restoring.bring_back(backup.path, backup.manifest, database)
    with database.connect() as there:
        assert there.execute("SELECT count(*) FROM stories_story").fetchone() == (1,)


def test_a_database_with_tables_of_others_or_other_programs_is_left_alone(elsewhere):
    database = elsewhere()
    with database.connect() as there:
        with pytest.raises(BackupError, match="Other programs are connected"):
            restoring.refuse_occupied(database)
        there.execute("CREATE TABLE invoices (id int)")
    with pytest.raises(BackupError, match=r"none of Nexus's \(invoices\)"):
        restoring.refuse_occupied(database)


def test_a_restore_never_touches_a_studio_with_people_even_when_sure(studio, folder):
    backup = make_backup(folder)
    Story.objects.update(title="Written since")
    with pytest.raises(CommandError, match="has an account already"):
        call_command("restore", str(backup.path), "--yes")
    assert Story.objects.get().title == "Written since"
    assert User.objects.count() == 1


def test_a_restore_that_breaks_off_leaves_an_empty_studio(studio, folder, elsewhere):
    backup = make_backup(folder)
    dump = backup.path / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-3000])
    database = elsewhere()
    with pytest.raises(BackupError, match="pg_restore failed"):
        restoring.bring_back(backup.path, backup.manifest, database)
    restoring.refuse_occupied(database)


@pytest.fixture
def backup(studio, folder):
    return make_backup(folder)


def change(backup, **values):
    path = backup.path / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_damaged_part_is_found_before_anything_is_touched(backup):
    path = backup.path / "files" / backup.manifest.files[0]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(BackupError, match="is damaged"):
        restoring.examine(backup.path)
    path.unlink()
    with pytest.raises(BackupError, match="cannot be read"):
        restoring.examine(backup.path)


def test_a_cut_dump_is_found_too(backup):
    path = backup.path / "database.dump"
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(BackupError, match=r"database\.dump is damaged"):
        restoring.examine(backup.path)


@pytest.mark.parametrize(
    "newer",
    [{"version": "99.0.0"}, {"migrations": ["stories.9999_not_yet"]}, {"format": 99}],
)
def test_a_backup_of_a_newer_version_is_refused(backup, newer):
    change(backup, **newer)
    with pytest.raises(BackupError, match="newer"):
        restoring.examine(backup.path)


def test_a_backup_of_an_older_version_is_welcome(backup):
    change(backup, version="0.0.9", migrations=list(backup.manifest.migrations[:-3]))
    assert restoring.examine(backup.path).version == "0.0.9"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd"])
def test_a_part_outside_the_folder_is_refused(backup, name):
    change(backup, parts=[{"name": name, "size": 1, "sha256": ""}])
    with pytest.raises(BackupError, match="torn"):
        restoring.examine(backup.path)


def test_what_is_no_backup_is_called_so(tmp_path):
    with pytest.raises(CommandError, match="is no backup of Nexus"):
        call_command("restore", str(tmp_path), "--yes")
    (tmp_path / "manifest.json").write_text('{"format": 1, "version": "0.1')
    with pytest.raises(CommandError, match="torn"):
        call_command("restore", str(tmp_path), "--yes")


def test_a_database_that_is_away_is_said_in_words(tmp_path):
    nobody = Database(str(tmp_path), "", "nexus", "", "nexus")
    with pytest.raises(BackupError, match="cannot be reached"):
        nobody.connect()
