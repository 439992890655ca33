"""PDF: the source is written chapter by chapter, then pages are set in a process of their own.

That process can be ended at any moment, and what it needs of memory goes with it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from stories.exporting import faces, manuscript, words
from stories.exporting.book import Book, ExportRefused, Tick
from stories.exporting.fitting import breakable, shortened
from stories.exporting.formats import typeset
from stories.exporting.formats.typeset import string
from stories.exporting.shapes import missing_letters, unusual_letters

HERE = Path(__file__).parent
POINTS = {"trade": 10.5, "a4": 11.5, "letter": 11.5}
# The letters that the narrowest page has room for above its text.
HEAD_LENGTH = 64
# A typewriter's letters are wide.
TYPEWRITER_SHARE = 0.85
MANUSCRIPT_FONTS = {"modern": "Libertinus Serif", "classic": "DejaVu Sans Mono"}
# How often whoever waits is told, and how long a book may take, in seconds.
PATIENCE, LONGEST = 0.5, 300.0
# One thread and one heap: two of each take a quarter more memory and hardly less time.
FRUGAL = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "MALLOC_TOP_PAD_": "0"}
# It reads, of so many bytes, a sheet of letters to try, which the strictest kind of PDF refuses
# where one has no shape; then the source; then, of so many bytes, the cover, which stays a file
# without a name too.
SET_PAGES = """\
import os, sys, typst
raw = sys.stdin.buffer.read()
start, end = int(sys.argv[1]), len(raw) - int(sys.argv[2])
if start:
    try:
        typst.compile(raw[:start], pdf_standards=["a-2b"])
    except typst.TypstError as error:
        sys.stderr.write(error.diagnostic)
os.dup2(os.memfd_create("cover"), 9)
os.write(9, raw[end:])
sys.stdout.buffer.write(typst.compile(raw[start:end], root="/proc/self/fd"))
"""
MOST_SAID = 200_000


def write(book: Book, target: IO[bytes], tick: Tick) -> str:
    """Write pages set as a book; return the letters that no font here has a shape for."""
    page = book.look.page_size or "trade"
    share = TYPEWRITER_SHARE if book.look.font == "typewriter" else 1
    look = _look(book) | {
        "page": page,
        "font": faces.TYPESET[book.look.font],
        "size": f"{POINTS[page] * share:.2f}pt",
        "scene": "*\u2003*\u2003*",
        "heads": tuple(_head(line) for line in (book.author, book.title)),
        "deepest": 2 if book.has_parts else 1,
        "unnumbered": 1 if book.look.front_matter else 0,
        "entries": tuple(_entries(book)),
        # The cover and its back come before the first page that counts.
        "covered": 2 if book.cover else 0,
    }
    return _write(book, target, tick, "book.typ", look, has_front=book.look.front_matter)


def _head(line: str) -> str:
    short = shortened(line, HEAD_LENGTH)
    return short if len(short) == len(" ".join(line.split())) else f"{short} …"


def _entries(book: Book) -> Iterator[dict[str, Any]]:
    """Yield the lines that the contents will have."""
    deeper = int(book.has_parts)
    for chapter in book.chapters:
        if chapter.part:
            yield {"level": 1, "title": chapter.part}
        yield {"level": 1 + deeper, "title": chapter.title}
    if book.note:
        yield {"level": 1 + deeper, "title": words.authors_note(book.language)}


def write_manuscript(book: Book, target: IO[bytes], tick: Tick) -> str:
    """Write standard manuscript format; `exporting.manuscript` names its rules.

    Returns the letters that no font here has a shape for.
    """
    contact = book.look.contact or (book.author,)
    look = _look(book) | {
        "page": "a4" if book.look.page_size == "a4" else "letter",
        "font": MANUSCRIPT_FONTS[book.look.manuscript_style],
        "underlines": book.look.manuscript_style == "classic",
        "scene": manuscript.SCENE_BREAK,
        "head": manuscript.running_head(book),
        "about": manuscript.about(book.words),
        "contact": contact,
    }
    return _write(book, target, tick, "manuscript.typ", look, has_front=True)


def _look(book: Book) -> dict[str, Any]:
    language, _, region = book.language.partition("-")
    is_region = len(region) == 2 and region.isalpha()
    return {
        "title": breakable(book.title),
        "author": breakable(book.author),
        "lang": language.lower(),
        "region": region.upper() if is_region else None,
    }


def _write(
    book: Book, target: IO[bytes], tick: Tick, sheet: str, look: dict[str, Any], *, has_front: bool
) -> str:
    deeper = int(book.has_parts)
    # Files without a name: whatever happens to this process, none of the prose stays behind.
    with tempfile.TemporaryFile() as source:

        def put(text: str) -> None:
            source.write(text.encode("utf-8", "replace"))

        put(_tried(book, look))
        start = source.tell()
        put(f"#let look = {_value(look)}\n{(HERE / sheet).read_text('utf-8')}\n")
        cover = book.cover.raw if book.cover and "covered" in look else b""
        put("#cover()\n" if cover else "")
        put(f"#front({string(words.contents(book.language))})\n\n" if has_front else "")
        for chapter in book.chapters:
            put(typeset.chapter(chapter, deeper=deeper))
            tick()
        if book.note:
            put(typeset.title(words.authors_note(book.language), deeper=deeper))
            put(typeset.paragraphs(book.note_paragraphs))
        source.write(cover)
        source.seek(0)
        told = set_pages(source, target, tick, tried_bytes=start, cover_bytes=len(cover))
        return missing_letters(told)


def _tried(book: Book, look: dict[str, Any]) -> str:
    """Return a sheet with each letter that a font may lack; "" where there is none."""
    # Apart: a font is looked for by the first letter of those that stand together.
    letters = " ".join(unusual_letters(book))
    return f"#set text(font: {string(look['font'])})\n#{string(letters)}\n" if letters else ""


def set_pages(
    source: IO[bytes], target: IO[bytes], tick: Tick, *, tried_bytes: int = 0, cover_bytes: int = 0
) -> str:
    """Run the page setter and return what it said; `tick` is called meanwhile, and may raise.

    The first `tried_bytes` of the source are letters to try, the last `cover_bytes` the cover's
    picture. Raises RuntimeError with what the page setter said, when it could not.
    """
    command = [sys.executable, "-I", "-c", SET_PAGES, str(tried_bytes), str(cover_bytes)]
    with tempfile.TemporaryFile() as made, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own words
            command, stdin=source, stdout=made, stderr=errors, env=os.environ | FRUGAL
        )
        try:
            _wait(process, tick)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        errors.seek(0)
        said = errors.read(MOST_SAID).decode("utf-8", "replace")
        if process.returncode:
            # Told to whoever looks after the studio; it may quote the book, so it is no answer.
            raise RuntimeError(said[-500:])
        made.seek(0)
        copyfileobj(made, target)
        return said


def _wait(process: subprocess.Popen[bytes], tick: Tick) -> None:
    waited = 0.0
    while waited < LONGEST:
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            waited += PATIENCE
            tick()
        else:
            return
    raise ExportRefused("Setting the pages of this book takes too long. Try fewer chapters.")


def _value(value: Any) -> str:
    """Write a value of the page setter's language."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return f"({', '.join(f'{name}: {_sized(name, given)}' for name, given in value.items())})"
    if isinstance(value, tuple):
        return f"({''.join(f'{_value(one)}, ' for one in value)})"
    return string(value)


def _sized(name: str, given: Any) -> str:
    return str(given) if name == "size" else _value(given)
