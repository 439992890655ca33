"""The worker's side of jobs."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from jobs import services


# A job keeps its own account of what broke and is tried again by it, not by Celery's.
@shared_task(autoretry_for=())
def run(job_id: str) -> None:
    """Run one job."""
    services.run_job(job_id)


@shared_task
def requeue_lost_jobs() -> int:
    """Heal what a lost broker or a killed worker left behind."""
    return services.requeue_lost(at=timezone.now())


@shared_task
def discard_old_uploads() -> int:
    """Forget uploaded books that nobody finished importing."""
    return services.discard_old_uploads(at=timezone.now())


@shared_task
def discard_old_jobs() -> int:
    """Forget work that ended long ago."""
    return services.discard_old_jobs(at=timezone.now())
