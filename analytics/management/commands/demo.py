"""Make the demo writer, with three works and two years of sessions. Never in production."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from accounts.services import keep_address, register
from analytics.demo.cover import put_on_cover
from analytics.demo.diary import EMAIL, PASSWORD, PEN_NAME, TIME_ZONE, write_demo
from analytics.demo.works import read_works
from nexus.lib.effects import drain
from stories.models import Story

DAYS = 730


class Command(BaseCommand):
    help = "Make a demo writer with three works and two years of believable sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=DAYS, help="how far back she wrote")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PROFILE == "production":
            raise CommandError("The demo is never for production.")
        if not 1 <= options["days"] <= 3650:
            raise CommandError("Please choose 1 to 3650 days.")
        user = self._writer()
        if Story.objects.filter(owner=user).exists():
            self.stdout.write("The demo writer is there already; nothing was changed.")
        else:
            count = write_demo(user, read_works(), days=options["days"], until=timezone.now())
            put_on_cover(user)
            drain(30)
            self.stdout.write(f"Wrote the demo: {count} sittings in {options['days']} days.")
        self.stdout.write(f"Sign in as {EMAIL} with the password {PASSWORD}")

    def _writer(self) -> User:
        user = User.objects.filter(email=EMAIL).first()
        if user is None:
            user = register(email=EMAIL, password=PASSWORD, username=PEN_NAME, time_zone=TIME_ZONE)
            user.is_verified = True
            user.save(update_fields=["is_verified"])
            keep_address(user)
        if not user.check_password(PASSWORD):
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
        return user
