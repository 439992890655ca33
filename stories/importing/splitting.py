"""Cut a row of blocks into chapters."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from stories.importing.blocks import Block, text_heading
from stories.importing.book import ImportRefused
from stories.importing.headings import (
    is_chapter_line,
    is_part_line,
    is_strict_chapter_line,
    is_strict_part_line,
    letters_of,
    number_of,
)

# A part page may carry an epigraph; with more text than this it is a chapter of its own.
PART_PAGE_WORDS = 200
# Chapter numbers standing alone must make up a run, or they are just numbers.
RUN = 3
MAX_HEADINGS = 10_000


@dataclass(frozen=True)
class Mark:
    """Where a chapter begins. Blocks in `dropped` have become its title or part title."""

    at: int
    title: str
    part: str = ""
    dropped: frozenset[int] = frozenset()


@dataclass(frozen=True)
class RawChapter:
    title: str
    part: str
    blocks: tuple[Block, ...]
    synopsis: str = ""
    notes: str = ""

    @property
    def words(self) -> int:
        return rough_words(self.blocks)


def rough_words(blocks: Iterable[Block]) -> int:
    """Count quickly, to weigh pieces against each other; never shown to people."""
    return sum(len(block.text.split()) for block in blocks if block.kind == "text")


def chapters_of(
    blocks: Sequence[Block], marks: Sequence[Mark]
) -> tuple[list[Block], list[RawChapter]]:
    """Return what stands before the first mark, and the chapters."""
    if not marks:
        return list(blocks), []
    ends = [*(mark.at for mark in marks[1:]), len(blocks)]
    chapters = [
        RawChapter(
            mark.title,
            mark.part,
            tuple(blocks[at] for at in range(mark.at, end) if at not in mark.dropped),
        )
        for mark, end in zip(marks, ends, strict=True)
    ]
    return list(blocks[: marks[0].at]), chapters


def promote_lines(blocks: list[Block]) -> list[Block]:
    """Make headings of paragraphs that read "Chapter 4", where a book has no real headings."""
    if sum(block.kind == "heading" for block in blocks) >= RUN:
        return blocks
    lines = {
        at for at, block in enumerate(blocks) if block.is_text and block.html.startswith("<p>")
    }
    chapters = [at for at in lines if is_strict_chapter_line(blocks[at].text)]
    if len(chapters) < 2:
        chapters = numbered_run([(at, blocks[at].text) for at in sorted(lines)])
    if len(chapters) < 2:
        return blocks
    parts = {at for at in lines if is_strict_part_line(blocks[at].text)}
    levels = dict.fromkeys(chapters, 2) | {at: 1 for at in parts if at not in chapters}
    return [
        replace(text_heading(block.text, levels[at]), html=block.html[3:-4], anchors=block.anchors)
        if at in levels
        else block
        for at, block in enumerate(blocks)
    ]


def numbered_run(lines: Iterable[tuple[int, str]]) -> list[int]:
    """Return the places of lines that count 1, 2, 3 … or I, II, III …; a new 1 may start a part."""
    places: list[int] = []
    expected = 1
    for at, text in lines:
        number = number_of(text) if len(text) < 10 else None
        if number is not None and (number == expected or (number == 1 and places)):
            places.append(at)
            expected = number + 1
    return places if len(places) >= RUN else []


def marks_of_headings(blocks: Sequence[Block]) -> list[Mark]:
    headings = [at for at, block in enumerate(blocks) if block.kind == "heading"]
    if not headings:
        return []
    if len(headings) > MAX_HEADINGS:
        raise ImportRefused(f"This file has more than {MAX_HEADINGS:,} headings.")
    chapter_places = _chapter_places(blocks, headings)
    return _Marker(blocks, headings, chapter_places).marks()


def marks_of_pages(blocks: Sequence[Block]) -> list[Mark]:
    """Begin an untitled chapter at each page break: the last resort."""
    pages = [at for at, block in enumerate(blocks) if block.kind == "page"]
    if not pages:
        return []
    starts = [0, *pages] if pages[0] else pages
    ends = [*starts[1:], len(blocks)]
    return [
        Mark(start, "")
        for start, end in zip(starts, ends, strict=True)
        if rough_words(blocks[start:end])
    ]


def _chapter_places(blocks: Sequence[Block], headings: list[int]) -> set[int]:
    named = [at for at in headings if _is_chapter(blocks[at].text)]
    if len(named) >= 2:
        level = Counter(blocks[at].level for at in named).most_common(1)[0][0]
        return set(named) | {
            at for at in headings if blocks[at].level == level and _stands(blocks, at)
        }
    counts = Counter(blocks[at].level for at in headings)
    several = sorted(level for level, count in counts.items() if count >= 2)
    for level in several:
        places = [at for at in headings if blocks[at].level == level]
        deeper = sum(counts[other] for other in counts if other > level)
        if not (deeper > len(places) and _all_hold_headings(blocks, places)):
            return set(places)
    return {at for at in headings if blocks[at].level == max(counts)} if not several else set()


def _is_chapter(text: str) -> bool:
    return is_chapter_line(text) or number_of(text) is not None


def _stands(blocks: Sequence[Block], at: int) -> bool:
    """A "Part One" at the chapters' own level, right above a chapter, is a part all the same."""
    return not (is_part_line(blocks[at].text) and _heading_below(blocks, at) is not None)


