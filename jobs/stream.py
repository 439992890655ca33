"""What `/ws/tasks/{job_id}` says of a job, read from the updates that are kept with it.

The words of the wire are fewer than ours:

| wire         | ours                                                                    |
|--------------|-------------------------------------------------------------------------|
| `pending`    | waiting, between two tries, until its pause is over                     |
| `queued`     | waiting for a worker                                                    |
| `processing` | running, also while it is being stopped                                 |
| `completed`  | done                                                                    |
| `failed`     | failed, dead (given up after several tries), cancelled; `error` says it |

`prompt` is null, or `apply` where a finished reading waits to be put on the shelf. `parameters` is
the wish as it was made, with how far it is: `progress` in percent, `step` and `steps`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from jobs.changes import update_of
from jobs.models import Job, JobUpdate
from jobs.reports import waits_to_be_applied

Frame = dict[str, Any]
Status = Job.Status
WORDS = {
    Status.QUEUED: "queued",
    Status.RUNNING: "processing",
    Status.DONE: "completed",
    Status.FAILED: "failed",
    Status.DEAD: "failed",
    Status.CANCELLED: "failed",
}


def snapshot(job_id: UUID, user_id: UUID, *, after: int | None = None) -> Frame | None:
    """Return what a job is, or was at the sequence `after`, so that all later ones can follow.

    None when the job is not this person's, or is none at all. Where that moment is not kept any
    more, or was an end that a retry has undone, it is what the job is now.
    """
    job = Job.objects.filter(pk=job_id, owner=user_id).first()
    if job is None:
        return None
    asked = None
    if after is not None:
        asked = job.updates.filter(sequence=after).exclude(status__in=Job.ENDED).first()
    return _frame("snapshot", job, asked or update_of(job))


def news(job_id: UUID, *, after: int) -> list[Frame]:
    """Return an update for every change since, in order."""
    updates = list(JobUpdate.objects.filter(job=job_id, sequence__gt=after).order_by("sequence"))
    # Read after them: it is at least as new.
    job = Job.objects.filter(pk=job_id).first() if updates else None
    return [_frame("update", job, update) for update in updates] if job else []


def is_there(job_id: UUID) -> bool:
    return Job.objects.filter(pk=job_id).exists()


def _frame(kind: str, job: Job, update: JobUpdate) -> Frame:
    seen = Job(status=update.status, step=update.step, steps=update.steps)
    progress = {"progress": seen.percent, "step": update.step, "steps": update.steps}
    return {
        "type": kind,
        "task_id": str(job.pk),
        "sequence": update.sequence,
        "status": "pending" if update.is_pausing else WORDS[Status(update.status)],
        "terminal": seen.is_ended,
        "error": _error(update),
        "prompt": "apply" if seen.status == Status.DONE and waits_to_be_applied(job) else None,
        "parameters": job.parameters | progress,
        "created_at": moment(job.created_at),
        "updated_at": moment(update.at),
    }


def _error(update: JobUpdate) -> str | None:
    if update.status == Status.CANCELLED:
        return _("You stopped this. Nothing was changed.")
    return update.error or None


def moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
