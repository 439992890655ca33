"""The worker's side of jobs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from celery import Task, shared_task
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from jobs import services

RETRY_SECONDS = 5


class JobTask(Task):
    """Tries a job again that broke unexpectedly, or declares it dead: nobody waits for ever."""

    def on_failure(self, error: Exception, task_id: str, args: Any, *rest: Any) -> None:
        """Hear from Celery that the task raised; Celery has logged it.

        Without a database nothing can be noted: the job is found again as lost.
        """
        with suppress(OperationalError, InterfaceError):
            self._try_again_or_give_up(args)

    def _try_again_or_give_up(self, args: Any) -> None:
        if services.give_up_or_retry(args[0]):
            self.apply_async(args=list(args), countdown=RETRY_SECONDS)


@shared_task(base=JobTask)
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
