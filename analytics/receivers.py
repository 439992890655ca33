"""What the ledger does when a chapter's text was saved, or a writer's days were changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.signals import writing_day_changed
from analytics import live, redating, services, tasks
from nexus.lib import metrics
from nexus.lib.effects import after_commit
from stories.models import Chapter
from stories.saving import Change
from stories.signals import chapter_saved

# A change dated earlier than this is history being brought in: nobody is watching it happen.
STILL_LIVE = timedelta(hours=1)


def connect() -> None:
    chapter_saved.connect(write_ledger, dispatch_uid="analytics.write_ledger")
    writing_day_changed.connect(begin_today_anew, dispatch_uid="analytics.begin_today_anew")


def write_ledger(
    *, chapter: Chapter, user: User, at: datetime, change: Change, **_sent: Any
) -> None:
    """Record the change in the save's own transaction; tell the other windows after it."""
    recorded = services.record_change(chapter=chapter, user=user, at=at, change=change)
    if at < timezone.now() - STILL_LIVE:
        return
    transaction.on_commit(partial(metrics.WORDS_WRITTEN.inc, recorded.typed), robust=True)
    facts = (user.pk, chapter.story_id, chapter.pk, chapter.word_count, user.day_of(at))
    after_commit(live.publish_counts, *facts, lane="live", key=("counts", chapter.pk))
    for day in recorded.days:
        tasks.roll_up_soon(user.pk, day)


def begin_today_anew(*, user: User, at: datetime, **_sent: Any) -> None:
    redating.redate_today(user, at=at)
