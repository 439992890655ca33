"""What search looks things up in."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from stories.models.book import Chapter, Story

# No text has so many stretches.
NOTES = 1_000_000


class SearchEntry(models.Model):
    """What search looks up of a chapter or of a story: its title (0), or a stretch of its text.

    From NOTES on it is a stretch of what stands beside the text: the synopsis and the notes.

    Derived: `stamp` says from what, and whatever differs from the chapter as it is, is made anew.
    """

    # Found by the indexes of the constraints.
    chapter = models.ForeignKey(
        Chapter, models.CASCADE, null=True, db_index=False, related_name="entries"
    )
    story = models.ForeignKey(
        Story, models.CASCADE, null=True, db_index=False, related_name="entries"
    )
    number = models.PositiveIntegerField()
    # Where the stretch stands in the text, in characters, and how many paragraphs come before it.
    start = models.PositiveIntegerField()
    stop = models.PositiveIntegerField()
    paragraph = models.PositiveIntegerField()
    stamp = models.CharField(max_length=64)
    language = models.CharField(max_length=20)
    vector = SearchVectorField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["chapter", "number"], name="entry_once_per_chapter"),
            models.UniqueConstraint(fields=["story", "number"], name="entry_once_per_story"),
            models.CheckConstraint(
                condition=Q(chapter__isnull=True, story__isnull=False)
                | Q(chapter__isnull=False, story__isnull=True),
                name="entry_of_one_thing",
            ),
        )

    def __str__(self) -> str:
        return f"Entry {self.number} of {self.chapter_id or self.story_id}"
