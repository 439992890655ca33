"""Read books other programs wrote. Pure: no Django, no network, nothing written to disk."""

from stories.importing.book import ImportedBook, ImportedChapter, ImportRefused, Omitted
from stories.importing.reading import read_book

__all__ = ["ImportRefused", "ImportedBook", "ImportedChapter", "Omitted", "read_book"]
