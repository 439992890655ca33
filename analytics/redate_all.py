"""Applying the writing day to the past: every session a writer has, dated by her settings of now.

Never done unasked. It goes through the sessions in pieces, each whole in itself: stopped or lost
half-way, what is done stays and is right, and beginning again changes only what is left.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from analytics.models import WritingSession
from analytics.redating import redate
from jobs.models import Job
from jobs.services import enqueue_job
from jobs.work import JobRefused, Run, Shown, register_work

KIND = "ledger.redate"
# A piece holds its sessions' rows; a save that needs one of them waits no longer than this takes.
PIECE = 50


@transaction.atomic
def apply_to_past(user: User) -> Job:
    """Have all of the writer's days counted anew; the job under way, if there is one."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    under_way = Job.objects.filter(owner=user, kind=KIND).exclude(status__in=Job.ENDED)
    job = under_way.filter(parameters=_settings(user), cancel_requested_at__isnull=True).first()
    return job or enqueue_job(user, kind=KIND, title=_("Earlier days"), parameters=_settings(user))


def show_days(job: Job) -> Shown:
    """Say how much came to lie on another day."""
    moved = (job.result or {}).get("days", 0)
    if not moved:
        return Shown(sentence=_("All of your days were as they should be."))
    sentence = ngettext("%(days)d day was counted anew.", "%(days)d days were counted anew.", moved)
    return Shown(sentence=sentence % {"days": moved})


@register_work(
    KIND,
    label=gettext_lazy("Counting earlier days anew"),
    unit=gettext_lazy("%(step)s of %(steps)s sessions"),
    show=show_days,
)
def redate_all(run: Run) -> dict[str, Any]:
    """Date every session by the settings the job was started with."""
    own = WritingSession.objects.filter(user=run.job.owner_id)
    total, done, sessions, days = own.count(), 0, 0, 0
    last: UUID | None = None
    while True:
        piece, last, found = _redate_piece(run.job, last)
        if not found:
            return {"sessions": sessions, "days": days}
        done, sessions, days = done + found, sessions + piece[0], days + piece[1]
        run.progress(min(done, total), total)


@transaction.atomic
def _redate_piece(job: Job, after: UUID | None) -> tuple[tuple[int, int], UUID | None, int]:
    """Date the next sessions; return what changed, the last of them, and how many there were."""
    user = User.objects.get(pk=job.owner_id)
    if _settings(user) != job.parameters:
        raise JobRefused(_("Your writing day was changed meanwhile. Please start again."))
    rows = WritingSession.objects.select_for_update(no_key=True).filter(user=user)
    if after:
        rows = rows.filter(pk__gt=after)
    piece = list(rows.order_by("pk")[:PIECE])
    changed = redate(user, piece, at=timezone.now())
    return changed, piece[-1].pk if piece else None, len(piece)


def _settings(user: User) -> dict[str, Any]:
    return {"time_zone": user.time_zone, "day_end_hour": user.day_end_hour}
