"""What a page shows of a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.files import is_download, is_ready
from jobs.models import Job
from jobs.work import Shown, kind_of
from nexus.lib.wording import ago

Status = Job.Status


@dataclass(frozen=True)
class JobCard:
    """One line about a job; `percent` is 0 to 100."""

    id: str
    url: str
    title: str
    kind_label: str
    status: str
    status_label: str
    percent: int
    step_label: str
    created: str
    error: str
    is_active: bool
    can_cancel: bool
    can_retry: bool


@dataclass(frozen=True)
class JobRow(JobCard):
    """A line of the list: with its file, where one is kept; `file_kind` is `EPUB`, say."""

    download_url: str
    file_kind: str


@dataclass(frozen=True)
class JobPage(JobCard):
    """All of a job: what happens now, and what came out."""

    sentence: str
    can_apply: bool
    result_url: str
    result_label: str
    instead_url: str
    instead_label: str
    preview: dict[str, Any] | None


def job_card(job: Job, *, now: datetime) -> JobCard:
    return JobCard(**_card(job, now))


def job_row(job: Job, *, now: datetime) -> JobRow:
    is_file = is_download(job) and is_ready(job, at=now)
    return JobRow(
        **_card(job, now),
        download_url=_shown(job).result_url if is_file else "",
        file_kind=PurePath(str(job.upload.name)).suffix[1:].upper() if is_file else "",
    )


def job_page(job: Job, *, now: datetime) -> JobPage:
    shown = _shown(job)
    instead_url, instead_label = _instead(job)
    return JobPage(
        **_card(job, now),
        sentence=str(_sentence(job, shown)),
        can_apply=shown.can_apply,
        result_url=shown.result_url,
        result_label=str(shown.result_label),
        instead_url=instead_url,
        instead_label=instead_label,
        preview=shown.preview,
    )


def waits_to_be_applied(job: Job) -> bool:
    """Say whether a job is done and its owner has yet to decide about what it found."""
    return _shown(job).can_apply


def _card(job: Job, now: datetime) -> dict[str, Any]:
    kind = kind_of(job)
    return {
        "id": str(job.pk),
        "url": reverse("jobs:detail", args=[job.pk]),
        "title": job.title,
        "kind_label": str(kind.label if kind else job.kind),
        "status": job.status,
        "status_label": str(Status(job.status).label),
        "percent": job.percent,
        "step_label": _step_label(job),
        "created": ago(job.created_at, now=now),
        "error": job.error,
        "is_active": not job.is_ended,
        "can_cancel": not job.is_ended and job.cancel_requested_at is None,
        "can_retry": job.status in Job.RETRYABLE,
    }


def _step_label(job: Job) -> str:
    """Say how far running work is: in the unit of its kind, or in percent."""
    kind = kind_of(job)
    if job.status != Status.RUNNING or kind is None:
        return ""
    if not kind.unit:
        return f"{job.percent}%"
    return str(kind.unit) % {"step": job.step, "steps": job.steps} if job.steps else ""


def _shown(job: Job) -> Shown:
    kind = kind_of(job)
    return kind.show(job) if kind and job.status == Status.DONE else Shown()


def _instead(job: Job) -> tuple[str, str]:
    """Return where a refused wish had better be made anew, and what to call it."""
    kind = kind_of(job)
    if job.status != Status.FAILED or kind is None or kind.instead is None:
        return "", ""
    name, label = kind.instead
    return reverse(name), str(label)


def _sentence(job: Job, shown: Shown) -> object:
    if job.status == Status.DONE:
        return shown.sentence or _("This is done.")
    if job.error:
        return job.error
    if not job.is_ended and job.cancel_requested_at is not None:
        return _("This is being stopped.")
    if job.status == Status.QUEUED and job.retry_at is not None:
        return _("This did not work just now. It is tried again by itself in a moment.")
    return {
        Status.QUEUED: _("This begins in a moment. You can leave the page and write."),
        Status.RUNNING: _("This goes on while you write; you can leave the page."),
        Status.CANCELLED: _("You stopped this. Nothing was changed."),
    }.get(Status(job.status), _("This did not work. Nothing was changed."))
