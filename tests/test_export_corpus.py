"""A real novel leaves in every format that can be read again, and comes back to the letter."""

import io
import re
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from nexus.testing import require
from stories.exporting.book import Book, Chapter, no_tick
from stories.exporting.formats import FORMATS
from stories.importing import read_book

NOVEL = Path(settings.BASE_DIR).parent / "shared" / "corpus" / "pride-and-prejudice.epub"
EXACT = ("epub", "docx", "manuscript_docx", "markdown", "markdown_zip", "html")


@pytest.fixture(scope="module")
def novel():
    path = require(NOVEL.exists() and NOVEL, "the novel of the corpus, beside the checkout")
    return read_book(path, filename=path.name)


def written(novel, format, tick=no_tick):
    target = io.BytesIO()
    chapters = [
        Chapter(number, one.title, one.part_title, one.content)
        for number, one in enumerate(novel.chapters, 1)
    ]
    book = Book(
        id="0190aaaa-0000-7000-8000-000000000000",
        title=novel.title,
        author=novel.author,
        language="en-GB",
        words=novel.word_count,
        chapters=chapters,
        made_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    FORMATS[format].write(book, target, tick)
    return target.getvalue()


def back(novel, format, tmp_path):
    path = tmp_path / f"novel{FORMATS[format].suffix}"
    path.write_bytes(written(novel, format))
    return read_book(path, filename=path.name)


@pytest.mark.parametrize("format", EXACT)
def test_the_novel_comes_back_to_the_letter(novel, format, tmp_path):
    found = back(novel, format, tmp_path)
    assert found.chapters == novel.chapters and found.word_count == novel.word_count
    assert found.title == novel.title


def test_the_novel_comes_back_from_plain_text_with_every_word(novel, tmp_path):
    found = back(novel, "text", tmp_path)
    assert [(one.title, one.word_count) for one in found.chapters] == [
        (one.title, one.word_count) for one in novel.chapters
    ]
    for one, other in zip(found.chapters, novel.chapters, strict=True):
        for tag in ("<em>", "<hr>"):
            assert one.content.count(tag) == other.content.count(tag)


def children():
    """Return the processes this thread has started and that still run."""
    told = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text()
    return set(told.split())


def memory_of(processes):
    """Yield the most that each of these processes has had in memory, in MB."""
    own = Path("/proc/self/cmdline").read_bytes()
    for process in processes:
        # Until it is another program, it has the memory of the tests.
        if Path(f"/proc/{process}/cmdline").read_bytes() == own:
            continue
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        yield int(found[1]) / 1024 if found else 0.0


def test_the_pages_of_a_novel_are_set_in_two_hundred_megabytes(novel):
    # A browser or a worker that serves other tests may run below this thread too.
    seen, others = [0.0], children()
    raw = written(novel, "pdf", lambda: seen.extend(memory_of(children() - others)))
    assert raw.startswith(b"%PDF-")
    # 325 where its lines are set anew each time its pages are numbered; 199 was measured.
    assert 100 < max(seen) < 230
