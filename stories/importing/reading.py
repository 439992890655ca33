"""Read any book file: the one door into this package."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

from lxml import etree

from stories.importing.archive import DAMAGED
from stories.importing.assembly import finish
from stories.importing.book import SPLITS, ImportedBook, ImportRefused, Progress, no_progress
from stories.importing.detect import NAMES, detect
from stories.importing.formats import READERS

_SUFFIXES = {
    "epub": (".epub",),
    "docx": (".docx",),
    "odt": (".odt", ".ott"),
    "rtf": (".rtf",),
    "scrivener": (".zip", ".scriv"),
}
_UNTIDY = re.compile(r"[-_\s]+")


def read_book(
    path: Path, *, filename: str, split: str = "auto", progress: Progress = no_progress
) -> ImportedBook:
    """Return the book in the file at `path`, which its owner called `filename`.

    Raises ImportRefused, and nothing else, for whatever is wrong with the file. Writes nothing,
    fetches nothing. `progress(done, total)` restarts once: pages read, then chapters made.
    """
    if split not in SPLITS:
        raise ImportRefused(f"A book can be split by {', '.join(SPLITS)}.")
    kind = detect(path, filename)
    try:
        manuscript = READERS[kind](path, split=split, progress=progress)
    except (etree.LxmlError, zipfile.BadZipFile, UnicodeError, RecursionError) as error:
        raise ImportRefused(DAMAGED) from error
    if not manuscript.title.strip():
        manuscript.title = _title_of(filename)
    book = finish(manuscript, progress)
    suffix = PurePosixPath(filename).suffix.lower()
    if kind in _SUFFIXES and suffix not in (*_SUFFIXES[kind], ""):
        note = f"The file is named {suffix} but is {NAMES[kind]}; it was read as one."
        return replace(book, notes=(note, *book.notes))
    return book


def _title_of(filename: str) -> str:
    stem = PurePosixPath(filename.replace("\\", "/")).stem
    return _UNTIDY.sub(" ", stem).strip() or "Untitled"
