"""Letters that no font here has a shape for: on a page they would be boxes, and nobody was told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import category

from stories.exporting.book import Book

# What every face has: Latin letters, and the signs of typography.
_SURE = re.compile("[\u0000-\u024f\u2000-\u206f]+")
_MISSING = re.compile('the text `"(.+?)"` could not be displayed')
# How the page setter writes a letter it does not know itself.
_NUMBER = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
MOST_TOLD = 20


def unusual_letters(book: Book) -> str:
    """Return each letter of a book, once, that a font may lack."""
    found: set[str] = set()
    for text in _texts(book):
        found.update(_SURE.sub("", text))
    return "".join(sorted(letter for letter in found if category(letter)[0] in "LNSP"))


def missing_letters(told: str) -> str:
    """Return the letters without a shape, from what the page setter said; at most twenty."""
    letters = (
        _NUMBER.sub(lambda sign: chr(int(sign[1], 16)), one) for one in _MISSING.findall(told)
    )
    return "".join(dict.fromkeys(letters))[:MOST_TOLD]


def _texts(book: Book) -> Iterable[str]:
    yield from (book.title, book.author, book.note, *book.look.contact)
    for chapter in book.chapters:
        yield from (chapter.title, chapter.part, chapter.content)
