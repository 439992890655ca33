"""What the worker does for stories by the clock."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.db import InterfaceError, InternalError, OperationalError
from django.utils import timezone

from stories import covers, receipts, thinning
from stories.searching import index
from stories.services import trash


@shared_task
def purge_trash() -> dict[str, int]:
    """Delete for good what has been in the trash for 30 days."""
    return trash.purge_trash(at=timezone.now())


@shared_task(autoretry_for=(OperationalError, InterfaceError, InternalError, OSError))
def make_cover_sizes(story_id: str) -> int:
    """Make the smaller pictures of a story's cover; tried again while the storage is away."""
    return covers.make_sizes(UUID(story_id))


@shared_task
def sweep_covers() -> int:
    """Delete covers that were left when nobody could delete them."""
    return covers.sweep_covers(at=timezone.now())


@shared_task
def discard_old_receipts() -> int:
    """Delete idempotency receipts after 30 days."""
    return receipts.discard_old_receipts(at=timezone.now())


@shared_task
def discard_recent_versions() -> int:
    """Delete the texts that were kept for ten minutes only."""
    return thinning.discard_recent(at=timezone.now())


@shared_task
def index_what_changed() -> int:
    """Look what was written lately into the search, so that searches find it done."""
    return index.sweep(since=timezone.now() - index.RECENT)


@shared_task
def index_writer(user_id: str) -> int:
    """Look everything of one writer into the search, who asked for it and did not find it done."""
    return index.sweep(owner_id=UUID(user_id))


@shared_task
def reconcile_the_index() -> int:
    """Look whatever the search does not know, of everybody's, into it."""
    return index.sweep()


@shared_task
def thin_histories() -> int:
    """Keep fewer versions the older they are."""
    return thinning.thin_histories(at=timezone.now())
