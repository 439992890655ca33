"""Brings a backup back, into an empty studio and nowhere else.

What may be lost comes first and what counts comes last: the files, the key, then the database in
one transaction. A restore that was cut off leaves a studio that is still empty, to be tried again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from accounts.models import User
from nexus.backups import contents, postgres
from nexus.backups.manifest import (
    DUMP,
    FILES,
    KEY,
    BackupError,
    Manifest,
    check_parts,
    read_manifest,
)

OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'
"""


# --- Whether it may be ------------------------------------------------------------


def examine(backup: Path) -> Manifest:
    """Return what is in a backup. BackupError when it is damaged, torn or from a newer version."""
    manifest = read_manifest(backup)
    unknown = set(manifest.migrations) - _known_migrations()
    if unknown or _numbers(manifest.version) > _numbers(settings.VERSION):
        raise BackupError(
            f"This backup was made by Nexus {manifest.version}, which is newer than this one"
            f" ({settings.VERSION}). Bring Nexus up to date, then restore."
        )
    check_parts(backup, manifest)
    return manifest


def _known_migrations() -> set[str]:
    loader = MigrationLoader(None)
    keys = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        keys.update((app, name) for app, name in migration.replaces)
    return {f"{app}.{name}" for app, name in keys}


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def refuse_occupied(database: postgres.Database) -> None:
    """Raise BackupError unless the database is empty, ours, and nobody else uses it."""
    with database.connect() as connected:
        tables = _tables(connected)
        people = _count_people(connected) if User._meta.db_table in tables else 0
        others = connected.execute(OTHERS).fetchone()
    if people:
        accounts = "an account" if people == 1 else f"{people:,} accounts"
        raise BackupError(
            f"This Nexus has {accounts} already, and a restore would take their work away."
            " A backup is brought back into an empty Nexus only: choose a new folder with"
            " NEXUS_VAR, or an empty database with DATABASE_URL."
        )
    if foreign := sorted(set(tables) - _own_tables()):
        raise BackupError(
            f"This database holds tables that are none of Nexus's ({', '.join(foreign[:5])})."
            " Please give Nexus a database of its own."
        )
    if others and others[0]:
        raise BackupError(
            "Other programs are connected to this database. Stop Nexus (its pages, worker and"
            " clock) and whatever else uses it, then restore."
        )


def _tables(connected: psycopg.Connection) -> list[str]:
    found = connected.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return [row[0] for row in found]


def _count_people(connected: psycopg.Connection) -> int:
    question = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(User._meta.db_table))
    found = connected.execute(question).fetchone()
    return int(found[0]) if found else 0


def _own_tables() -> set[str]:
    return {*connection.introspection.django_table_names(), "django_migrations"}


# --- Doing it ---------------------------------------------------------------------


def bring_back(backup: Path, manifest: Manifest, database: postgres.Database) -> None:
    """Fill the empty studio; BackupError when it cannot be, and then it is empty still."""
    tool = postgres.find_tool("pg_restore")
    if tool.major < manifest.tool:
        raise BackupError(
            f"This backup was made with Postgres {manifest.tool}, and {tool.path} is of Postgres"
            f" {tool.major}. Install the client programs of Postgres {manifest.tool}."
        )
    try:
        _bring_files(backup, manifest)
        _bring_key(backup, manifest)
    except OSError as error:
        raise BackupError(f"The files could not be written: {error.strerror or error}.") from error
    _bring_rows(backup, database, tool)
    _compare_counts(manifest, database)


def _bring_files(backup: Path, manifest: Manifest) -> None:
    for name in manifest.files:
        with (backup / FILES / name).open("rb") as file:
            # Only a restore that was cut off can have left one of that name.
            default_storage.delete(name)
            kept = default_storage.save(name, File(file))
        if kept != name:
            raise BackupError(f"The storage would not keep {name} under its name.")
    os.sync()


def _bring_key(backup: Path, manifest: Manifest) -> None:
    """Put the studio's key in place; one from the environment is the host's own business."""
    if os.environ.get("SECRET_KEY") or all(part.name != KEY for part in manifest.parts):
        return
    target = contents.key_file()
    draft = target.with_name(f".{target.name}.restored")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes((backup / KEY).read_bytes())
    draft.replace(target)
    os.sync()


def has_its_key(manifest: Manifest) -> bool:
    """Say whether the studio will start with the key under which the backup was made."""
    path = contents.key_file()
    key = os.environ.get("SECRET_KEY", "").strip()
    key = key or (path.read_text("ascii").strip() if path.exists() else "")
    return contents.digest_of_key(key) == manifest.key_digest


def _bring_rows(backup: Path, database: postgres.Database, tool: postgres.Tool) -> None:
    with database.connect() as connected:
        if tables := _tables(connected):
            names = sql.SQL(", ").join(map(sql.Identifier, tables))
            connected.execute(sql.SQL("DROP TABLE {} CASCADE").format(names))
    tool.run(
        database,
        f"--dbname={database.name}",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        str(backup / DUMP),
    )


def _compare_counts(manifest: Manifest, database: postgres.Database) -> None:
    with database.connect() as connected, connected.cursor() as cursor:
        found = contents.count_rows(cursor)
        cursor.execute("ANALYZE")
    if found != dict(manifest.counts):
        raise BackupError(
            f"Postgres restored {found}, but the backup was made of {dict(manifest.counts)}."
        )
