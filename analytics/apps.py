"""The ledger app: hears of every save."""

from __future__ import annotations

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from analytics import receivers, redate_all  # noqa: F401 - registers its kind of work

        receivers.connect()
