"""From raw chapters to the book handed on: notes placed, text cleaned and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape

from stories.counting import count_words
from stories.importing.blocks import NOTE_MARK, Block, Losses, settle_breaks
from stories.importing.book import ImportedBook, ImportedChapter, ImportRefused, Omitted, Progress
from stories.importing.footnotes import Footnotes
from stories.importing.headings import UniqueTitles, clean_title, letters_of, title_key
from stories.importing.matter import GUTENBERG, reason_of_title, without_gutenberg
from stories.importing.splitting import (
    RawChapter,
    chapters_of,
    marks_of_headings,
    marks_of_pages,
    promote_lines,
    rough_words,
)
from stories.importing.tree import block_html
from stories.text import clean_html, to_text

MAX_CHAPTERS = 5_000
NO_TEXT = "No text was found in this file."
# Less than this before the first chapter heading is a title page; more is story.
OPENING_WORDS = 80


@dataclass
class Manuscript:
    """What a format's reader yields."""

    format: str
    title: str = ""
    author: str = ""
    language: str = ""
    chapters: list[RawChapter] = field(default_factory=list)
    omitted: list[Omitted] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    footnotes: Footnotes = field(default_factory=Footnotes)
    losses: Losses = field(default_factory=Losses)
    cover: bytes = b""

    def omit(self, title: str, reason: str, blocks: Sequence[Block]) -> None:
        text = "\n\n".join(block.text for block in blocks)
        self.omitted.append(Omitted(clean_title(title) or reason, reason, count_words(text)))


def split_blocks(manuscript: Manuscript, blocks: list[Block], split: str) -> None:
    """Cut one flow of blocks into the manuscript's chapters, by its headings."""
    story, licence = without_gutenberg(settle_breaks(blocks))
    if licence:
        manuscript.omit(GUTENBERG, GUTENBERG, licence)
    if split in ("none", "files"):
        manuscript.chapters.append(_whole(story))
        return
    story = promote_lines(story)
    opening, chapters = chapters_of(story, marks_of_headings(story))
    if not chapters:
        opening, chapters = chapters_of(story, marks_of_pages(story))
    first = story[0] if story else None
    if not manuscript.title and first in opening and first is not None and first.kind == "heading":
        manuscript.title = first.text
    add_opening(manuscript, opening, chapters)
    manuscript.chapters.extend(chapters)


def add_opening(manuscript: Manuscript, opening: list[Block], chapters: list[RawChapter]) -> None:
    """Keep the text before the first heading, unless it is a title page or contents."""
    words = rough_words(opening)
    titles = {letters_of(chapter.title) for chapter in chapters}
    texts = [block for block in opening if block.kind == "text"]
    listed = sum(letters_of(block.text) in titles for block in texts)
    if not texts:
        return
    if chapters and listed >= 2 and listed * 2 >= len(texts):
        manuscript.omit("Contents", "Contents", opening)
    elif chapters and words < OPENING_WORDS:
        manuscript.omit("Title page", "Title page", opening)
    else:
        title = "Opening" if chapters else "Chapter 1"
        manuscript.chapters.append(RawChapter(title, "", tuple(opening)))


def finish(manuscript: Manuscript, progress: Progress) -> ImportedBook:
    kept = _story_only(manuscript)
    if len(kept) > MAX_CHAPTERS:
        raise ImportRefused(f"This file splits into more than {MAX_CHAPTERS:,} chapters.")
    titles, chapters = UniqueTitles(), []
    for number, raw in enumerate(kept, start=1):
        chapters.append(_finished(raw, number, titles, manuscript.footnotes))
        progress(number, len(kept))
    if not any(chapter.word_count for chapter in chapters):
        raise ImportRefused(NO_TEXT)
    return ImportedBook(
        title=clean_title(manuscript.title),
        author=clean_title(manuscript.author),
        language=clean_title(manuscript.language)[:35],
        format=manuscript.format,
        chapters=tuple(chapters),
        omitted=tuple(manuscript.omitted),
        notes=(*manuscript.notes, *manuscript.losses.sentences()),
        cover=manuscript.cover,
    )


def _story_only(manuscript: Manuscript) -> list[RawChapter]:
    """Set aside chapters whose title says they are no story, and contents lists without text."""
    _note_boilerplate(manuscript)
    kept: list[RawChapter] = []
    texts = {title_key(chapter.title) for chapter in manuscript.chapters if chapter.words}
    for chapter in manuscript.chapters:
        reason = reason_of_title(chapter.title)
        repeated = not chapter.words and title_key(chapter.title) in texts
        if reason and len(manuscript.chapters) > 1:
            manuscript.omit(chapter.title, reason, chapter.blocks)
        elif repeated:
            continue
        else:
            kept.append(chapter)
    return kept


def _note_boilerplate(manuscript: Manuscript) -> None:
    words = sum(count_words(text) for text in manuscript.losses.boilerplate)
    if words:
        manuscript.omitted.append(Omitted(GUTENBERG, GUTENBERG, words))


def _finished(
    raw: RawChapter, number: int, titles: UniqueTitles, footnotes: Footnotes
) -> ImportedChapter:
    html = "".join(block_html(block) for block in settle_breaks(list(raw.blocks)))
    content = clean_html(_with_notes(html, footnotes))
    title = titles.claim(clean_title(raw.title) or f"Chapter {number}")
    return ImportedChapter(
        title,
        clean_title(raw.part),
        content,
        count_words(to_text(content)),
        synopsis=raw.synopsis,
        notes=raw.notes,
    )


def _with_notes(html: str, footnotes: Footnotes) -> str:
    """Number the references of one chapter from 1 and put the notes at its end."""
    order: dict[str, int] = {}

    def number(key: str) -> str:
        return f"[{order.setdefault(key, len(order) + 1)}]"

    html = NOTE_MARK.sub(lambda match: number(unescape(match[1])), html)
    if not order:
        return html
    items = "".join(
        f"<li>{''.join(footnotes.texts.get(key, [])) or '<p>–</p>'}</li>" for key in order
    )
    return f"{html}<h4>Notes</h4><ol>{NOTE_MARK.sub('', items)}</ol>"


def _whole(blocks: list[Block]) -> RawChapter:
    """Make one chapter of everything, titled by its first heading when that comes first."""
    if blocks and blocks[0].kind == "heading":
        return RawChapter(blocks[0].text, "", tuple(blocks[1:]))
    return RawChapter("", "", tuple(blocks))
