"""The worker's side of jobs."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.utils import timezone

from jobs import services

log = structlog.get_logger(__name__)
RETRY_SECONDS = 5


@shared_task
def run(job_id: str) -> None:
    """Run one job. An unexpected error is logged, and the job tried again or declared dead."""
    try:
        services.run_job(job_id)
    except Exception:
        log.exception("job_broke", job_id=job_id)
        if services.give_up_or_retry(job_id):
            run.apply_async(args=[job_id], countdown=RETRY_SECONDS)


@shared_task
def requeue_lost_jobs() -> int:
    """Heal what a lost broker or a killed worker left behind."""
    return services.requeue_lost(at=timezone.now())


@shared_task
def discard_old_uploads() -> int:
    """Forget uploaded books that nobody finished importing."""
    return services.discard_old_uploads(at=timezone.now())
