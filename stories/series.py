"""What the shelves of a writer look like: each series with its books, in order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from stories.models import (
    Series,
    SeriesQuerySet,
    Story,
    StoryQuerySet,
    StoryTag,
    Volume,
)


@dataclass(frozen=True)
class Book:
    """A story as a book of its series; `position` counts from 1."""

    id: UUID
    title: str
    position: int
    status: str
    word_count: int


@dataclass(frozen=True)
class Shelf:
    """A series with its books in order, those in the trash left out."""

    id: UUID
    title: str
    books: tuple[Book, ...]
    created_at: datetime
    updated_at: datetime

    @property
    def word_count(self) -> int:
        return sum(book.word_count for book in self.books)


@dataclass(frozen=True)
class Place:
    """Where a story stands in its series, and what comes before and after it."""

    series: Series
    number: int
    before: Story | None
    after: Story | None


def shelves_of(found: SeriesQuerySet) -> list[Shelf]:
    """Return these series in their order; two queries however many they are."""
    series = list(found)
    rows: QuerySet[Story] = Story.objects.live().with_counts()
    rows = rows.filter(volume__series__in=series).annotate(series_id=F("volume__series"))
    books: dict[UUID, list[Book]] = defaultdict(list)
    for story in rows.order_by("volume__position").defer("synopsis"):
        shelf = books[story.series_id]
        words = story.word_count  # type: ignore[attr-defined]
        shelf.append(Book(story.pk, story.title, len(shelf) + 1, story.status, words))
    return [
        Shelf(one.pk, one.title, tuple(books[one.pk]), one.created_at, one.updated_at)
        for one in series
    ]


def place_of(story: Story) -> Place | None:
    """Return where a story stands in its series, None when it stands for itself."""
    here = Volume.objects.filter(story=story).values("series")
    rows = Volume.objects.live().filter(series__in=here).order_by("position")
    columns = rows.select_related("series", "story").only(
        "position", "series__title", "series__owner", "story__title"
    )
    volumes = list(columns)
    number = next((n for n, one in enumerate(volumes, 1) if one.story_id == story.pk), 0)
    if not number:
        return None
    return Place(
        series=volumes[number - 1].series,
        number=number,
        before=volumes[number - 2].story if number > 1 else None,
        after=volumes[number].story if number < len(volumes) else None,
    )


def with_tags(stories: StoryQuerySet) -> StoryQuerySet:
    """Add `tag_names`, in the order the writer gave them."""
    tags = StoryTag.objects.filter(story=OuterRef("pk")).order_by("place")
    return stories.annotate(tag_names=ArraySubquery(tags.values("tag__name")))


def with_shelf(stories: StoryQuerySet) -> StoryQuerySet:
    """Add `tag_names`, and `series_place`: the id, title and position in its series, or None."""
    volumes = Volume.objects.filter(story=OuterRef("pk")).numbered()
    place = JSONObject(id="series", title="series__title", position="number")
    return with_tags(stories).annotate(series_place=Subquery(volumes.values(place=place)))
