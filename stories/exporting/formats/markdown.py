"""Markdown: the whole book in one file, or a zip with one file for each chapter."""

from __future__ import annotations

import json
import re
from typing import IO

from stories.exporting import words
from stories.exporting.book import Book, Chapter, Tick
from stories.exporting.bundle import Bundle
from stories.exporting.markup import body_of
from stories.exporting.names import file_name
from stories.text import to_markdown
from stories.text.inline_markdown import inline_markdown

_PLAIN_SCALAR = re.compile(r"[^\W\d_][\w ’.,!?()-]*", re.UNICODE)
_HEADING = re.compile(r"(</?h)([23])(?=>)")


def write_file(book: Book, target: IO[bytes], tick: Tick) -> None:
    """Write one file: chapters are first headings, or second ones where parts are the first."""
    level = 2 if book.has_parts else 1
    _put(target, _front_matter(book) if book.look.front_matter else "")
    for chapter in book.chapters:
        _put(target, f"# {_inline(chapter.part)}\n\n" if chapter.part else "")
        _put(target, _chapter(chapter, level))
        tick()
    _put(target, _note(book, level))


def write_zip(book: Book, target: IO[bytes], tick: Tick) -> None:
    """Write `NN-slug.md` files, whose names put them in order."""
    digits = max(2, len(str(len(book.chapters))))
    with Bundle(target, at=book.made_at) as bundle:
        for chapter in book.chapters:
            facts = {"title": chapter.title, "part": chapter.part, "book": book.title}
            name = file_name(
                chapter.title, number=chapter.number, digits=digits, fallback="chapter"
            )
            bundle.add(f"{name}.md", _fields(facts) + _chapter(chapter, 1))
            tick()
        if book.note:
            last = f"{len(book.chapters) + 1:0{digits}d}"
            bundle.add(f"{last}-authors-note.md", _note(book, 1))


def _chapter(chapter: Chapter, level: int) -> str:
    # Markdown here knows headings down to the fourth level.
    html = body_of(chapter)
    if level > 1:
        html = _HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 1}", html)
    text = to_markdown(html)
    heading = f"{'#' * level} {_inline(chapter.title)}\n\n"
    return f"{heading}{text}\n" if text.strip() else heading


def _note(book: Book, level: int) -> str:
    if not book.note:
        return ""
    paragraphs = "\n\n".join(_inline(text) for text in book.note_paragraphs)
    return f"{'#' * level} {words.authors_note(book.language)}\n\n{paragraphs}\n"


def _front_matter(book: Book) -> str:
    return _fields({"title": book.title, "author": book.author, "language": book.language})


def _fields(facts: dict[str, str]) -> str:
    lines = [f"{name}: {_scalar(value)}\n" for name, value in facts.items() if value]
    return f"---\n{''.join(lines)}---\n\n"


def _scalar(value: str) -> str:
    """Write a YAML scalar: as it is where that is safe, otherwise quoted as JSON is."""
    is_plain = _PLAIN_SCALAR.fullmatch(value) and value == value.strip()
    is_word = value.lower() in {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
    return value if is_plain and not is_word else json.dumps(value, ensure_ascii=False)


def _inline(text: str) -> str:
    return inline_markdown([(text, ())])


def _put(target: IO[bytes], text: str) -> None:
    target.write(text.encode("utf-8", "replace"))
