"""Makes a backup while people write: one instant of the database, and every file it names."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db import connection, transaction

from nexus.backups import contents, keeping, postgres
from nexus.backups.manifest import (
    DUMP,
    FILES,
    KEY,
    MANIFEST,
    BackupError,
    Manifest,
    Part,
    copy,
    describe,
    read_manifest,
    sync,
)

# Each time only the files are left that came since; a fifth one would be chased for ever.
ATTEMPTS = 4
# A full disk stops saving, so a backup never takes the last of it.
RESERVE_BYTES = 256 * 1024 * 1024
INSTANT = """
    SELECT pg_export_snapshot(), now(), current_setting('server_version_num')::int / 10000
"""


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole backup and what it says of itself."""

    path: Path
    manifest: Manifest


def make_backup(folder: Path, *, kind: str = keeping.BY_HAND) -> Backup:
    """Make a backup of the running studio in `folder`.

    Raises Busy while another one is made there, BackupError when the database, the tools or the
    disk will not do; then nothing of it stays, and older backups are as they were.
    """
    with keeping.turn_in(folder), _in_plain_words():
        _refuse_empty()
        _refuse_small(folder)
        with keeping.draft_in(folder) as draft:
            manifest = _fill(draft)
            path = folder / keeping.name_of(kind, manifest.taken_at)
            keeping.publish(draft, path)
    return Backup(path, manifest)


def make_rolling(folder: Path) -> Backup | None:
    """Make the next of the rolling backups and discard old ones; None when nobody wrote since.

    Raises what `make_backup` raises; the health page says so until one succeeds.
    """
    backup = None
    try:
        if _has_changed(folder):
            backup = make_backup(folder, kind=keeping.ROLLING)
            with keeping.turn_in(folder), _in_plain_words():
                keeping.discard_old(folder)
    except keeping.Busy:
        raise
    except BackupError as error:
        keeping.note_failure(folder, str(error))
        raise
    keeping.forget_failure(folder)
    return backup


def _has_changed(folder: Path) -> bool:
    newest = keeping.backups_in(folder)
    if not newest:
        return True
    with _in_plain_words():
        changes = contents.digest_of_changes()
    try:
        return read_manifest(newest[0]).changes != changes
    except BackupError:
        return True


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error.strerror or error}.") from error
    except DatabaseError as error:
        raise BackupError(f"The database broke off: {postgres.first_line(error)}") from error


def _refuse_empty() -> None:
    if "django_migrations" not in connection.introspection.table_names():
        raise BackupError("There is nothing to back up yet: the database is empty.")


def _refuse_small(folder: Path) -> None:
    newest = keeping.backups_in(folder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        expected = cursor.fetchone()[0]
    if newest:
        expected = read_manifest(newest[0]).size
    free = shutil.disk_usage(folder).free
    if free < expected + RESERVE_BYTES:
        raise BackupError(
            f"There is too little space in {folder}: {_megabytes(free)} are free, a backup takes"
            f" about {_megabytes(expected)} and {_megabytes(RESERVE_BYTES)} must stay for saving."
        )


def _megabytes(count: int) -> str:
    return f"{max(1, round(count / 1e6)):,} MB"


# --- Filling it -------------------------------------------------------------------


@dataclass(slots=True)
class Files:
    """The stored files that were copied so far."""

    draft: Path
    parts: dict[str, Part] = field(default_factory=dict)

    def keep(self, name: str) -> bool:
        """Copy a file unless it was copied already; False when the storage has none."""
        if name not in self.parts:
            place = f"{FILES}/{name}"
            try:
                self._copy(name, self.draft / place)
            except FileNotFoundError:
                return False
            self.parts[name] = describe(self.draft, place)
        return True

    def _copy(self, name: str, target: Path) -> None:
        with default_storage.open(name) as source:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with target.open("xb") as file:
                copy(source, file)


def _fill(draft: Path) -> Manifest:
    """Copy the files, then the database as of an instant in which no other file was named.

    A row may go, and its file before it, while we copy. So the files are copied in one instant, and
    if one was gone the next instant is asked, in which that row has gone too; what is still not
    there then is missing in the studio itself.
    """
    tool = postgres.find_tool("pg_dump")
    files = Files(draft)
    for attempt in range(ATTEMPTS):
        # Before the instant: a change that comes between the two is then backed up twice.
        changes = contents.digest_of_changes()
        with transaction.atomic():
            snapshot, taken_at, server = _begin()
            names = contents.stored_names()
            missing = [name for name in names if not files.keep(name)]
            if missing and attempt + 1 < ATTEMPTS:
                continue
            postgres.refuse_newer_server(tool, server)
            dump = _dump(tool, draft, snapshot)
            with connection.cursor() as cursor:
                counts = contents.count_rows(cursor)
                migrations = contents.applied_migrations(cursor)
        break
    parts = (dump, *_key(draft), *(files.parts[name] for name in names if name in files.parts))
    manifest = Manifest(
        version=settings.VERSION,
        taken_at=taken_at,
        postgres=server,
        tool=tool.major,
        migrations=migrations,
        counts=counts,
        parts=parts,
        missing=tuple(missing),
        key_digest=contents.digest_of_key(settings.SECRET_KEY),
        changes=changes,
    )
    _write(draft / MANIFEST, manifest.to_json())
    return manifest


def _begin() -> tuple[str, datetime, int]:
    """Stand still at one instant; return its name for Postgres, when it is, and the server."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute(INSTANT)
        snapshot, taken_at, server = cursor.fetchone()
    return snapshot, taken_at, server


def _dump(tool: postgres.Tool, draft: Path, snapshot: str) -> Part:
    without = [f"--exclude-table-data={table}" for table in contents.RESTLESS]
    tool.run(
        postgres.Database.of_studio(),
        "--format=custom",
        # A third of the work of the usual level, for files a few per cent larger.
        "--compress=1",
        "--no-owner",
        "--no-privileges",
        "--no-sync",
        f"--snapshot={snapshot}",
        *without,
        f"--file={draft / DUMP}",
    )
    return describe(draft, DUMP)


def _key(draft: Path) -> Iterator[Part]:
    """Take the studio's key along where it is a file of ours."""
    path = contents.key_file()
    if path.exists() and path.read_text("ascii").strip() == settings.SECRET_KEY:
        _write(draft / KEY, settings.SECRET_KEY)
        yield describe(draft, KEY)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, "utf-8")
    sync(path)
