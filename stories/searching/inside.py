"""The literal look into one book: every place where words stand just so, in reading order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from stories.finding import pattern_of
from stories.models import Chapter, Story
from stories.searching.passages import Passage, around

# What a page can show without tiring anybody; all are counted.
MOST_SHOWN = 300


@dataclass(frozen=True)
class ChapterFinds:
    """The places in one chapter: how many, and those that are shown."""

    chapter: Any
    count: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Finds:
    """The places in a book. `shown` is less than `total` when there are too many for a page."""

    chapters: tuple[ChapterFinds, ...] = ()
    total: int = 0
    shown: int = 0
    chapter_count: int = 0


def find_in_story(story: Story, words: str, *, match_case: bool, whole_words: bool) -> Finds:
    """Return where the literal `words` stand in the story's text; nothing for no words."""
    if not words:
        return Finds()
    pattern = pattern_of(words, match_case=match_case, whole_words=whole_words)
    rows = Chapter.objects.live().filter(story=story).in_order()
    rows = rows.only("pk", "title", "part_title", "position", "story_id", "text")
    found: list[ChapterFinds] = []
    total = shown = chapters = 0
    for chapter in rows.iterator(chunk_size=50):
        places = list(pattern.finditer(chapter.text))
        total += len(places)
        chapters += bool(places)
        some = places[: MOST_SHOWN - shown]
        if some:
            shown += len(some)
            passages = tuple(_passage(chapter.text, place) for place in some)
            found.append(ChapterFinds(chapter, len(places), passages))
        chapter.text = ""
    return Finds(tuple(found), total, shown, chapters)


def _passage(text: str, place: re.Match[str]) -> Passage:
    return around(text, place.start(), place.end())
