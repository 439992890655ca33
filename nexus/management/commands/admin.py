"""`manage.py admin`: make an administrator, asking or from the environment."""

from __future__ import annotations

import os
from contextlib import ExitStack
from getpass import getpass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from nexus import embedded, setup_steps
from nexus.lib.errors import DomainError
from nexus.lock import FolderLock


class Command(BaseCommand):
    help = "Create an administrator (NEXUS_ADMIN_EMAIL and NEXUS_ADMIN_PASSWORD, or by asking)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        from accounts.services import create_administrator

        email = os.environ.get("NEXUS_ADMIN_EMAIL", "").strip() or input("E-mail: ").strip()
        password = os.environ.get("NEXUS_ADMIN_PASSWORD", "") or ask_password()
        try:
            with ExitStack() as stack:
                reach_database(stack)
                create_administrator(email, password)
        except (DomainError, embedded.ServerError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{email} is an administrator now.")


def ask_password() -> str:
    password = getpass("Password: ")
    if password != getpass("Once more: "):
        raise CommandError("The two passwords differ.")
    return password


def reach_database(
    stack: ExitStack, *, holder: str = "manage.py admin", migrates: bool = True
) -> None:
    """Use the database of the run on this folder, or start it for this command alone."""
    if os.environ.get("DATABASE_URL"):
        return
    if not FolderLock.is_held(settings.VAR):
        settings.VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
        stack.enter_context(FolderLock(settings.VAR, holder))
        stack.enter_context(embedded.servers(settings.VAR, valkey=False))
        if migrates:
            setup_steps.migrate()
