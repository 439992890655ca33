"""The life of a job. Every change raises its sequence by one and is told to the owner."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from jobs.changes import change, record, same_attempt
from jobs.letters import tell_finished
from jobs.models import Job, JobUpdate
from jobs.quotas import refuse_too_much
from jobs.reasons import safe_reason
from jobs.watch import Watch
from jobs.work import JobCancelled, JobRefused, Run, work_for
from nexus.lib.effects import after_commit
from nexus.lib.errors import Conflict
from nexus.lib.failpoints import hit
from nexus.lib.storage import StorageFault, refusing_faults, said

MAX_ATTEMPTS = 4
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=4), timedelta(minutes=5)
# Four signs of life that did not come; a worker that was only slow loses an attempt, no more.
LOST_AFTER = timedelta(seconds=40)
LOST = f"No sign of life for {LOST_AFTER.seconds} s: its worker was killed, or stood still"
WAITING_LONG = timedelta(seconds=30)
# Seconds on top of a pause: a delivery that comes before its end is refused.
EARLY = 0.5
UPLOADS_KEPT = timedelta(days=7)
UPDATES_KEPT = timedelta(days=7)
JOBS_KEPT = timedelta(days=90)
Status = Job.Status
UNTRIED: dict[str, Any] = {
    "error": "",
    "reason": "",
    "attempts": 0,
    "step": 0,
    "steps": 0,
    "cancel_requested_at": None,
    "finished_at": None,
    "retry_at": None,
}


@transaction.atomic
def enqueue_job(
    owner: User,
    *,
    kind: str,
    title: str = "",
    parameters: dict[str, Any] | None = None,
    upload: File[bytes] | None = None,
) -> Job:
    """Store the wish for some work; it starts once the transaction has committed.

    Raises TooMany or Conflict `storage_full` where the writer has too much under way or kept, Busy
    when the upload cannot be kept just now.
    """
    job = Job(owner=owner, kind=kind, title=title[:255], parameters=parameters or {})
    refuse_too_much(owner, more=upload.size if upload else 0)
    if upload is not None:
        with refusing_faults():
            job.upload.save(f"{job.pk}", upload, save=False)
        job.upload_size = upload.size
    job.save()
    record(job)
    _start(job)
    return job


def run_job(job_id: str) -> None:
    """Do the work once; a second delivery of a job that runs or has ended does nothing.

    What breaks unexpectedly is tried again after a pause, a few times, and raised for the log.
    """
    job = _claim(job_id)
    if job is None:
        return
    try:
        result = _work(job)
    except JobCancelled:
        _end(job, Status.CANCELLED)
    except JobRefused as refusal:
        _end(job, Status.FAILED, error=refusal.reason, reason=safe_reason(refusal))
    except Exception as error:
        told = said(error) if isinstance(error, StorageFault) else ""
        pause = pause_after(job.attempts)
        _try_again_or_give_up(job, reason=safe_reason(error), pause=pause, told=told)
        raise
    else:
        hit("job-worked")
        _end(job, Status.DONE, result=result)


def pause_after(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 4 s doubled each time, at most 5 min.

    Between half and all of that, by chance, so that what broke together is not tried together.
    """
    longest = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - no secret


def note_progress(job: Job, step: int, steps: int) -> None:
    """Record how far the work is; raise JobCancelled when it is not wanted any more.

    Told at most once per percent, so that a book of a thousand pieces is not a thousand writes, and
    never backwards within an attempt.
    """
    step = min(step, steps)
    if job.steps and steps and step * 100 // steps <= job.step * 100 // job.steps:
        return
    is_ours = change(job, only=same_attempt(job), step=step, steps=steps)
    hit("job-progress")
    if not is_ours or job.cancel_requested_at is not None:
        raise JobCancelled


@transaction.atomic
def cancel_job(job: Job, *, at: datetime) -> Job:
    """Stop a job: at once while it waits, within moments while it runs."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.is_ended:
        raise Conflict(_("This work has already ended."), code="ended")
    if job.status == Status.QUEUED:
        change(job, status=Status.CANCELLED, cancel_requested_at=at, finished_at=at, retry_at=None)
    elif job.cancel_requested_at is None:
        change(job, cancel_requested_at=at)
    return job


@transaction.atomic
def retry_job(job: Job) -> Job:
    """Run a failed job again, from the beginning."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.status not in Job.RETRYABLE:
        message = _("Only work that has failed or was cancelled can be tried again.")
        raise Conflict(message, code="not_ended")
    refuse_too_much(job.owner)
    change(job, status=Status.QUEUED, **UNTRIED)
    _start(job)
    return job


