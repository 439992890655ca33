"""Files that jobs make: kept for a week under a name nobody can guess, for their owner alone."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils.translation import gettext as _

from jobs.models import Job
from jobs.services import UPLOADS_KEPT, discard_upload
from jobs.work import JobCancelled
from nexus.lib.errors import Conflict, DomainError
from nexus.lib.failpoints import hit
from nexus.lib.storage import refusing_faults

KEPT = UPLOADS_KEPT
FOLDER = "exports/"
IN_HAND = (Job.Status.QUEUED, Job.Status.RUNNING)


class Gone(DomainError):
    """It was here, and its time is over."""

    status, code = 410, "expired"


def in_hand(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return those that wait or run, and that nobody has stopped."""
    return jobs.filter(status__in=IN_HAND, cancel_requested_at__isnull=True)


def with_file(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Return those whose file is kept."""
    return jobs.filter(status=Job.Status.DONE).exclude(upload="")


def expires_at(job: Job) -> datetime | None:
    """Return until when a finished job's file is handed out."""
    return job.finished_at + KEPT if job.finished_at else None


def is_ready(job: Job, *, at: datetime) -> bool:
    end = expires_at(job)
    is_done = job.status == Job.Status.DONE and bool(job.upload)
    return is_done and end is not None and at < end


def is_download(job: Job) -> bool:
    """Say whether a job's file was made by it, for its owner to take."""
    return str(job.upload.name).startswith(FOLDER)


def open_file(job: Job, *, at: datetime) -> File[bytes]:
    """Open a finished file.

    Conflict `not_ready` before it is, Gone once it is not kept, Busy while it cannot be fetched.
    """
    if job.status != Job.Status.DONE:
        raise Conflict(_("This file is not ready."), code="not_ready")
    over = Gone(_("This file was kept for a week and is gone. Please ask for a new one."))
    if not is_ready(job, at=at):
        raise over
    try:
        with refusing_faults():
            return default_storage.open(str(job.upload.name))
    except FileNotFoundError as error:
        raise over from error


@contextmanager
def on_disk(job: Job) -> Iterator[Path]:
    """Lend a job's upload as a file of this machine; FileNotFoundError when it is not kept."""
    with default_storage.open(str(job.upload.name)) as stored:
        if isinstance(default_storage, FileSystemStorage):
            yield Path(str(stored.name))
            return
        with tempfile.NamedTemporaryFile() as copy:
            copyfileobj(stored, copy)
            copy.flush()
            yield Path(copy.name)


def file_response(job: Job, *, name: str, content_type: str, at: datetime) -> FileResponse:
    """Answer with the file as an attachment, piece by piece; raise Conflict or Gone."""
    file = open_file(job, at=at)
    # However slowly it is downloaded: none of the few connections waits for its end.
    if not connection.in_atomic_block:
        connection.close()
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type)


def keep_file(job: Job, file: IO[bytes], *, suffix: str) -> None:
    """Put a file into the storage; raise JobCancelled when its owner does not want it any more.

    The job knows the name first: whatever breaks afterwards, the file is found and discarded.
    """
    name = f"{FOLDER}{secrets.token_urlsafe(32)}{suffix}"
    # An attempt that was thought lost, and goes on, must not touch the file of the one after it.
    wanted = Job.objects.filter(
        pk=job.pk, cancel_requested_at__isnull=True, started_at=job.started_at
    )
    job.upload.name = name
    kept = File(file)
    try:
        is_known = wanted.update(upload=name, upload_size=kept.size)
        is_wanted = is_known and default_storage.save(name, kept)
        hit("job-file-kept")
        if not is_wanted or not wanted.exists():
            raise JobCancelled
    except BaseException:
        discard_upload(job)
        raise
