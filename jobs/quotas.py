"""How much one writer may have under way and kept, so that nobody fills the queue or the disk."""

from __future__ import annotations

from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from jobs.models import Job
from nexus.lib.errors import Conflict, TooMany

MAX_IN_HAND = 20
# Half a minute sees the end of most work.
WAIT_SECONDS = 30
MAX_STORED_BYTES = 2 * 1024**3


def refuse_too_much(owner: User, *, more: int = 0) -> None:
    """Refuse one more job that brings a file of `more` bytes; within a transaction.

    Raises TooMany while twenty jobs wait or run, Conflict `storage_full` where the files that jobs
    keep for the writer would come to more than 2 GiB.
    """
    # Two requests at once must not both be the last that fits.
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    own = Job.objects.visible_to(owner)
    if own.exclude(status__in=Job.ENDED).count() >= MAX_IN_HAND:
        message = _("Twenty pieces of work are waiting for you already. Please let some finish.")
        raise TooMany(message, wait=WAIT_SECONDS, limit=MAX_IN_HAND)
    kept = own.exclude(upload="").aggregate(size=Sum("upload_size", default=0))
    if kept["size"] + more > MAX_STORED_BYTES:
        message = _(
            "The files kept for you take 2 GB, which is all there is room for."
            " Each goes after a week."
        )
        raise Conflict(message, code="storage_full")
