"""Keeping the index: made anew by the clock and, where it lags, by the search that needs it.

Nothing of this happens in a save. Each entry bears a stamp of what it was made from, so that an
old one is known by looking; a search first makes anew what changed a moment ago, so it never
answers from yesterday's text. What that would take too long is left to the worker, and the
answer says so.

There is no inverted index over all writers: each search reads the entries of its own writer alone,
a few milliseconds for a million words, and nobody's words make anybody else's search faster or
slower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import MD5, Cast, Concat

from accounts.models import User
from stories.models import Chapter, SearchEntry, Story
from stories.models.search import NOTES
from stories.searching.folding import RULE, indexable, stretches
from stories.searching.language import language_of

Kind = Literal["chapter", "story"]
TITLE = 0
# What one search makes anew itself, in words: about a tenth of a second.
AT_ONCE = 20_000
# What one transaction writes.
BATCH_WORDS = 100_000
BATCH_ROWS = 50
# What one sweep writes at most, in chapters and in stories: a minute's work.
MOST_ROWS = 2_000
# How far back the frequent sweep looks; the hourly one at everything.
RECENT = timedelta(minutes=15)

WRITE = """
    WITH there AS (
        SELECT id FROM stories_{kind} WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE
    )
    INSERT INTO stories_searchentry AS entry (
        {kind}_id, number, start, stop, paragraph, stamp, language, vector
    )
    SELECT of, number, start, stop, paragraph, stamp, language,
        setweight(
            to_tsvector(language::regconfig, words) || to_tsvector('simple', words),
            CASE number WHEN 0 THEN 'A' ELSE 'D' END::"char"
        )
    FROM unnest(
        %(of)s::uuid[], %(number)s::int[], %(start)s::int[], %(stop)s::int[], %(paragraph)s::int[],
        %(stamp)s::text[], %(language)s::text[], %(words)s::text[]
    ) AS made (of, number, start, stop, paragraph, stamp, language, words)
    JOIN there ON there.id = of
    ORDER BY of, number
    ON CONFLICT ({kind}_id, number) DO UPDATE SET
        start = excluded.start, stop = excluded.stop, paragraph = excluded.paragraph,
        stamp = excluded.stamp, language = excluded.language, vector = excluded.vector
"""
# A text that became shorter leaves stretches behind.
CUT = """
    DELETE FROM stories_searchentry AS entry
    USING unnest(%(ids)s::uuid[], %(last)s::int[], %(last_note)s::int[])
        AS kept (id, last, last_note)
    WHERE entry.{kind}_id = kept.id
        AND (entry.number > kept.last_note OR entry.number > kept.last AND entry.number < {notes})
