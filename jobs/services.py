"""The life of a job. Every change raises its sequence by one and is told to the owner."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from jobs.letters import tell_finished
from jobs.models import Job
from jobs.work import JobCancelled, JobRefused, Run, work_for
from nexus.lib.effects import after_commit
from nexus.lib.errors import Conflict
from nexus.lib.live import broadcast

MAX_ATTEMPTS = 3
LOST_AFTER = timedelta(minutes=2)
WAITING_LONG = timedelta(seconds=30)
UPLOADS_KEPT = timedelta(days=7)
Status = Job.Status


@transaction.atomic
def enqueue_job(
    owner: User,
    *,
    kind: str,
    title: str = "",
    parameters: dict[str, Any] | None = None,
    upload: File[bytes] | None = None,
) -> Job:
    """Store the wish for some work; it starts once the transaction has committed."""
    job = Job(owner=owner, kind=kind, title=title[:255], parameters=parameters or {})
    if upload is not None:
        job.upload.save(f"{job.pk}", upload, save=False)
    job.save()
    _tell(job)
    _start(job)
    return job


def run_job(job_id: str) -> None:
    """Do the work once; a second delivery of a job that runs or has ended does nothing."""
    job = _claim(job_id)
    if job is None:
        return
    try:
        result = work_for(job.kind)(Run(job, lambda step, steps: note_progress(job, step, steps)))
    except JobCancelled:
        _end(job, Status.CANCELLED)
    except JobRefused as refusal:
        _end(job, Status.FAILED, error=refusal.reason)
    else:
        _end(job, Status.DONE, result=result)


def give_up_or_retry(job_id: str) -> bool:
    """After an unexpected error: put the job back, or declare it dead. True when it goes on."""
    job = Job.objects.get(pk=job_id)
    if job.is_ended:
        return False
    if job.attempts >= MAX_ATTEMPTS:
        _end(job, Status.DEAD, error=_("This did not work, even after several tries."))
        return False
    _move(job, from_status=Status.RUNNING, status=Status.QUEUED)
    return True


def note_progress(job: Job, step: int, steps: int) -> None:
    """Record how far the work is; raise JobCancelled when the owner wants it to stop.

    Told at most once per percent, so that a book of a thousand pieces is not a thousand writes.
    """
    if job.steps == steps and steps and step * 100 // steps == job.step * 100 // steps:
        return
    Job.objects.filter(pk=job.pk).update(
        step=min(step, steps), steps=steps, sequence=F("sequence") + 1, updated_at=timezone.now()
    )
    job.refresh_from_db(fields=["step", "steps", "sequence", "cancel_requested_at"])
    if job.cancel_requested_at is not None:
        raise JobCancelled
    _tell(job)


@transaction.atomic
def cancel_job(job: Job, *, at: datetime) -> Job:
    """Stop a job: at once while it waits, at its next step while it runs."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.is_ended:
        raise Conflict(_("This work has already ended."), code="ended")
    job.cancel_requested_at = job.cancel_requested_at or at
    job.sequence += 1
    if job.status == Status.QUEUED:
        job.status, job.finished_at = Status.CANCELLED, at
    job.save()
    _tell(job)
    return job


@transaction.atomic
def retry_job(job: Job) -> Job:
    """Run a failed job again, from the beginning."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.status not in Job.RETRYABLE:
        message = _("Only work that has failed or was cancelled can be tried again.")
        raise Conflict(message, code="not_ended")
    job.status, job.error, job.attempts, job.step = Status.QUEUED, "", 0, 0
    job.cancel_requested_at = job.finished_at = None
    job.sequence += 1
    job.save()
    _tell(job)
    _start(job)
    return job


def requeue_lost(*, at: datetime) -> int:
    """Send again what waits or stands still: the broker or a worker may have lost it.

    A job that took its worker down three times is declared dead instead.
    """
    lost = list(Job.objects.filter(status=Status.RUNNING, updated_at__lt=at - LOST_AFTER))
    sent = [job for job in lost if give_up_or_retry(str(job.pk))]
    sent += Job.objects.filter(status=Status.QUEUED, updated_at__lt=at - WAITING_LONG)
    for job in sent:
        _start(job)
    return len(sent)


def discard_upload(job: Job) -> None:
    """Forget the file of a job that has no use for it any more; asking twice is harmless."""
    name = job.upload.name
    if not name:
        return
    job.upload.storage.delete(name)
    Job.objects.filter(pk=job.pk).update(upload="")
    job.upload.name = ""


def discard_old_uploads(*, at: datetime) -> int:
    """Forget files that nobody came back for within a week; return how many."""
    old = Job.objects.exclude(upload="").filter(
        status__in=Job.ENDED, updated_at__lt=at - UPLOADS_KEPT
    )
    jobs = list(old)
    for job in jobs:
        discard_upload(job)
    return len(jobs)


def _claim(job_id: str) -> Job | None:
    """Take a waiting job by one conditional UPDATE: two workers can never hold the same one."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, status=Status.QUEUED).update(
        status=Status.RUNNING,
        started_at=now,
        updated_at=now,
        attempts=F("attempts") + 1,
        sequence=F("sequence") + 1,
        step=0,
    )
    if not claimed:
        return None
    job = Job.objects.select_related("owner__preferences").get(pk=job_id)
    _tell(job)
    return job


def _end(job: Job, status: Job.Status, **values: Any) -> None:
    if "error" in values:
        values["error"] = values["error"][:500]
    now = timezone.now()
    if _move(job, from_status=Status.RUNNING, status=status, finished_at=now, **values):
        after_commit(tell_finished, str(job.pk), lane="mail")


def _move(job: Job, *, from_status: Job.Status, **values: Any) -> bool:
    moved = Job.objects.filter(pk=job.pk, status=from_status).update(
        sequence=F("sequence") + 1, updated_at=timezone.now(), **values
    )
    if moved:
        job.refresh_from_db()
        _tell(job)
    return bool(moved)


def _tell(job: Job) -> None:
    broadcast(
        job.owner_id,
        {"type": "job", "id": str(job.pk), "status": job.status, "progress": job.percent},
    )


def _start(job: Job) -> None:
    from jobs.tasks import run

    after_commit(run.delay, str(job.pk))
