"""What an export is made of, and how it may look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

Tick = Callable[[], None]

PAGE_SIZES = ("trade", "a4", "letter")
FONTS = ("book", "classic", "typewriter")
MANUSCRIPT_STYLES = ("modern", "classic")


class ExportRefused(Exception):
    """The book cannot be written like this; `reason` is a whole sentence meant for the writer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Look:
    """How a book is set. An empty `page_size` leaves it to the format.

    `contact` is the block of a manuscript's first page, one line each, the legal name first.
    """

    page_size: str = ""
    font: str = "book"
    front_matter: bool = True
    manuscript_style: str = "modern"
    contact: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter as schema HTML; `part` is the title of the part that begins with it, or ""."""

    number: int
    title: str
    part: str
    content: str


@dataclass(frozen=True, slots=True)
class Cover:
    """A JPEG and its sizes in pixels."""

    raw: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Book:
    """A story as it leaves the studio. `language` is a BCP 47 tag; `note` is plain text.

    Formats without covers leave `cover` out.
    """

    id: str
    title: str
    author: str
    language: str
    words: int
    chapters: Sequence[Chapter]
    made_at: datetime
    note: str = ""
    cover: Cover | None = None
    look: Look = field(default_factory=Look)

    @property
    def has_parts(self) -> bool:
        return any(chapter.part for chapter in self.chapters)

    @property
    def note_paragraphs(self) -> list[str]:
        """The author's note, a paragraph for each line that is not blank."""
        return [line.strip() for line in self.note.splitlines() if line.strip()]


def no_tick() -> None:
    """Stand in where nobody watches."""
