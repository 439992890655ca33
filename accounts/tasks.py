"""What the worker does for accounts by the clock."""

from __future__ import annotations

from celery import shared_task

from accounts.sessions import SessionStore


@shared_task
def discard_expired_sessions() -> None:
    """Delete the rows of sessions that have ended by themselves."""
    SessionStore.clear_expired()
