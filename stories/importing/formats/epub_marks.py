"""Where the chapters of an EPUB begin, by its table of contents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stories.importing.blocks import Block
from stories.importing.formats.epub_package import NavEntry
from stories.importing.headings import is_chapter_line, is_part_line, letters_of, number_of
from stories.importing.splitting import (
    PART_PAGE_WORDS,
    Mark,
    drop_title_headings,
    rough_words,
)

# With less text than this before its first child, an entry is a divider and not a chapter.
DIVIDER_WORDS = 100


@dataclass(frozen=True)
class _Place:
    at: int
    title: str
    part: str
    is_part: bool


def marks_of_nav(blocks: Sequence[Block], nav: Sequence[NavEntry], book_title: str) -> list[Mark]:
    where = _positions(blocks)
    seen: set[int] = set()
    places = []
    for place in _walk(nav, where, blocks, "", letters_of(book_title)):
        if place.at not in seen:
            seen.add(place.at)
            places.append(place)
    if not places:
        return []
    places.sort(key=lambda place: place.at)
    return list(_marks(places, blocks))


def _positions(blocks: Sequence[Block]) -> dict[str, int]:
    where: dict[str, int] = {}
    for at, block in enumerate(blocks):
        for anchor in block.anchors:
            where.setdefault(anchor, at)
    return where


def _at(entry: NavEntry, where: dict[str, int]) -> int | None:
    if entry.target in where:
        return where[entry.target]
    return where.get(entry.target.partition("#")[0])


def _walk(
    entries: Sequence[NavEntry],
    where: dict[str, int],
    blocks: Sequence[Block],
    part: str,
    book: str,
) -> Iterator[_Place]:
    for entry in entries:
        at = _at(entry, where)
        if _is_divider(entry, at, where, blocks):
            is_book = letters_of(entry.title) == book
            title = part if is_book else _joined(part, entry.title)
            if at is not None and not is_book:
                yield _Place(at, entry.title, title, is_part=True)
            yield from _walk(entry.children, where, blocks, title, book)
        elif at is not None:
            yield _Place(at, entry.title, part, is_part=False)
            yield from _far_children(entry, at, where, blocks, part, book)


def _joined(part: str, title: str) -> str:
    return f"{part}, {title}" if part else title


def _far_children(
    entry: NavEntry,
    at: int,
    where: dict[str, int],
    blocks: Sequence[Block],
    part: str,
    book: str,
) -> Iterator[_Place]:
    """Sections inside a chapter do not split it, but chapters nested below a first one do."""
    named = [child for child in entry.children if is_chapter_line(child.title)]
    if len(named) >= 2 and not is_chapter_line(entry.title):
        yield from _walk(entry.children, where, blocks, part, book)


def _is_divider(
    entry: NavEntry, at: int | None, where: dict[str, int], blocks: Sequence[Block]
) -> bool:
    if not entry.children:
        return "part" in entry.types
    if is_chapter_line(entry.title) and not is_part_line(entry.title):
        return False
    if at is None:
        return True
    below = [place for child in entry.children if (place := _at(child, where)) is not None]
    if not below:
        return False
    if is_part_line(entry.title):
        return True
    own = rough_words(blocks[at : min(below)])
    return own < DIVIDER_WORDS and (number_of(entry.title) is None or _are_chapters(entry.children))


def _are_chapters(entries: Sequence[NavEntry]) -> bool:
    return any(is_chapter_line(e.title) or number_of(e.title) is not None for e in entries)


def _marks(places: Sequence[_Place], blocks: Sequence[Block]) -> Iterator[Mark]:
    """Give each chapter its part, and a part's own page to the first chapter of the part."""
    ends = [*(place.at for place in places[1:]), len(blocks)]
    pending: int | None = None
    part_dropped: set[int] = set()
    last_part = ""
    for number, (place, end) in enumerate(zip(places, ends, strict=True)):
        if place.is_part and _is_page_only(place, end, blocks, number == len(places) - 1):
            pending = place.at if pending is None else pending
            part_dropped |= drop_title_headings(blocks, place.at, end, place.title)[1]
            continue
        title, dropped = drop_title_headings(blocks, place.at, end, place.title)
        start = place.at if pending is None else pending
        part = place.part if place.part != last_part else ""
        yield Mark(start, title, part, frozenset(dropped | part_dropped))
        pending, part_dropped, last_part = None, set(), place.part


def _is_page_only(place: _Place, end: int, blocks: Sequence[Block], is_last: bool) -> bool:
    return not is_last and rough_words(blocks[place.at : end]) <= PART_PAGE_WORDS
