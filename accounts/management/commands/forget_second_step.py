"""For whoever runs the studio: let someone in whose phone, passkeys and recovery codes are lost."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import mfa
from accounts.models import User


class Command(BaseCommand):
    help = "Turn the second step of an account off; its password then signs in alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"There is no account with {email}.")
        mfa.forget(user)
        self.stdout.write(f"{user.email} signs in with the password alone now.")
