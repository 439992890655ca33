"""What a start does between the servers and the pages; each step is nothing when already done."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from nexus import durability
from nexus.lib.errors import DomainError


def migrate() -> bool:
    """Bring the database up to date; return whether there was anything to do.

    CommandError when it cannot be reached, or would not keep what it acknowledges.
    """
    try:
        if broken := durability.broken_promises():
            raise CommandError(durability.refusal(broken))
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise CommandError(f"The database cannot be reached: {error}") from error
    finally:
        connection.close()
    return True


def collect_static() -> bool:
    """Gather static files under `var/static` when they changed; return whether they had."""
    stamp = Path(settings.VAR) / "static.fingerprint"
    current = static_fingerprint()
    if stamp.exists() and stamp.read_text("ascii") == current:
        return False
    stamp.unlink(missing_ok=True)
    # The tests of the scripts are no part of a studio, and name files that only they make.
    ignored = ["tests"]
    call_command(
        "collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=ignored
    )
    stamp.write_text(current, "ascii")
    return True


def static_fingerprint() -> str:
    """Return what changes whenever the collected files would."""
    base = Path(settings.BASE_DIR)
    digest = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    digest.update((base / "requirements.txt").read_bytes())
    for line in _stat_lines(base / "static"):
        digest.update(line.encode())
    return digest.hexdigest()


def _stat_lines(folder: Path) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda found: found.name):
        if entry.is_dir():
            yield from _stat_lines(Path(entry.path))
        else:
            about = entry.stat()
            yield f"{entry.path}\0{about.st_size}\0{about.st_mtime_ns}\n"


def create_first_administrator() -> bool:
    """Create the administrator named in the environment when there is none yet.

    CommandError when the address or the password will not do.
    """
    email = os.environ.get("NEXUS_ADMIN_EMAIL", "").strip()
    password = os.environ.get("NEXUS_ADMIN_PASSWORD", "")
    if not email or not password:
        return False
    from accounts.services import create_administrator

    try:
        if get_user_model().objects.filter(is_superuser=True).exists():
            return False
        create_administrator(email, password)
    except DomainError as error:
        named = "NEXUS_ADMIN_EMAIL and NEXUS_ADMIN_PASSWORD"
        raise CommandError(f"{named} make no administrator: {error.detail}") from error
    finally:
        connection.close()
    return True
