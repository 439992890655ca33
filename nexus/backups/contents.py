"""What there is to back up: rows to count, files that rows name, and the studio's own key."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import FileField

from accounts.models import Session
from analytics.models import ClosedMonth

# Visits are noted here all the time, and every night that closed months were looked at; nobody
# would miss either.
RESTLESS = (Session._meta.db_table, ClosedMonth._meta.db_table)
COUNTED = {
    "accounts": "SELECT count(*) FROM accounts_user",
    "stories": "SELECT count(*) FROM stories_story",
    "chapters": "SELECT count(*) FROM stories_chapter",
    "words": "SELECT coalesce(sum(word_count), 0) FROM stories_chapter",
    "sittings": "SELECT count(*) FROM analytics_writingsession",
}
CHANGES = """
    SELECT coalesce(md5(string_agg(
        concat_ws(' ', relname, n_tup_ins, n_tup_upd, n_tup_del), ',' ORDER BY relname
    )), '')
    FROM pg_stat_user_tables
    WHERE schemaname = current_schema() AND NOT relname = ANY(%s)
"""
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema()
"""


def count_rows(cursor: Any) -> dict[str, int]:
    """Count what people would ask for, the trash included, through any cursor of Postgres."""
    found = {}
    for name, question in COUNTED.items():
        cursor.execute(question)
        found[name] = int(cursor.fetchone()[0])
    return found


def digest_of_changes() -> str:
    """Return what differs as soon as anybody has written anything, visits apart.

    Made from Postgres's own counters, which may come a moment late: read it before the state it is
    to stand for, and a change is at worst seen twice, never missed.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, [list(RESTLESS)])
        return str(cursor.fetchone()[0])


def stored_names() -> list[str]:
    """Return the stored files that rows name, also in a database not yet brought up to date."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        there = set(cursor.fetchall())
    names: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, FileField) and (model._meta.db_table, field.column) in there:
                names.update(model._base_manager.values_list(field.attname, flat=True))
    return sorted(filter(None, names))


def applied_migrations(cursor: Any) -> tuple[str, ...]:
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return tuple(row[0] for row in cursor.fetchall())


def key_file() -> Path:
    """Where the studio's key is when it made one itself."""
    return Path(settings.VAR) / "keys" / "secret_key"


def digest_of_key(key: str) -> str:
    """Tell one key from another without telling the key."""
    return hashlib.sha256(f"nexus.backups {key}".encode()).hexdigest()[:16]
