"""The answer to a search: what of one writer's holds the words, ranked, with the passage.

Everything begins at the writer: the entries are reached through the stories that are hers, so that
nothing of anybody else's can be ranked, counted or shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, F, TextField, Value, When
from django.db.models.functions import Concat, Left, Substr

from accounts.models import User
from nexus.lib.effects import after_commit
from stories.models import Chapter, SearchEntry, Story
from stories.models.search import NOTES
from stories.searching.index import catch_up
from stories.searching.passages import Marker, Part, Passage
from stories.searching.question import Question, Term, parse
from stories.tasks import index_writer

PAGE = 20
OPENING = 400

# Whose they are is asked twice, of the chapter's story and of the story itself, and nowhere else.
MINE = """
    SELECT entry.number, entry.id, entry.vector, chapter.id AS chapter_id, story.id AS story_id,
        chapter.content_saved_at AS at
    FROM stories_story AS story
    JOIN stories_chapter AS chapter ON chapter.story_id = story.id
    JOIN stories_searchentry AS entry ON entry.chapter_id = chapter.id
    WHERE story.owner_id = %(owner)s AND story.trashed_at IS NULL AND chapter.trashed_at IS NULL
    UNION ALL
    SELECT entry.number, entry.id, entry.vector, NULL, story.id, story.updated_at
    FROM stories_story AS story
    JOIN stories_searchentry AS entry ON entry.story_id = story.id
    WHERE story.owner_id = %(owner)s AND story.trashed_at IS NULL
"""
# A word in a title weighs ten of the text, a whole word more than one begun; of those alike the
# newest comes first.
HITS = """
    WITH asked AS MATERIALIZED (SELECT {asked}),
    mine AS ({mine}),
    found AS MATERIALIZED (
        SELECT chapter_id, story_id, at, number, id, {rank} AS rank, {fits} AS fits, {checks}
        FROM mine, asked
        WHERE vector @@ asked.everything AND number BETWEEN %(first)s AND %(last)s
    )
    SELECT chapter_id, story_id, at, round(max(rank) * 1000)::int AS rank,
        (array_agg(id ORDER BY rank DESC, number) FILTER (WHERE number > 0 AND fits))[1] AS best
    FROM found
    GROUP BY chapter_id, story_id, at
    HAVING {conditions}
    ORDER BY rank DESC, at DESC, coalesce(chapter_id, story_id) DESC
"""
LANGUAGES = "SELECT DISTINCT language FROM ({mine}) AS mine JOIN stories_searchentry USING (id)"
# Which words of a text a term means is for the stemmers to say, as it was for the index.
WORDS = """
    WITH asked AS MATERIALIZED (SELECT {asked})
    SELECT word FROM unnest(%(words)s::text[]) AS word, asked
    WHERE ({vectors}) @@ asked.wanted
