"""A zip of Markdown files: a chapter each, in the order of their names."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from stories.importing.archive import Archive, open_archive
from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.blocks import Block, settle_breaks
from stories.importing.book import ImportRefused, Progress
from stories.importing.encoding import decode
from stories.importing.formats.markdown import (
    MAX_WEIGHT,
    OVERWROUGHT,
    blocks_of,
    facts_of,
    weight_of,
)
from stories.importing.headings import letters_of
from stories.importing.splitting import RawChapter

SUFFIXES = {".md", ".markdown", ".mdown"}
_DIGITS = re.compile(r"(\d+)")
_ORDER = re.compile(r"^\d+[-_. ]+")


def is_markdown(name: str) -> bool:
    """Tell a chapter's file from folders, hidden files and what macOS puts beside them."""
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in SUFFIXES and not hidden


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    manuscript, chapters, title = Manuscript("markdown"), [], ""
    with open_archive(path) as archive:
        texts = _texts(archive)
    for number, (name, text) in enumerate(texts.items(), start=1):
        chapter, book = _chapter(text, name, manuscript)
        title = title or book
        chapters.append(chapter)
        progress(number, len(texts))
    manuscript.title = title
    if split in ("headings", "none"):
        split_blocks(manuscript, [block for one in chapters for block in one.blocks], split)
    else:
        manuscript.chapters = [_without_title(chapter) for chapter in chapters]
    return manuscript


def _texts(archive: Archive) -> dict[str, str]:
    """Return the files' texts in their order, all weighed before the first is parsed."""
    texts, weight = {}, 0
    for name in sorted(filter(is_markdown, archive.names), key=_place):
        texts[name] = decode(archive.read(name))
        weight += weight_of(texts[name])
        if weight > MAX_WEIGHT:
            raise ImportRefused(OVERWROUGHT)
    return texts


def _chapter(text: str, name: str, manuscript: Manuscript) -> tuple[RawChapter, str]:
    """Return a file as a chapter, its heading still in it, and the title of its book."""
    facts = facts_of(text)
    blocks = settle_breaks(blocks_of(text, manuscript, name))
    first = blocks[0].text if blocks and blocks[0].kind == "heading" else ""
    title = facts.get("title") or first or _title_of(name)
    return RawChapter(title, facts.get("part", ""), tuple(blocks)), facts.get("book", "")


def _without_title(chapter: RawChapter) -> RawChapter:
    blocks = chapter.blocks
    if blocks and _is_title(blocks[0], chapter.title):
        blocks = blocks[1:]
    return RawChapter(chapter.title, chapter.part, blocks)


def _is_title(block: Block, title: str) -> bool:
    return block.kind == "heading" and letters_of(block.text) == letters_of(title)


def _place(name: str) -> list[tuple[int, str]]:
    """Sort "2-b" before "10-a", as people do."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _DIGITS.split(name)]


def _title_of(name: str) -> str:
    stem = PurePosixPath(name).stem
    return _ORDER.sub("", stem).replace("-", " ").replace("_", " ").strip() or stem
