"""What the worker does for stories by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from stories import receipts
from stories.services import trash


@shared_task
def purge_trash() -> dict[str, int]:
    """Delete for good what has been in the trash for 30 days."""
    return trash.purge_trash(at=timezone.now())


@shared_task
def discard_old_receipts() -> int:
    """Delete idempotency receipts after 30 days."""
    return receipts.discard_old_receipts(at=timezone.now())
