import time

import pytest

from stories.importing import ImportRefused
from stories.tests import samples
from stories.tests.documents import cocoa, rtf, rtf_para
from stories.tests.samples import texts, titles


@pytest.fixture
def read(tmp_path):
    return samples.reader(tmp_path)


@pytest.fixture
def content_of(read):
    """Read one chapter of RTF paragraphs."""

    def _content_of(*paragraphs):
        return read(rtf(*paragraphs), "a.rtf").chapters[0].content

    return _content_of


def test_rtf_keeps_headings_emphasis_lists_quotes_and_scene_breaks(read):
    bullet = r"{\listtext\'b7\tab}\ls1\ilvl0 "
    number = r"{\listtext 1.\tab}\ls1\ilvl1 "
    book = read(
        rtf(
            rtf_para("The Salt Road", 5),
            rtf_para("Contents 1", 4),
            rtf_para(r"{\b Chapter 1}", 1),
            r"un{\i fri}{\i gging}believable \b\ul bold\b0\ulnone  \strike gone\strike0",
            "* * *",
            rtf_para("A quote.", 3),
            rtf_para("Its end.", 3),
            "#",
            bullet + "salt",
            number + "thin",
            r'{\field{\*\fldinst{HYPERLINK "https://example.org/"}}{\fldrslt{\ul link}}} end',
            rtf_para("Chapter 2", 2),
            r"one\line two\tab three",
        ),
        "a.rtf",
    )
    assert (book.title, book.author, book.format) == ("The Salt Road", "Ines Ferro", "rtf")
    assert titles(book) == ["Chapter 1", "Chapter 2"]
    assert book.chapters[0].content == (
        "<p>un<em>frigging</em>believable <strong><u>bold</u></strong> <s>gone</s></p><hr>"
        "<blockquote><p>A quote.</p><p>Its end.</p></blockquote><hr>"
        "<ul><li><p>salt</p><ol><li><p>thin</p></li></ol></li></ul>"
        '<p><a href="https://example.org/">link</a> end</p>'
    )
    assert book.chapters[1].content == "<p>one<br>two three</p>"
    assert [one.reason for one in book.omitted] == ["Contents", "Title page"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"\u8220?Yes\u8221?", "“Yes”"),
        (r"\u-10179?\u-8704? yes", "😀 yes"),
        (r"\uc2\u233\'65\'65x", "éx"),
        (r"{\uc0\u233 x}\u233?y", "éxéy"),
        (r"caf\'e9 \ldblquote a\rdblquote\emdash b", "café “a”—b"),
        (r"{\f1\'8c\'e1\'94y} {\f1 \'83A}", "吾輩 ア"),
        (r"{\f2\'c2\'f1\'e5}", "Все"),
        (r"a\~b\_c\-d\{e\}\\f", "a\u00a0b\u2011c\u00add{e}\\f"),
        ("a\r\nb", "ab"),
    ],
)
def test_rtf_letters_are_read_in_every_way_they_are_written(read, written, text):
    assert texts(read(rtf(written), "a.rtf"))[0] == text


@pytest.mark.parametrize(
    ("page", "raw", "text"),
    [
        ("936", r"\'ce\'d2\'c3\'c7", "我们"),
        ("1250", r"\'9e\'e1ba", "žába"),
        ("10000", r"caf\'8e", "café"),
        ("65001", r"\'c3\'a9", "é"),
        ("99999", r"caf\'e9", "café"),
    ],
)
def test_rtf_bytes_are_read_by_the_code_page_of_the_file(read, page, raw, text):
    content = rf"{{\rtf1\ansi\ansicpg{page} {raw}\par}}"
    assert texts(read(content, "a.rtf"))[0] == text


def test_rtf_as_a_mac_writes_it_is_read(read):
    book = read(cocoa("A.\nB.\nC.\nD.\n\\i Two\\i0 .\n\nThree.\nE."), "a.rtf")
    assert book.chapters[0].content.endswith("<p><em>Two</em>.</p><hr><p>Three.</p><p>E.</p>")


def test_rtf_groups_that_are_no_story_are_left_out(content_of, read):
    hidden = (
        r"{\header Page head\par}{\*\unknown secret}{\*\shppict{\pict\pngblip 89504e47}}"
        r"{\nonshppict{\pict 0102}}{\v unseen}{\deleted struck}{\*\bkmkstart mark}"
        r"{\*\annotation{\*\atnid 1} a remark}{\pict\bin5 }{\\{}"
    )
    book = read(rtf(f"a{hidden}b"), "a.rtf")
    assert book.chapters[0].content == "<p>ab</p>"
    assert book.notes == (
        "2 pictures were left out.",
        "1 comment was left out.",
        "1 tracked deletion was left out.",
    )


def test_rtf_notes_come_to_the_end_and_tables_become_paragraphs(content_of):
    note = r"{\super\chftn}{\footnote\pard\plain {\super\chftn} A {\i dry} river.}"
    table = r"\trowd\intbl x\cell y\cell\row"
    assert content_of(f"a{note} b", table) == (
        "<p>a[1] b</p><p>x | y</p><h4>Notes</h4><ol><li><p>A <em>dry</em> river.</p></li></ol>"
    )


def test_rtf_pages_divide_where_nothing_else_does(read):
    book = read(rtf(r"One.\page", "Two.", r"Three.\sect\sectd\sbknone Four."), "a.rtf")
    assert texts(book) == ["One.", "Two.\n\nThree.\n\nFour."]


def test_rtf_named_as_something_else_is_read_as_what_it_is(read):
    book = read(rtf("Some words."), "a.doc")
    assert (book.format, book.word_count) == ("rtf", 2)
    assert any("it was read as one" in note for note in book.notes)


@pytest.mark.parametrize(
    "content",
    [
        "{" * 500_000,
        r"{\footnote x" * 300,
        r"{\i" * 390 + "x",
        r"\u233?" * 1_500_000,
        r"{\pict\bin999999999 x}",
        r"\bin-5 x",
        "\\",
        r"\u99999999999999999999 x",
        r"\uc99999\u233 abc",
        r"{\fldinst HYPERLINK " + "x" * 2_000_000 + r"}{\fldrslt y}",
        r"{\listtext 1.}x\par" * 30_000,
        r"{\*\x " + "a" * 5_000_000 + "}x",
        "}" * 1_000_000 + "x",
        r"{\s1\sbasedon1 heading 1;}" * 10_000,
    ],
)
def test_contorted_rtf_is_answered_in_time(read, content):
    started = time.process_time()
    try:
        read(rf"{{\rtf1 {content}", "a.rtf")
    except ImportRefused as refusal:
        assert refusal.reason
    assert time.process_time() - started < 5


def test_an_answer_to_ruined_rtf_is_a_refusal_or_a_book(read):
    whole = rtf("Some words.", r"{\i More} words\u8217?.", r"a{\footnote b}").encode()
    for at in range(0, len(whole), 11):
        broken = bytearray(whole)
        broken[at] ^= 0x5F
        try:
            read(bytes(broken), "a.rtf")
        except ImportRefused as refusal:
            assert refusal.reason
