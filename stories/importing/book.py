"""What an import yields, and the one error it may raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Progress = Callable[[int, int], None]

# What a chapter's card and the notes beside it hold, in characters.
MAX_SYNOPSIS, MAX_NOTES = 2_000, 100_000

SPLITS = ("auto", "headings", "files", "none")


class ImportRefused(Exception):
    """The file cannot be read; `reason` is a whole sentence meant for the writer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class ImportedChapter:
    title: str
    part_title: str
    content: str
    word_count: int
    synopsis: str = ""
    notes: str = ""


@dataclass(frozen=True)
class Omitted:
    """A piece recognised as not being story, and why it was left out."""

    title: str
    reason: str
    word_count: int


@dataclass(frozen=True)
class ImportedBook:
    title: str
    author: str
    language: str
    format: str
    chapters: tuple[ImportedChapter, ...]
    omitted: tuple[Omitted, ...]
    notes: tuple[str, ...]
    # As it lay in the file: whoever shows it draws it anew.
    cover: bytes = b""

    @property
    def word_count(self) -> int:
        return sum(chapter.word_count for chapter in self.chapters)


def no_progress(done: int, total: int) -> None:
    """Stand in where nobody watches."""
