"""One module and one line per format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from stories.exporting.book import Book, Tick
from stories.exporting.formats import docx, epub, html, markdown, pdf, plain

# What it returns, if anything, are letters that had to be left without a shape.
Writer = Callable[[Book, IO[bytes], Tick], str | None]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class Format:
    """How a book is written as this; `ending` goes between its name and its suffix."""

    write: Writer
    suffix: str
    content_type: str
    ending: str = ""


FORMATS: Mapping[str, Format] = {
    "epub": Format(epub.write, ".epub", "application/epub+zip"),
    "docx": Format(docx.write, ".docx", WORD),
    "pdf": Format(pdf.write, ".pdf", "application/pdf"),
    "manuscript_docx": Format(docx.write_manuscript, ".docx", WORD, "-manuscript"),
    "manuscript_pdf": Format(pdf.write_manuscript, ".pdf", "application/pdf", "-manuscript"),
    "markdown": Format(markdown.write_file, ".md", "text/markdown; charset=utf-8"),
    "markdown_zip": Format(markdown.write_zip, ".zip", "application/zip", "-markdown"),
    "html": Format(html.write, ".html", "text/html; charset=utf-8"),
    "text": Format(plain.write, ".txt", "text/plain; charset=utf-8"),
}
