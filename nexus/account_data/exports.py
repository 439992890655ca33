"""“Download everything”: asking for the archive, making it in the background, handing it out."""

from __future__ import annotations

import tempfile
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import limits
from accounts.models import User
from jobs.files import expires_at, in_hand, is_ready, keep_file, with_file
from jobs.models import Job
from jobs.services import discard_upload, enqueue_job
from jobs.work import JobRefused, Run, Shown, register_work
from nexus.account_data.everything import write_everything
from nexus.lib.errors import Conflict
from stories.imports import MAX_FILE_BYTES

KIND = "account.export"
# So that nobody fills the disk: each archive holds all of a person's work, for a week.
MAX_KEPT = 5


@transaction.atomic
def start_export(owner: User) -> Job:
    """Have the archive made; while one is being made, that one is the answer.

    Raises TooMany when asked too often, Conflict `enough_exports` while five are still kept.
    """
    # Two requests at once must not begin two.
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if job := in_hand(exports_of(owner)).first():
        return job
    limits.data_request(owner)
    _refuse_too_many(owner)
    return enqueue_job(owner, kind=KIND, title=_("Everything of yours"))


def exports_of(owner: User) -> QuerySet[Job]:
    return Job.objects.visible_to(owner).filter(kind=KIND).newest_first()


def download_name(job: Job) -> str:
    day = job.finished_at or job.created_at
    return f"nexus-{slugify(job.owner.username) or 'archive'}-{day:%Y-%m-%d}.zip"


def show_export(job: Job) -> Shown:
    """Say on the job's page what came out, and where to get it."""
    end = expires_at(job)
    if end is None or not is_ready(job, at=timezone.now()):
        return Shown(sentence=_("This archive was kept for a week and is gone."))
    until = date_format(timezone.localtime(end), "j F Y, H:i")
    sentence = _("Everything of yours is in one file. It is kept here until %s.") % until
    if (job.result or {}).get("bytes", 0) > MAX_FILE_BYTES:
        sentence += " " + _(
            "It is larger than what Import takes; whoever looks after a studio can bring it back."
        )
    return Shown(
        sentence=sentence,
        result_url=reverse("account_export", args=[job.pk]),
        result_label=_("Download it"),
    )


@register_work(
    KIND,
    label=gettext_lazy("Download everything"),
    show=show_export,
)
def make_export(run: Run) -> dict[str, Any]:
    """Write the archive beside the storage, then put it there whole."""
    # An attempt whose worker was killed may have left one.
    discard_upload(run.job)
    try:
        _refuse_too_many(run.job.owner)
    except Conflict as refusal:
        raise JobRefused(refusal.detail) from refusal
    with tempfile.TemporaryFile() as file:
        counts = write_everything(
            file, run.job.owner, at=timezone.now(), progress=run.progress, check=run.check
        )
        size = file.tell()
        file.seek(0)
        keep_file(run.job, file, suffix=".zip")
    return counts | {"bytes": size}


def _refuse_too_many(owner: User) -> None:
    if with_file(exports_of(owner)).count() >= MAX_KEPT:
        message = _("Five archives are kept for you already. Please download one of them.")
        raise Conflict(message, code="enough_exports")
