"""One module and one line per format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from stories.importing.assembly import Manuscript
from stories.importing.book import Progress
from stories.importing.formats import (
    docx,
    epub,
    html,
    markdown,
    markdown_zip,
    odt,
    plain,
    rtf,
    scrivener,
)


class Reader(Protocol):
    def __call__(self, path: Path, *, split: str, progress: Progress) -> Manuscript: ...


READERS: Mapping[str, Reader] = {
    "epub": epub.read,
    "docx": docx.read,
    "odt": odt.read,
    "rtf": rtf.read,
    "scrivener": scrivener.read,
    "markdown": markdown.read,
    "markdown_zip": markdown_zip.read,
    "html": html.read,
    "plain": plain.read,
}
