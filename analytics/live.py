"""The counts that a writer's other windows show while she writes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from analytics import reports
from nexus.lib.live import Message, publish
from stories.models import Chapter


def publish_counts(user_id: UUID, story_id: UUID, chapter_id: UUID, words: int) -> None:
    """Send `counts` for the chapter, and the `day`, as they are now."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return
    today = reports.today(user, at=timezone.now())
    publish(user_id, counts(today, story_id, chapter_id, words, story_words(story_id)))
    publish(user_id, day(today))


def story_words(story_id: UUID) -> int:
    live = Chapter.objects.live().filter(story=story_id)
    return live.aggregate(words=Sum("word_count"))["words"] or 0


def counts(
    today: reports.Today, story_id: UUID, chapter_id: UUID, chapter_words: int, words: int
) -> Message:
    return {
        "type": "counts",
        "story_id": str(story_id),
        "chapter_id": str(chapter_id),
        "chapter_words": chapter_words,
        "story_words": words,
        "today_words": today.words,
        "goal": today.goal,
    }


def day(today: reports.Today) -> dict[str, Any]:
    return {
        "type": "day",
        "day": today.day.isoformat(),
        "words": today.words,
        "goal": today.goal,
        "percent": today.percent,
        "remaining": today.remaining,
        "minutes": today.minutes,
        "sessions": today.sessions,
    }
