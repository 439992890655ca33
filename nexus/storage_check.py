"""`manage.py check --deploy` asks the bucket, as a host does before opening the doors."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from nexus.lib.storage import check_storage


@register(Tags.files, deploy=True)
def files_can_be_kept(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Say what is wrong with `STORAGE_URL`; nothing for a folder."""
    fault = check_storage()
    return [Error(fault, hint="Mend STORAGE_URL or the bucket.", id="nexus.E001")] if fault else []
