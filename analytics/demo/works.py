"""The demo writer's own works, read from Markdown files. Pure.

A file begins with `# Title` and lines `> synopsis:`, `> genre:`, `> status:`, `> tags:` (with
commas), `> series:`; then come `## Part` and `### Chapter` headings with their prose.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from stories.counting import count_words
from stories.text import from_markdown, from_plain, to_text

FOLDER = Path(__file__).parent
# Finished books were written first, the one on the desk last.
ORDER = {"Complete": 0, "On Hiatus": 1, "Ongoing": 2}


@dataclass(frozen=True)
class Block:
    """A paragraph or scene break, finished or begun."""

    html: str
    text: str
    words: int

    def begun(self, words: int) -> tuple[str, int]:
        """Return the paragraph's beginning of about that many words, and its exact count."""
        beginning = " ".join(self.text.split()[:words])
        return from_plain(beginning), count_words(beginning)


@dataclass
class ChapterText:
    title: str
    part_title: str
    source: list[str] = field(default_factory=list)

    @cached_property
    def blocks(self) -> list[Block]:
        pieces = "\n".join(self.source).strip().split("\n\n")
        html = [from_markdown(piece) for piece in pieces if piece.strip()]
        texts = [to_text(piece) for piece in html]
        return [
            Block(piece, text, count_words(text)) for piece, text in zip(html, texts, strict=True)
        ]

    @cached_property
    def words(self) -> int:
        return sum(block.words for block in self.blocks)

    def until(self, words: int) -> tuple[str, int]:
        """Return the chapter as it was when about `words` words stood there, and their count."""
        content: list[str] = []
        count = 0
        for block in self.blocks:
            if count + block.words > words:
                beginning, more = block.begun(words - count)
                return "".join([*content, beginning]), count + more
            content.append(block.html)
            count += block.words
        return "".join(content), count

    def without(self, number: int) -> tuple[str, int]:
        """Return the finished chapter without one of its blocks, and the count."""
        kept = [block for place, block in enumerate(self.blocks) if place != number]
        return "".join(block.html for block in kept), sum(block.words for block in kept)


@dataclass
class Work:
    title: str = ""
    synopsis: str = ""
    genre: str = ""
    status: str = "Ongoing"
    tags: str = ""
    series: str = ""
    chapters: list[ChapterText] = field(default_factory=list)

    @property
    def words(self) -> int:
        return sum(chapter.words for chapter in self.chapters)


def read_works(folder: Path = FOLDER) -> list[Work]:
    """Return every work of the folder in the order it was written."""
    works = [parse_work(path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))]
    return sorted(works, key=lambda work: ORDER.get(work.status, 2))


def parse_work(source: str) -> Work:
    work, part = Work(), ""
    for line in source.splitlines():
        if line.startswith("### "):
            work.chapters.append(ChapterText(line[4:].strip(), part))
            part = ""
        elif line.startswith("## "):
            part = line[3:].strip()
        elif line.startswith("# "):
            work.title = line[2:].strip()
        elif work.chapters:
            work.chapters[-1].source.append(line)
        elif line.startswith("> "):
            _describe(work, line[2:])
    return work


def _describe(work: Work, line: str) -> None:
    name, _colon, value = line.partition(":")
    if name.strip() in {"synopsis", "genre", "status", "tags", "series"}:
        setattr(work, name.strip(), value.strip())
