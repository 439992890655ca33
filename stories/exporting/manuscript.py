"""What standard manuscript format says, apart from how a kind of file says it.

The rules are William Shunn's, "Proper Manuscript Format" (shunn.net/format), modern and classic.
"""

from __future__ import annotations

from stories.exporting.book import Book
from stories.exporting.fitting import shortened

SCENE_BREAK = "#"
SHORT, NOVEL = 17_500, 40_000
HEAD_LENGTH, NAME_LENGTH = 40, 24
# Words that belong to a surname: "Le Guin", "van Gogh".
PARTICLES = {
    "af", "al", "ap", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "dos", "du",
    "el", "la", "le", "los", "mac", "mc", "san", "st", "st.", "ten", "ter", "van", "von", "zu",
    "zur",
}  # fmt: skip


def about(words: int) -> str:
    """Return the count for the first page: to hundreds, for a novella 500, for a novel 1,000."""
    step = 100 if words < SHORT else 500 if words < NOVEL else 1_000
    return f"about {max(1, (words + step // 2) // step) * step:,} words"


def surname(name: str) -> str:
    """Return the last name, with the small words before it."""
    parts = name.split()
    start = len(parts) - 1
    while start > 0 and parts[start - 1].casefold() in PARTICLES:
        start -= 1
    return " ".join(parts[max(start, 0) :])


def short_title(title: str) -> str:
    """Return the title for the head of each page: in capitals, cut at a word where it is long."""
    return shortened(title, HEAD_LENGTH).upper()


def running_head(book: Book) -> str:
    """Return what stands before the page's number: "Austen / EMMA / "."""
    name = shortened(
        surname(book.look.contact[0] if book.look.contact else book.author), NAME_LENGTH
    )
    return f"{name} / {short_title(book.title)} / " if name else f"{short_title(book.title)} / "