"""


@dataclass(frozen=True)
class Source:
    """What entries are made from; `beside` is no part of the text."""

    id: UUID
    title: str
    text: str
    stamp: str
    beside: str = ""


@dataclass
class Rows:
    """The columns of the entries to write."""

    of: list[UUID] = field(default_factory=list)
    number: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    paragraph: list[int] = field(default_factory=list)
    stamp: list[str] = field(default_factory=list)
    language: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    last_note: list[int] = field(default_factory=list)


# --- What is old ------------------------------------------------------------------

# What stands beside a chapter's text, as the places in its entries count.
BESIDE = Concat("synopsis", Value("\n\n"), "notes", output_field=TextField())
# What entries are made from, in so many words that any change of it shows.
CHAPTER_STAMP = Concat(
    Cast("content_revision", CharField()),
    Value("-"),
    Cast("metadata_version", CharField()),
    Value("-"),
    Cast("notes_version", CharField()),
    Value(f"-{RULE}"),
)
STORY_STAMP = Concat(
    MD5(Concat("title", Value("\x1f"), "synopsis", output_field=TextField())),
    Value(f"-{RULE}"),
    output_field=TextField(),
)


def outdated_chapters(chapters: QuerySet[Chapter]) -> QuerySet[Chapter]:
    """Return those of `chapters` whose entries were made from something else, or not at all."""
    entries = SearchEntry.objects.filter(chapter=OuterRef("pk"), number=TITLE)
    fresh = entries.filter(stamp=OuterRef("as_now"))
    return chapters.alias(as_now=CHAPTER_STAMP).filter(~Exists(fresh))


def outdated_stories(stories: QuerySet[Story]) -> QuerySet[Story]:
    """Return those of `stories` whose title or synopsis is not what the entries say."""
    entries = SearchEntry.objects.filter(story=OuterRef("pk"), number=TITLE)
    fresh = entries.filter(stamp=OuterRef("as_now"))
    return stories.alias(as_now=STORY_STAMP).filter(~Exists(fresh))


# --- Making it anew ----------------------------------------------------------------


def catch_up(user: User) -> int:
    """Make anew what this writer changed a moment ago; return how many things remain old."""
    stories = Story.objects.visible_to(user).live()
    chapters = Chapter.objects.visible_to(user).live()
    old_stories = list(outdated_stories(stories).values_list("pk", flat=True)[: BATCH_ROWS + 1])
    old = list(outdated_chapters(chapters).order_by("-updated_at").values_list("pk", "word_count"))
    now = _within(old, AT_ONCE)
    index_stories(old_stories[:BATCH_ROWS])
    index_chapters(now)
    return len(old) - len(now) + len(old_stories[BATCH_ROWS:])


def sweep(*, since: datetime | None = None, owner_id: UUID | None = None) -> int:
    """Make anew what is old; return how many chapters and stories that was.

    `since` limits it to stories touched from then on, which their own rows tell cheaply,
    `owner_id` to one writer. What one sweep leaves is for the next.
    """
    stories, chapters = Story.objects.live(), Chapter.objects.live()
    if since is not None:
        stories = stories.filter(updated_at__gte=since)
        chapters = chapters.filter(story__updated_at__gte=since)
    if owner_id is not None:
        stories, chapters = stories.filter(owner=owner_id), chapters.filter(story__owner=owner_id)
    done = _sweep_stories(stories)
    old = list(outdated_chapters(chapters).values_list("pk", "word_count")[:MOST_ROWS])
    while old:
        batch = _within(old, BATCH_WORDS)
        index_chapters(batch)
        old = old[len(batch) :]
        done += len(batch)
    return done


def _sweep_stories(stories: QuerySet[Story]) -> int:
    old = list(outdated_stories(stories).values_list("pk", flat=True)[:MOST_ROWS])
    for at in range(0, len(old), BATCH_ROWS):
        index_stories(old[at : at + BATCH_ROWS])
    return len(old)


def _within(old: Sequence[tuple[UUID, int]], words: int) -> list[UUID]:
    """Return the first ids that hold no more than `words` words, and one at least."""
    taken: list[UUID] = []
    for chapter_id, count in old[:BATCH_ROWS]:
        if taken and count > words:
            break
        words -= count
        taken.append(chapter_id)
    return taken


def index_chapters(ids: Sequence[UUID]) -> None:
    """Write the entries of these chapters as they are now; those gone meanwhile are left out."""
    rows = Chapter.objects.filter(pk__in=ids).order_by("pk")
    rows = rows.annotate(as_now=CHAPTER_STAMP, beside=BESIDE)
    columns = rows.values_list("pk", "title", "text", "as_now", "beside")
    _write("chapter", [Source(*row) for row in columns])


def index_stories(ids: Sequence[UUID]) -> None:
    """Write the entries of these stories: title and synopsis."""
    rows = Story.objects.filter(pk__in=ids).order_by("pk").annotate(as_now=STORY_STAMP)
    columns = rows.values_list("pk", "title", "synopsis", "as_now")
    _write("story", [Source(*row) for row in columns])


def _write(kind: Kind, sources: Sequence[Source]) -> None:
    rows = Rows()
    for source in sources:
        _add(rows, source)
    values: dict[str, Any] = vars(rows)
    if not rows.ids:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE.format(kind=kind), values)
        cursor.execute(CUT.format(kind=kind, notes=NOTES), values)


def _add(rows: Rows, source: Source) -> None:
    language = language_of(source.text or source.beside)
    parts = [(TITLE, 0, 0, 0, source.title), *_parts(source.text, TITLE + 1)]
    notes = _parts(source.beside, NOTES)
    for number, start, stop, before, text in (*parts, *notes):
        rows.of.append(source.id)
        rows.number.append(number)
        rows.start.append(start)
        rows.stop.append(stop)
        rows.paragraph.append(before)
        rows.stamp.append(source.stamp)
        rows.language.append(language)
        rows.words.append(indexable(text))
    rows.ids.append(source.id)
    rows.last.append(len(parts) - 1)
    rows.last_note.append(NOTES + len(notes) - 1)


def _parts(text: str, first: int) -> list[tuple[int, int, int, int, str]]:
    """Return the stretches of a text: number, places, the paragraphs before, and the words."""
    parts = []
    paragraph = counted = 0
    for number, part in enumerate(stretches(text), start=first):
        paragraph += text.count("\n\n", counted, part.start)
        counted = part.start
        words = text[part.start : part.stop]
        parts.append((number, part.start, part.stop, paragraph, words))
    return parts
