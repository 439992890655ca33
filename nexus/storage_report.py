"""How much room the studio takes and has, for its host: sizes and counts, nothing of anybody."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from nexus.backups import keeping

# Below this share of the disk, somebody should make room.
TIGHT = 0.1
TABLES = 6
LARGEST = """
    SELECT relname, pg_total_relation_size(relid) FROM pg_catalog.pg_statio_user_tables
    ORDER BY 2 DESC, 1 LIMIT %s
"""


@dataclass(frozen=True)
class Folder:
    """What lies in a folder, all below it counted; in bytes."""

    files: int
    size: int


@dataclass(frozen=True)
class Disk:
    """The disk that the studio's own folder is on; in bytes."""

    free: int
    total: int

    @property
    def is_tight(self) -> bool:
        return self.free < TIGHT * self.total


@dataclass(frozen=True)
class StorageReport:
    """In bytes. `files` and `warehouse` are None in a bucket, which counts for itself."""

    database: int
    tables: tuple[tuple[str, int], ...]
    files: Folder | None
    warehouse: Folder | None
    backups: Folder
    backups_kept: int
    last_backup: datetime | None
    disk: Disk


def storage_report() -> StorageReport:
    """Measure everything now; a few steps over each file that is kept in a folder."""
    home = keeping.home()
    kept = keeping.backups_in(home)
    usage = shutil.disk_usage(settings.VAR)
    return StorageReport(
        database=_database(),
        tables=_tables(),
        files=_files(),
        warehouse=_warehouse(),
        backups=measure(home),
        backups_kept=len(kept),
        last_backup=keeping.moment_of(kept[0]) if kept else None,
        disk=Disk(usage.free, usage.total),
    )


def measure(folder: Path) -> Folder:
    """Count what lies in a folder; one that is not there holds nothing. Follows no links."""
    sizes = list(_sizes(folder))
    return Folder(len(sizes), sum(sizes))


def _sizes(folder: Path) -> Iterator[int]:
    for place, _folders, names in os.walk(folder):
        for name in names:
            # Written and removed while it is counted.
            with suppress(OSError):
                yield (Path(place) / name).lstat().st_size


def _database() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _tables() -> tuple[tuple[str, int], ...]:
    with connection.cursor() as cursor:
        cursor.execute(LARGEST, [TABLES])
        return tuple((name, int(size)) for name, size in cursor.fetchall())


def _files() -> Folder | None:
    return None if settings.STORAGE_URL else measure(Path(settings.MEDIA_ROOT))


def _warehouse() -> Folder | None:
    place = settings.WAREHOUSE_URL
    return measure(Path(place)) if place.startswith("/") else None
