"""A letter to a writer who wants to know that her work is done: its name and a link, no prose."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.models import Job

WORTH_A_LETTER = frozenset({Job.Status.DONE, Job.Status.FAILED, Job.Status.DEAD})


def tell_finished(job_id: str) -> None:
    """Send the letter, when the job has ended by itself and its owner asked for letters."""
    wanted = Job.objects.filter(owner__preferences__mail_finished_jobs=True)
    job = wanted.filter(pk=job_id, owner__is_active=True).select_related("owner").first()
    if job is None or job.status not in WORTH_A_LETTER:
        return
    is_done = job.status == Job.Status.DONE
    subject = _("Done: %(title)s") if is_done else _("This did not work: %(title)s")
    address = settings.SITE_URL + reverse("jobs:detail", args=[job.pk])
    # A file may be called anything, and a line break in a subject is refused.
    title = " ".join(job.title.split())
    body = _("“%(title)s” has ended. See what became of it:\n%(address)s\n")
    send_mail(
        subject % {"title": title},
        body % {"title": title, "address": address},
        None,
        [job.owner.email],
    )
