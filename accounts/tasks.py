"""What the worker does for accounts by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts import portraits
from accounts.sessions import SessionStore


@shared_task
def discard_expired_sessions() -> None:
    """Delete the rows of sessions that have ended by themselves."""
    SessionStore.clear_expired()


@shared_task
def sweep_portraits() -> int:
    """Delete portraits that were left when nobody could delete them."""
    return portraits.sweep_portraits(at=timezone.now())
