"""What the worker does about accounts by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from nexus.account_data import deletion


@shared_task
def purge_accounts() -> dict[str, int]:
    """Make everything go of those who asked for it thirty days ago."""
    return deletion.purge_accounts(at=timezone.now())
