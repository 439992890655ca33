"""Books that are hard to write down leave in every format and come back the same."""

import pytest

from stories.exporting.book import Chapter, Look
from stories.importing import read_book
from stories.tests.test_exporting import PLAIN, back, book

EXACT = ("epub", "html", "markdown", "markdown_zip", "docx", "manuscript_docx")
ODD = (
    "1984", "#5 <Salt> & “Road”", "*Star* & _line_", "[Draft] (x) `tick`", "C:\\path\\to",
    "😀 ✿", "שלום עולם", "- dash", "1. First", "A very" + " long" * 45 + " title",
    "Ends with a stop.", "Tom’s: “why?” — because…", "a | b", "~~no~~ ^1",
    "Contents of the box", "Chapter 7", "VII", "Part of it all", "O’Brien's \"quote\"",
)  # fmt: skip
NOTES = (
    "# One\n\nSalt[^1] and *rope*[^b].\n\n* * *\n\nMore[^1].\n\n# Two\n\nEnd[^c].\n\n"
    "[^1]: A dry *river*.\n[^b]: An old road.\n[^c]: The last.\n"
)


def told(chapters):
    return [(one.title, getattr(one, "part", None) or "", one.content) for one in chapters]


def found_in(format, tmp_path, what):
    found = back(format, tmp_path, what)
    return [(one.title, one.part_title, one.content) for one in found.chapters], found.title


@pytest.mark.parametrize("format", [*EXACT, "text"])
@pytest.mark.parametrize("with_parts", [False, True])
def test_titles_of_any_letters_come_back(format, with_parts, tmp_path):
    parts = {1: "Part <One> & *all*", 6: "Part 2: “Sea”", 12: "#3"} if with_parts else {}
    chapters = [Chapter(n, title, parts.get(n, ""), PLAIN) for n, title in enumerate(ODD, 1)]
    found, title = found_in(format, tmp_path, book(chapters, title="Salt & <Road>: a *novel*"))
    assert found == told(chapters)
    assert format == "text" or title == "Salt & <Road>: a *novel*"


@pytest.mark.parametrize("format", EXACT)
def test_foot_notes_that_came_in_come_back(format, tmp_path):
    path = tmp_path / "notes.md"
    path.write_text(NOTES)
    chapters = [
        Chapter(number, one.title, "", one.content)
        for number, one in enumerate(read_book(path, filename=path.name).chapters, 1)
    ]
    assert chapters[0].content.endswith(
        "<p>More[1].</p><h4>Notes</h4><ol><li><p>A dry <em>river</em>.</p></li>"
        "<li><p>An old road.</p></li></ol>"
    )
    found, _ = found_in(format, tmp_path, book(chapters))
    assert found == told(chapters)


@pytest.mark.parametrize("format", [*EXACT, "text"])
def test_a_book_without_a_title_page_comes_back(format, tmp_path):
    chapters = [Chapter(n, title, "", PLAIN) for n, title in enumerate(("Ash", "Rain"), 1)]
    found, _ = found_in(format, tmp_path, book(chapters, look=Look(front_matter=False)))
    assert found == told(chapters)


@pytest.mark.parametrize("format", EXACT)
def test_chapters_short_empty_or_begun_with_their_title_come_back(format, tmp_path):
    texts = (
        ("Rain", "<p>Rain.</p><p>It fell all night.</p>"),
        ("One word", "<p>Word.</p>"),
        ("Planned", ""),
        ("Machine", "<p>It said <code>go on</code>, and went.</p>"),
    )
    chapters = [Chapter(n, title, "", content) for n, (title, content) in enumerate(texts, 1)]
    found, _ = found_in(format, tmp_path, book(chapters))
    assert found == told(chapters)
