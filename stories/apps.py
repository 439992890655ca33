"""The app of stories, chapters and targets."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoriesConfig(AppConfig):
    name = "stories"
    verbose_name = _("Stories")

    def ready(self) -> None:
        from nexus.lib.api_view import ApiView
        from stories import exports, imports, receipts  # noqa: F401 - two register their work

        ApiView.receipts = staticmethod(receipts.keep)
