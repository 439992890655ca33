"""Django's `migrate` without the time limits that protect a request."""

from __future__ import annotations

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        with connections[options["database"]].cursor() as cursor:
            for limit in LIMITS:
                cursor.execute(f"SET {limit} = 0")
            try:
                super().handle(*args, **options)
            finally:
                for limit in LIMITS:
                    cursor.execute(f"RESET {limit}")
