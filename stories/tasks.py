"""What the worker does for stories by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from stories import receipts, thinning
from stories.services import trash


@shared_task
def purge_trash() -> dict[str, int]:
    """Delete for good what has been in the trash for 30 days."""
    return trash.purge_trash(at=timezone.now())


@shared_task
def discard_old_receipts() -> int:
    """Delete idempotency receipts after 30 days."""
    return receipts.discard_old_receipts(at=timezone.now())


@shared_task
def discard_recent_versions() -> int:
    """Delete the texts that were kept for ten minutes only."""
    return thinning.discard_recent(at=timezone.now())


@shared_task
def thin_histories() -> int:
    """Keep fewer versions the older they are."""
    return thinning.thin_histories(at=timezone.now())
