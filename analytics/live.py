"""The counts that a writer's other windows show while she writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from analytics import reports
from nexus.lib.live import Message, gather
from stories.models import Chapter

MOST_WORDS = 10_000_000
# What `reports.today` and `story_words` say of the day a save belongs to, in one statement: it runs
# after every save, beside the next one.
COUNTS = """
    SELECT coalesce(sum(typed), 0), coalesce(sum(applied), 0), coalesce(sum(active_seconds), 0),
        count(*),
        (
            SELECT sum(quota) FROM stories_target AS target
            JOIN stories_story AS story ON story.id = target.story_id
            WHERE story.owner_id = %(user)s AND story.trashed_at IS NULL
                AND frequency = 'Daily' AND %(day)s BETWEEN from_date AND to_date
        ),
        (
            SELECT coalesce(sum(word_count), 0) FROM stories_chapter AS chapter
            JOIN stories_story AS story ON story.id = chapter.story_id
            WHERE story.id = %(story)s AND story.trashed_at IS NULL AND chapter.trashed_at IS NULL
        )
    FROM analytics_writingsession WHERE user_id = %(user)s AND day = %(day)s
"""


def publish_counts(
    user_id: UUID, story_id: UUID, chapter_id: UUID, words: int, today: date
) -> None:
    """Send `counts` for the chapter, and the `day`, as they are now."""
    so_far, in_story = read_counts(user_id, story_id, today)
    gather(user_id, counts(so_far, story_id, chapter_id, words, in_story), day(so_far))


def read_counts(user_id: UUID, story_id: UUID, today: date) -> tuple[reports.Today, int]:
    """Return the writer's day so far, and the words of a story."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, {"user": user_id, "story": story_id, "day": today})
        typed, applied, seconds, sessions, goal, words = cursor.fetchone()
    figures = reports.Figures(
        typed=typed, applied=applied, active_seconds=seconds, sessions=sessions
    )
    return reports.Today(today, figures.words_written, goal, figures), words


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
