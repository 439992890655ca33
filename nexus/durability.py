"""Refuses a Postgres that says "committed" before the text is on disk.

"Saved" means that our server has it on disk. A server that skips the flush, or that may tear a
page in a crash, makes that a lie that nobody notices until the power goes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection

# What each must be, by Postgres's own documentation on reliability and the write-ahead log.
NEEDED = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
}
QUESTION = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"


def broken_promises() -> list[str]:
    """Return the settings, as `name = value`, with which a commit may be lost; [] when it is safe.

    Only throw-away databases of the tests may do without. Raises django.db.Error when Postgres
    cannot be asked.
    """
    return [] if settings.PROFILE == "test" else unsafe_settings()


def unsafe_settings() -> list[str]:
    """Ask Postgres as it runs now, whatever the profile."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, [list(NEEDED)])
        found = dict(cursor.fetchall())
    return [
        f"{name} = {value}" for name, value in sorted(found.items()) if value not in NEEDED[name]
    ]


def refusal(broken: list[str]) -> str:
    """Return what to tell the person who starts Nexus."""
    return (
        "This Postgres may lose text after it said it was saved: "
        f"{', '.join(broken)}. Turn that off in its configuration, then start again."
    )


@checks.register(checks.Tags.database)
def check_durability(databases: Iterable[str] | None = None, **_kwargs: Any) -> list[checks.Error]:
    """Stop `migrate`, which every server of the containers waits for, on such a Postgres."""
    broken = broken_promises() if databases else []
    return [checks.Error(refusal(broken), id="nexus.E002")] if broken else []
