"""Jobs as people see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from jobs.models import Job

KINDS = {
    "import.read": _("Reading a book"),
    "import.write": _("Importing a book"),
}
LIVE = (Job.Status.QUEUED, Job.Status.RUNNING)
AGAIN = (Job.Status.FAILED, Job.Status.DEAD, Job.Status.CANCELLED)


@dataclass(frozen=True)
class JobCard:
    """What a page shows of a job; `percent` is 0 to 100."""

    id: str
    kind: str
    kind_label: str
    title: str
    status: str
    status_label: str
    percent: int
    is_live: bool
    can_retry: bool
    error: str
    result: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None


def describe(job: Job) -> JobCard:
    """Return the job ready for a template."""
    return JobCard(
        id=str(job.pk),
        kind=job.kind,
        kind_label=str(KINDS.get(job.kind, job.kind)),
        title=job.title,
        status=job.status,
        status_label=str(Job.Status(job.status).label),
        percent=job.percent,
        is_live=job.status in LIVE,
        can_retry=job.status in AGAIN,
        error=job.error,
        result=job.result or {},
        created_at=job.created_at,
        finished_at=job.finished_at,
    )
