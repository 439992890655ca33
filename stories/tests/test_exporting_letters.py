"""Letters of every script leave as they should be read, and none runs off its page."""

import io
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest

from jobs.models import Job
from jobs.services import enqueue_job
from stories.exporting.book import Book, Chapter, no_tick
from stories.exporting.direction import directed, runs_leftward
from stories.exporting.fitting import breakable, shortened
from stories.exporting.formats import FORMATS, pdf, typeset
from stories.exporting.manuscript import running_head
from stories.exporting.shapes import unusual_letters

ARABIC, HEBREW = "هذا نص عربي.", "זהו טקסט."
CHAPTER = Chapter(
    1, HEBREW, ARABIC, f"<p>{ARABIC}</p><p>Plain.</p><ul><li><p>{HEBREW}</p></li></ul>"
)


def a_book(**values):
    look = {"title": "Bird", "author": "Ann", "chapters": [CHAPTER], "note": HEBREW} | values
    made = datetime(2026, 3, 1, tzinfo=UTC)
    return Book(id="0190aaaa", language="en", words=7, made_at=made, **look)


def written(format, **values):
    target = io.BytesIO()
    FORMATS[format].write(a_book(**values), target, no_tick)
    return target


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (ARABIC, True),
        (HEBREW, True),
        (f"12 — “{HEBREW}” he said", True),
        (f"He said: {HEBREW}", False),
        ("Plain.", False),
        ("日本語", False),
        ("12 !", False),
        ("", False),
    ],
)
def test_the_first_letter_says_where_a_line_begins(text, answer):
    assert runs_leftward(text) is answer


def test_paragraphs_that_run_to_the_left_say_so():
    html = f"<p><em>{HEBREW}</em> and</p><p>Plain {HEBREW}</p><h2>{ARABIC}</h2><hr>"
    leftward = f'<p dir="rtl"><em>{HEBREW}</em> and</p><p>Plain {HEBREW}</p>'
    assert directed(html) == f'{leftward}<h2 dir="rtl">{ARABIC}</h2><hr>'


@pytest.mark.parametrize("format", ["docx", "manuscript_docx"])
def test_a_word_document_says_which_paragraphs_run_to_the_left(format):
    with ZipFile(written(format)) as archive:
        text = archive.read("word/document.xml").decode()
    # The part, the chapter, its first paragraph, the item of its list, the note.
    assert text.count("<w:bidi/>") == 5


@pytest.mark.parametrize(("format", "name"), [("epub", "EPUB/chapter-0001.xhtml"), ("html", "")])
def test_a_page_says_which_paragraphs_run_to_the_left(format, name):
    raw = written(format)
    text = ZipFile(raw).read(name).decode() if name else raw.getvalue().decode()
    for marked in (
        f'dir="rtl">{HEBREW}</h',
        f'<p dir="rtl">{ARABIC}</p>',
        f'<p dir="rtl">{HEBREW}',
    ):
        assert marked in text
    assert "<p>Plain.</p>" in text


def test_the_page_setter_is_told_which_paragraphs_run_to_the_left():
    source = typeset.chapter(CHAPTER, deeper=1)
    assert f'#leftward[#"{ARABIC}";]' in source and f'#leftward[#"{HEBREW}";]' in source
    assert '#leftward[#"Plain.' not in source


@pytest.mark.parametrize("format", ["pdf", "manuscript_pdf"])
@pytest.mark.parametrize("language", ["en", "he"])
def test_pages_of_mixed_letters_are_set(format, language):
    target = io.BytesIO()
    values = {"title": HEBREW * 30, "author": ARABIC * 30, "language": language}
    made = datetime(2026, 3, 1, tzinfo=UTC)
    book = Book(id="0", words=7, made_at=made, chapters=[CHAPTER], note=ARABIC, **values)
    FORMATS[format].write(book, target, no_tick)
    assert target.getvalue().startswith(b"%PDF-")


def test_a_word_without_end_may_be_broken_anywhere():
    endless = "Ha" * 20
    assert breakable(f"She: {endless}!") == "She: " + "\u200b".join(endless + "!")
    assert '"She: H\u200ba\u200b' in typeset.title(f"She: {endless}", deeper=0)


@pytest.mark.parametrize(
    "text",
    ["Donaudampfschifffahrtsgesellschaft", "吾輩は猫である" * 9, ARABIC.replace(" ", "") * 9],
)
def test_other_words_stay_whole(text):
    assert breakable(text) == text


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Emma", "Emma"),
        ("  The\n Bird ", "The Bird"),
        ("The Bird, the Sea and the Sky", "The Bird"),
        ("The Bird Sea", "The Bird Sea"),
        ("x" * 30, "x" * 12),
        ("吾輩は猫である", "吾輩は猫であ"),
        ("", ""),
    ],
)
def test_a_title_is_cut_at_a_word_to_the_room_there_is(title, short):
    assert shortened(title, 12) == short


def test_no_name_fills_the_head_of_a_manuscript():
    assert running_head(a_book(author="Ann " + "B" * 99)) == f"{'B' * 24} / BIRD / "


# --- Letters without a shape -------------------------------------------------------


def test_the_letters_a_font_may_lack_are_gathered_once_and_the_usual_ones_left_out():
    book = a_book(title="“Café” 犬", author="Ann 犬 ไ", note="½ – 🐉\u200d")
    assert unusual_letters(book) == "".join(sorted({*"犬ไ🐉", *ARABIC, *HEBREW} - {" ", "."}))


@pytest.mark.parametrize("format", ["pdf", "manuscript_pdf"])
def test_a_pdf_names_the_letters_that_no_font_has_a_shape_for(format, monkeypatch):
    # It is no letter at all, so that no font of any machine can have it.
    monkeypatch.setattr(pdf, "unusual_letters", lambda book: "Ж\ufdd0")
    target = io.BytesIO()
    assert FORMATS[format].write(a_book(), target, no_tick) == "\ufdd0"
    assert target.getvalue().startswith(b"%PDF-")
    monkeypatch.setattr(pdf, "unusual_letters", lambda book: "Ж")
    assert FORMATS[format].write(a_book(), io.BytesIO(), no_tick) == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("letters", "is_said"), [("犬🐉", True), ("", False), (None, False)])
def test_the_page_of_an_export_tells_of_them(as_alice, alice, letters, is_said):
    made = {"format": "pdf", "word_count": 7, "without_shape": letters}
    result = {name: value for name, value in made.items() if value is not None}
    job = enqueue_job(alice, kind="story.export", parameters={"format": "pdf"})
    values = {"upload": "exports/x.pdf", "result": result, "finished_at": job.created_at}
    Job.objects.filter(pk=job.pk).update(status=Job.Status.DONE, **values)
    page = as_alice.get(f"/jobs/{job.pk}/").content.decode()
    assert "PDF with 7 words" in page
    assert ("has a shape for 犬 🐉: on its pages they are boxes" in page) == is_said
