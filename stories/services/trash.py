"""The end of what has been in the trash for long enough."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nexus.lib.effects import after_commit
from stories.covers import discard_covers
from stories.models import KEPT_IN_TRASH, Chapter, Story


@transaction.atomic
def purge_trash(*, at: datetime) -> dict[str, int]:
    """Delete for good what was put away more than 30 days before `at`; return how many."""
    before = at - KEPT_IN_TRASH
    due = Story.objects.filter(trashed_at__lt=before)
    if names := list(due.exclude(cover="").values_list("cover", flat=True)):
        after_commit(discard_covers, names)
    stories, _per_model = due.delete()
    chapters, _per_model = Chapter.objects.filter(trashed_at__lt=before).delete()
    return {"stories": stories, "chapters": chapters}