def requeue_lost(*, at: datetime) -> int:
    """Send again what waits or stands still: the broker or a worker may have lost it.

    A job that took its worker down four times is declared dead instead.
    """
    long_ago = at - LOST_AFTER
    silent = Q(alive_at__isnull=True) | Q(alive_at__lt=long_ago)
    lost = list(Job.objects.filter(silent, status=Status.RUNNING, updated_at__lt=long_ago))
    sent = sum(_try_again_or_give_up(job, reason=LOST) for job in lost)
    due = Q(retry_at__isnull=True) | Q(retry_at__lt=at - WAITING_LONG)
    for job in Job.objects.filter(due, status=Status.QUEUED, updated_at__lt=at - WAITING_LONG):
        _start(job)
        sent += 1
    return sent


def discard_upload(job: Job) -> None:
    """Forget the file of a job that has no use for it any more; asking twice is harmless."""
    name = job.upload.name
    if not name:
        return
    job.upload.storage.delete(name)
    Job.objects.filter(pk=job.pk).update(upload="", upload_size=0)
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


def discard_old_jobs(*, at: datetime) -> int:
    """Forget jobs that ended ninety days ago, with their files; return how many.

    What they were at each of their changes is forgotten a week after the end.
    """
    ended = Job.objects.filter(status__in=Job.ENDED)
    JobUpdate.objects.filter(job__in=ended, at__lt=at - UPDATES_KEPT).delete()
    old = list(ended.filter(updated_at__lt=at - JOBS_KEPT))
    for job in old:
        discard_upload(job)
    ended.filter(pk__in=[job.pk for job in old]).delete()
    return len(old)


def _claim(job_id: str) -> Job | None:
    """Take a waiting job by one conditional UPDATE: two workers can never hold the same one."""
    now = timezone.now()
    waiting = Q(status=Status.QUEUED) & (Q(retry_at__isnull=True) | Q(retry_at__lte=now))
    job = Job.objects.select_related("owner__preferences").filter(pk=job_id).first()
    if job is None:
        return None
    begun = {"started_at": now, "attempts": F("attempts") + 1, "step": 0, "steps": 0}
    is_ours = change(job, only=waiting, status=Status.RUNNING, retry_at=None, **begun)
    return job if is_ours else None


def _work(job: Job) -> dict[str, Any]:
    with Watch(job) as watch:

        def progress(step: int, steps: int) -> None:
            watch.check()
            note_progress(job, step, steps)

        return work_for(job.kind)(Run(job, progress, watch.check))


def _try_again_or_give_up(
    job: Job, *, reason: str, pause: timedelta = timedelta(0), told: str = ""
) -> bool:
    """Put a job back that broke or was lost, or declare it dead; return whether it goes on.

    `told` is what its owner reads in the end, instead of that it did not work.
    """
    if job.cancel_requested_at is not None:
        _end(job, Status.CANCELLED, reason=reason)
        return False
    if job.attempts >= MAX_ATTEMPTS:
        message = told or _("This did not work, even after several tries.")
        _end(job, Status.DEAD, error=message, reason=reason)
        return False
    again = {"status": Status.QUEUED, "reason": reason}
    retry_at = timezone.now() + pause if pause else None
    is_ours = change(job, only=same_attempt(job), retry_at=retry_at, **again)
    if is_ours:
        _start(job, pause)
    return is_ours


def _end(job: Job, status: Job.Status, **values: Any) -> None:
    if "error" in values:
        values["error"] = values["error"][:500]
    now = timezone.now()
    if change(job, only=same_attempt(job), status=status, finished_at=now, **values):
        after_commit(tell_finished, str(job.pk), lane="mail")


def _start(job: Job, pause: timedelta = timedelta(0)) -> None:
    after_commit(_send, str(job.pk), pause.total_seconds())


def _send(job_id: str, seconds: float) -> None:
    from jobs.tasks import run

    run.apply_async(args=[job_id], countdown=seconds + EARLY if seconds else None)
