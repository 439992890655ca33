"""Changing a job: its row, its next sequence and the update that watchers read are one commit."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from jobs.models import Job, JobUpdate
from nexus.lib.live import broadcast

# What a change may move. Neither wish nor result: they can be long.
MOVING = (
    "status",
    "step",
    "steps",
    "sequence",
    "error",
    "attempts",
    "cancel_requested_at",
    "updated_at",
    "started_at",
    "finished_at",
    "retry_at",
)


def change(job: Job, *, only: Q | None = None, **values: Any) -> bool:
    """Change a job that still is as `only` says; return whether it was.

    The row's lock puts changes of several processes in one order, that of their sequences.
    """
    found = Job.objects.filter(only or Q(), pk=job.pk)
    with transaction.atomic():
        is_changed = found.update(sequence=F("sequence") + 1, updated_at=timezone.now(), **values)
        if is_changed:
            job.refresh_from_db(fields=MOVING)
            record(job)
    return bool(is_changed)


def record(job: Job) -> None:
    """Keep what the job is now under its sequence, and tell its owner's open pages."""
    update_of(job).save(force_insert=True)
    broadcast(
        job.owner_id,
        {"type": "job", "id": str(job.pk), "status": job.status, "progress": job.percent},
    )


def update_of(job: Job) -> JobUpdate:
    return JobUpdate(
        job=job,
        sequence=job.sequence,
        status=job.status,
        is_pausing=job.retry_at is not None,
        step=job.step,
        steps=job.steps,
        error=job.error,
        at=job.updated_at,
    )


def same_attempt(job: Job) -> Q:
    """Match the job while it is this attempt that works on it.

    One thought lost may go on: whatever it does then is no longer the job's.
    """
    return Q(status=Job.Status.RUNNING, started_at=job.started_at)