"""
# Which entries a search looks at: 0 is a title, then comes the text, then what stands beside it.
WITHIN = {
    "all": (0, 2 * NOTES),
    "titles": (0, 0),
    "text": (1, NOTES - 1),
    "notes": (NOTES, 2 * NOTES),
}


@dataclass(frozen=True)
class Place:
    """Where a hit stands in the order of all hits; the cursor of what follows."""

    rank: int
    at: datetime
    id: UUID

    @property
    def key(self) -> tuple[int, datetime, UUID]:
        return (self.rank, self.at, self.id)


@dataclass(frozen=True)
class Hit:
    """A chapter, or a story itself, that holds what was looked for."""

    story: Story
    chapter: Chapter | None
    title: tuple[Part, ...]
    passage: Passage | None
    place: Place
    in_notes: bool = False


@dataclass(frozen=True)
class Shelf:
    """A story with the number of hits in it."""

    id: UUID
    title: str
    hits: int


@dataclass(frozen=True)
class Answer:
    """One page of hits; `total` and `shelves` tell of all of them, `unread` what is not in yet."""

    question: Question
    hits: tuple[Hit, ...] = ()
    total: int = 0
    shelves: tuple[Shelf, ...] = ()
    following: Place | None = None
    unread: int = 0


@dataclass(frozen=True)
class Best:
    """The part of a chapter that fits best, with the paragraphs before it."""

    text: str
    paragraph: int = 0
    in_notes: bool = False


@dataclass(frozen=True)
class _Row:
    chapter_id: UUID | None
    story_id: UUID
    place: Place
    best: int | None


def search(
    user: User,
    raw: str,
    *,
    story: Story | None = None,
    within: str = "all",
    behind: Place | None = None,
    limit: int = PAGE,
) -> Answer:
    """Return what of the writer's holds all that was asked for, best first.

    `within` is all, titles, text or notes; `behind` the place the page before ended at. Any text
    is a question: one that asks for nothing has no hits.
    """
    question = parse(raw)
    if question.is_empty:
        return Answer(question)
    unread = catch_up(user)
    if unread:
        after_commit(_ask_worker, user.pk)
    languages = _languages(user)
    every = _rows(user, question, languages, within=within)
    rows = [row for row in every if story is None or row.story_id == story.pk]
    rest = [row for row in rows if behind is None or row.place.key < behind.key]
    shown = rest[:limit]
    stories = Story.objects.visible_to(user).live().in_bulk({row.story_id for row in every})
    return Answer(
        question,
        hits=tuple(_hits(user, shown, stories, Marker(question), languages)),
        total=len(rows),
        shelves=_shelves(stories, every),
        following=shown[-1].place if len(rest) > limit else None,
        unread=unread,
    )


def _ask_worker(user_id: UUID) -> None:
    index_writer.delay(str(user_id))


def _languages(user: User) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(LANGUAGES.format(mine=MINE), {"owner": user.pk})
        return sorted(row[0] for row in cursor.fetchall())


def _rows(user: User, question: Question, languages: Sequence[str], *, within: str) -> list[_Row]:
    first, last = WITHIN[within]
    asked, values = _asked(question, languages)
    statement = HITS.format(mine=MINE, asked=asked, **_judged(question))
    values |= {"owner": user.pk, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            _Row(chapter_id, story_id, Place(rank, at, chapter_id or story_id), best)
            for chapter_id, story_id, at, rank, best in cursor.fetchall()
        ]


def _judged(question: Question) -> dict[str, str]:
    """Return how entries are ranked, and what all those of one chapter must hold between them.

    An entry is unpacked for each thing asked of it, so nothing is asked that is known already.
    """
    wanted = [f"wanted{number}" for number in range(len(question.wanted))]
    unwanted = [f"unwanted{number}" for number in range(len(question.unwanted))]
    is_known = len(wanted) == 1 and not unwanted
    names = [] if is_known else wanted + unwanted
    checks = [f"vector @@ asked.{name} AS has_{name}" for name in names]
    conditions = [f"bool_or(has_{name})" for name in wanted if not is_known]
    conditions += [f"NOT bool_or(has_{name})" for name in unwanted]
    rank = "ts_rank(vector, asked.wanted)"
    if any(term.is_begun for term in question.wanted):
        rank += " + ts_rank(vector, asked.whole)"
    return {
        "rank": rank,
        "fits": "vector @@ asked.wanted" if unwanted else "true",
        "checks": ", ".join([*checks, "true AS is_found"]),
        "conditions": " AND ".join(["true", *conditions]),
    }


# --- What Postgres is asked ----------------------------------------------------------


def _asked(question: Question, languages: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the columns of `asked`, each term its own, and their values."""
    values: dict[str, Any] = {}
    columns = []
    for name, terms in (("wanted", question.wanted), ("unwanted", question.unwanted)):
        for number, term in enumerate(terms):
            forms = _forms(term, languages)
            keys = [f"{name}{number}_{form}" for form in range(len(forms))]
            for key, (language, text) in zip(keys, forms, strict=True):
                values |= {f"{key}_in": language, key: text}
            either = " || ".join(f"to_tsquery(%({key}_in)s::regconfig, %({key})s)" for key in keys)
            columns.append((f"{name}{number}", either))
    wanted = " || ".join(sql for name, sql in columns if name.startswith("wanted"))
    everything = " || ".join(sql for _name, sql in columns)
    whole = " || ".join(
        f"to_tsquery('simple', %(whole{number})s)" for number in range(len(question.wanted))
    )
    values |= {f"whole{number}": _exact(term) for number, term in enumerate(question.wanted)}
    columns += [("wanted", wanted), ("everything", everything), ("whole", whole)]
    return ", ".join(f"{sql} AS {name}" for name, sql in columns), values


