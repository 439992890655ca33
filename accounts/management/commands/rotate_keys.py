"""Make a new key for access tokens; the old one stays believed while its tokens last."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import keys


class Command(BaseCommand):
    help = "Sign access tokens with a new key from now on; the old one is believed for an hour."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ACCESS_TOKEN_KEYS:
            raise CommandError(
                "The keys come from ACCESS_TOKEN_KEYS: put a new one before the others there, "
                "restart, and take the old one away after an hour."
            )
        kid = keys.make_key()
        for gone in keys.discard_old_keys(timezone.now()):
            self.stdout.write(f"Discarded {gone}.")
        self.stdout.write(f"New access tokens are signed with {kid}.")
