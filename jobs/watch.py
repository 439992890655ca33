"""Beside the work: signs of life, and an eye on whether the work is still wanted.

A thread with a connection of its own, so that neither a long silent step nor a transaction of the
work's hides that it lives, or keeps it from hearing that its owner has stopped it.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

import structlog
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from jobs.changes import same_attempt
from jobs.models import Job
from jobs.work import JobCancelled

LOOK_SECONDS = 0.5
BEAT_SECONDS = 10.0
# Then it counts as stuck: without signs of life it is found as lost.
LONGEST_SECONDS = 3600.0
logger = structlog.get_logger("nexus.background_jobs")


class Watch:
    """Around one attempt at a job; `check` raises JobCancelled once it is not wanted any more."""

    def __init__(self, job: Job) -> None:
        this = Job.objects.filter(pk=job.pk)
        self._mine = this.filter(same_attempt(job))
        self._others = this.filter(~same_attempt(job) | Q(cancel_requested_at__isnull=False))
        self._job_id = str(job.pk)
        self._is_over = threading.Event()
        self._is_unwanted = False
        self._thread = threading.Thread(target=self._run, name="job-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def check(self) -> None:
        if self._is_unwanted:
            raise JobCancelled

    def _run(self) -> None:
        began = beaten = time.monotonic()
        while not self._is_over.wait(LOOK_SECONDS):
            now = time.monotonic()
            is_due = beaten + BEAT_SECONDS <= now < began + LONGEST_SECONDS
            beaten = now if is_due else beaten
            self._look(is_due=is_due)

    def _look(self, *, is_due: bool) -> None:
        try:
            if is_due:
                self._mine.update(alive_at=timezone.now())
            # A job that is gone is noticed by its next progress.
            self._is_unwanted = self._others.exists()
        except DatabaseError as error:
            logger.warning("job_unwatched", job=self._job_id, reason=type(error).__name__)
        finally:
            # Back to the pool: it holds fewer than there are threads.
            connection.close()