def _forms(term: Term, languages: Sequence[str]) -> list[tuple[str, str]]:
    """Return the texts of `to_tsquery` that a term stands for, with their configurations.

    The words are letters and digits alone, so that nothing typed is an operator.
    """
    exact = _exact(term)
    forms = [("simple", f"{exact}:*" if term.is_begun else exact)]
    if term.is_stemmed:
        forms += [(language, exact) for language in languages]
    return forms


def _exact(term: Term) -> str:
    return " <-> ".join(f"'{word}'" for word in term.words)


# --- What is shown ---------------------------------------------------------------------


def _shelves(stories: dict[UUID, Story], rows: Sequence[_Row]) -> tuple[Shelf, ...]:
    counts = Counter(row.story_id for row in rows)
    shelves = [Shelf(pk, story.title, counts[pk]) for pk, story in stories.items()]
    return tuple(sorted(shelves, key=lambda shelf: (-shelf.hits, shelf.title)))


def _hits(
    user: User,
    rows: Sequence[_Row],
    stories: dict[UUID, Story],
    marker: Marker,
    languages: Sequence[str],
) -> Iterator[Hit]:
    chapters = _chapters(user, rows)
    stretches = _stretches(user, rows)
    found = []
    for row in rows:
        story, chapter = stories.get(row.story_id), chapters.get(row.chapter_id or row.story_id)
        # What was thrown away just now is not shown.
        if story is None or (chapter is None and row.chapter_id is not None):
            continue
        title = story.title if chapter is None else chapter.title
        opening = story.synopsis if chapter is None else getattr(chapter, "opening", "")
        best = stretches.get(row.best or 0, Best(opening))
        found.append((row, story, chapter, title, best))
    every = [text for *_row, title, best in found for text in (title, best.text)]
    marker.accept(_meant(marker.candidates(every), marker.question, languages))
    for row, story, chapter, title, best in found:
        passage = marker.passage(best.text, paragraph=best.paragraph) if best.text else None
        yield Hit(story, chapter, marker.marked(title), passage, row.place, best.in_notes)


def _chapters(user: User, rows: Sequence[_Row]) -> dict[UUID, Any]:
    """Return the chapters found, by id, each with how its text begins and no more of it."""
    own = Chapter.objects.visible_to(user).live().without_prose()
    opened = own.annotate(opening=Left("text", OPENING))
    return opened.in_bulk([row.chapter_id for row in rows if row.chapter_id])


def _stretches(user: User, rows: Sequence[_Row]) -> dict[int, Best]:
    """Return, by its entry, each chapter's part that fits best."""
    best = [row.best for row in rows if row.best is not None and row.chapter_id]
    entries = SearchEntry.objects.filter(pk__in=best, chapter__story__owner=user)
    beside = Concat("chapter__synopsis", Value("\n\n"), "chapter__notes", output_field=TextField())
    place = (F("start") + 1, F("stop") - F("start"))
    part = Case(
        When(number__gte=NOTES, then=Substr(beside, *place)),
        default=Substr("chapter__text", *place),
    )
    columns = entries.annotate(part=part).values_list("pk", "part", "paragraph", "number")
    return {pk: Best(text, before, number >= NOTES) for pk, text, before, number in columns}


def _meant(candidates: set[str], question: Question, languages: Sequence[str]) -> set[str]:
    """Return which of these words the question's single words mean, in any of their forms."""
    if not candidates:
        return set()
    asked, values = _asked(question, languages)
    keys = {f"in{number}": language for number, language in enumerate(languages)}
    vectors = ["to_tsvector('simple', word)"]
    vectors += [f"to_tsvector(%({key})s::regconfig, word)" for key in keys]
    statement = WORDS.format(asked=asked, vectors=" || ".join(vectors))
    with connection.cursor() as cursor:
        cursor.execute(statement, values | keys | {"words": sorted(candidates)})
        return {row[0] for row in cursor.fetchall()}