def _is_followed_by_heading(blocks: Sequence[Block], at: int) -> bool:
    return at + 1 < len(blocks) and blocks[at + 1].kind == "heading"


def _heading_below(blocks: Sequence[Block], at: int) -> Block | None:
    """Return the heading right below another, on the same page or the next."""
    at += 1
    while at < len(blocks) and blocks[at].kind in ("page", "anchor"):
        at += 1
    return blocks[at] if at < len(blocks) and blocks[at].kind == "heading" else None


def _all_hold_headings(blocks: Sequence[Block], places: list[int]) -> bool:
    """Parts: each is a heading with a deeper heading right below, or reads "Part Two"."""
    if all(is_part_line(blocks[at].text) for at in places):
        return True
    below = [(blocks[at], _heading_below(blocks, at)) for at in places]
    return all(under is not None and under.level > block.level for block, under in below)


class _Marker:
    """Walk the headings once, handing each chapter the part above it and the subtitle below it."""

    def __init__(self, blocks: Sequence[Block], headings: list[int], chapters: set[int]) -> None:
        self._blocks = blocks
        self._headings = headings
        self._chapters = chapters
        self._ordered = sorted(chapters)
        self._level = min((blocks[at].level for at in chapters), default=1)
        self._marks: list[Mark] = []
        self._part_at: int | None = None

    def marks(self) -> list[Mark]:
        used: set[int] = set()
        for at in self._headings:
            if at in used:
                continue
            if at in self._chapters:
                used |= self._chapter(at)
            elif self._is_part(at):
                self._flush_part(at)
                self._part_at = at
        self._flush_part(len(self._blocks))
        return self._marks

    def _is_part(self, at: int) -> bool:
        block = self._blocks[at]
        if is_part_line(block.text):
            return True
        if block.level >= self._level:
            return False
        is_book_title = not self._marks and self._part_at is None and not self._other_tops(at)
        return not is_book_title

    def _other_tops(self, at: int) -> bool:
        """A lone top heading at the front is the book's title; one of several may be a part."""
        level = self._blocks[at].level
        below = _heading_below(self._blocks, at)
        if below is not None and below.level == level:
            return False
        return any(self._blocks[other].level == level for other in self._headings if other > at)

    def _flush_part(self, before: int) -> None:
        """Turn a pending part with much text of its own into a chapter."""
        if self._part_at is None:
            return
        own = self._blocks[self._part_at : before]
        if rough_words(own) > PART_PAGE_WORDS:
            title = self._blocks[self._part_at].text
            self._marks.append(Mark(self._part_at, title, title, frozenset({self._part_at})))
            self._part_at = None

    def _chapter(self, at: int) -> set[int]:
        self._flush_part(at)
        title, used = self._title(at)
        part, start = "", at
        if self._part_at is not None:
            part, start = self._blocks[self._part_at].text, self._part_at
            used |= {start}
            self._part_at = None
        self._marks.append(Mark(start, title, part, frozenset(used)))
        return used

    def _next_chapter(self, after: int) -> int:
        position = bisect_right(self._ordered, after)
        return self._ordered[position] if position < len(self._ordered) else len(self._blocks)

    def _title(self, at: int) -> tuple[str, set[int]]:
        title, following = self._blocks[at].text, at + 1
        if not (is_bare(title) and _is_followed_by_heading(self._blocks, at)):
            return title, {at}
        subtitle = self._blocks[following].text
        end = self._next_chapter(following)
        if (
            _is_chapter(subtitle)
            or is_part_line(subtitle)
            or not is_alone(self._blocks, following, end)
        ):
            return title, {at}
        return f"{title.rstrip('.: ')}: {subtitle}", {at, following}


def is_alone(blocks: Sequence[Block], at: int, end: int) -> bool:
    """Tell a subtitle from the first of several sections."""
    level = blocks[at].level
    return not any(
        block.kind == "heading" and block.level == level for block in blocks[at + 1 : end]
    )


def is_bare(title: str) -> bool:
    """Tell "IV", "Chapter 4", "Chapter Four.": a number still waiting for its name."""
    if number_of(title) is not None:
        return True
    return is_chapter_line(title) and len(title.split()) <= 2 and ":" not in title.rstrip(":")


def drop_title_headings(
    blocks: Sequence[Block], start: int, end: int, title: str
) -> tuple[str, set[int]]:
    """Find the headings at the start of a chapter that its title repeats; complete a bare title.

    The title comes from a table of contents, which may say less ("IV") or more than the page.
    """
    key, dropped, extra, said = letters_of(title), set[int](), list[str](), 0
    for at in range(start, end):
        block = blocks[at]
        own = letters_of(block.text)
        # Text is part of a title only while the headings have not said all of it: in a chapter
        # called “Rain” the first line “Rain.” is story.
        is_rest = 0 < said < len(key) and own in key and len(block.text) < 80
        if block.kind == "text" and not is_rest:
            break
        if (own and key and (own in key or key in own)) or block.text == title:
            dropped.add(at)
            said += len(own)
            title = block.text if len(own) > len(key) and not dropped - {at} else title
        elif block.kind == "heading" and is_bare(title) and not extra and is_alone(blocks, at, end):
            extra.append(block.text)
            dropped.add(at)
    return (f"{title.rstrip('.: ')}: {extra[0]}" if extra else title), dropped
