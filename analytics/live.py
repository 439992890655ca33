"""The counts that a writer's other windows show while she writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from accounts.models import User
from analytics import reports
from nexus.lib.live import Message, publish
from stories.models import Chapter

MOST_WORDS = 10_000_000


def publish_counts(user_id: UUID, story_id: UUID, chapter_id: UUID, words: int) -> None:
    """Send `counts` for the chapter, and the `day`, as they are now."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return
    today = reports.today(user, at=timezone.now())
    publish(user_id, counts(today, story_id, chapter_id, words, story_words(story_id)))
    publish(user_id, day(today))


def story_words(story_id: UUID, *, but: UUID | None = None) -> int:
    """Return the words of a story's chapters, without one of them when `but` is given."""
    live = Chapter.objects.live().filter(story=story_id)
    if but:
        live = live.exclude(pk=but)
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


@dataclass(frozen=True, slots=True)
class Place:
    """A chapter a writer may announce words for."""

    chapter_id: UUID
    story_id: UUID


def place_of(chapter_id: UUID, user_id: UUID) -> Place | None:
    """Return the user's own chapter, or None for anybody else's."""
    own = Chapter.objects.live().filter(pk=chapter_id, story__owner=user_id)
    story_id = own.values_list("story_id", flat=True).first()
    return Place(chapter_id, story_id) if story_id else None


def hint(place: Place, chapter_words: int, words: int) -> Message:
    """Return what another window shows while words are typed that are not saved yet."""
    return {
        "type": "counts",
        "story_id": str(place.story_id),
        "chapter_id": str(place.chapter_id),
        "chapter_words": chapter_words,
        "story_words": words,
    }
