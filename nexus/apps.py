"""The composition root as a Django app: it brings commands, Celery and work over all apps."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.conf import settings


class NexusConfig(AppConfig):
    name = "nexus"

    def ready(self) -> None:
        # Whoever queues a task must know the broker, so the application is made everywhere.
        import_module("nexus.celery")
        # Imported for their kinds of work.
        import_module("nexus.account_data.exports")
        import_module("nexus.account_data.imports")
        import_module("nexus.storage_check")
        import_module("nexus.durability")
        import_module("nexus.slow_queries").watch()
        import_module("nexus.task_lines")
        import_module("nexus.sentry").start(settings.SENTRY_DSN)
