import time
from pathlib import Path

import pytest

from stories.counting import count_words
from stories.importing import read_book
from stories.importing.headings import clean_title
from stories.tests import samples
from stories.tests.samples import chapter_page, list_item, para, run, texts, titles, two_chapters
from stories.text import clean_html, to_text

CORPUS = (
    Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "pride-and-prejudice.epub"
)


@pytest.fixture
def read(tmp_path):
    return samples.reader(tmp_path)


# Whole novels


def assert_is_a_novel_of_61_chapters(book, seconds):
    assert len(book.chapters) == 61
    assert abs(book.word_count - 122_000) <= 122_000 * 0.005
    assert all(chapter.content == clean_html(chapter.content) for chapter in book.chapters)
    assert all(
        chapter.word_count == count_words(to_text(chapter.content)) for chapter in book.chapters
    )
    assert seconds < 10


def test_a_novel_of_the_corpus_is_read_whole(require):
    require(CORPUS.exists(), "the novel of the corpus, beside the checkout")
    started = time.process_time()
    book = read_book(CORPUS, filename="pride-and-prejudice.epub")
    assert_is_a_novel_of_61_chapters(book, time.process_time() - started)
    assert texts(book)[0].startswith("It is a truth universally acknowledged, that a single man")
    assert (book.title, book.author, book.language) == (
        "Pride and Prejudice",
        "Jane Austen",
        "en-GB",
    )
    assert titles(book)[0] == "I" and titles(book)[60] == "LXI"
    assert {o.reason for o in book.omitted} == {
        "Title page",
        "Imprint",
        "Colophon",
        "Copyright page",
    }
    assert "<blockquote><p>“" in book.chapters[34].content
    assert sum(chapter.content.count("<em>") for chapter in book.chapters) >= 464


def test_a_novel_of_pseudo_words_is_read_whole(read):
    pages = {
        f"c{n}.xhtml": chapter_page(
            f"Chapter {n}", *[samples.pseudo_words(100, n + k) for k in range(20)]
        )
        for n in range(1, 62)
    }
    nav = [(f"Chapter {n}", f"c{n}.xhtml") for n in range(1, 62)]
    content = samples.epub(pages, nav)
    started = time.process_time()
    book = read(content, "novel.epub")
    assert_is_a_novel_of_61_chapters(book, time.process_time() - started)
    assert book.word_count == 61 * 2_000


def test_progress_reaches_its_total(read):
    seen = []
    read(two_chapters(), "a.epub", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2), (1, 2), (2, 2)]


# Word


def test_docx_keeps_structure_emphasis_and_footnotes(read):
    note = f'<w:footnote w:id="2">{para("A dry river.")}</w:footnote>'
    content = samples.docx(
        para("The Salt Road", style="Title"),
        para("Part One", style="Heading1"),
        para("Chapter 1", style="Heading2"),
        para(
            "un",
            run("fri", "i"),
            run("gging", "i"),
            "believable ",
            run("bold", "b", 'u w:val="single"'),
        ),
        para("***", extra='<w:jc w:val="center"/>'),
        para("A quote.", style="Quote"),
        para("Its end.", style="Quote"),
        para("#"),
        list_item("salt"),
        list_item("rope"),
        list_item("thin", depth=1),
        para("Plain", '<w:r><w:footnoteReference w:id="2"/></w:r>', " end."),
        para("Chapter 2", style="Heading2"),
        para(
            '<w:hyperlink r:id="L1"><w:r><w:t>link</w:t></w:r></w:hyperlink>',
            "<w:del><w:r/></w:del>",
        ),
        footnotes=note,
        links={"L1": "https://example.org/"},
    )
    book = read(content, "a.docx")
    assert (book.title, book.author, book.format) == ("The Salt Road", "Ines Ferro", "docx")
    assert [(c.title, c.part_title) for c in book.chapters] == [
        ("Chapter 1", "Part One"),
        ("Chapter 2", ""),
    ]
    assert book.chapters[0].content == (
        "<p>un<em>frigging</em>believable <strong><u>bold</u></strong></p><hr>"
        "<blockquote><p><em>A quote.</em></p><p><em>Its end.</em></p></blockquote><hr>"
        "<ul><li><p>salt</p></li><li><p>rope</p><ol><li><p>thin</p></li></ol></li></ul>"
        "<p>Plain[1] end.</p><h4>Notes</h4><ol><li><p>A dry river.</p></li></ol>"
    )
    assert book.chapters[1].content == '<p><a href="https://example.org/">link</a></p>'
    assert "1 tracked deletion was left out." in book.notes


def test_docx_without_heading_styles_is_split_at_its_chapter_lines(read):
    content = samples.docx(
        para("CHAPTER ONE"), para("a b"), para(""), para("c"), para("d"), para("e"), para("f"),
        para("g"),
        para("CHAPTER TWO"), para("Chapter 4 was dull, she said."), title="Ash",
    )  # fmt: skip
    book = read(content, "a.docx")
    assert titles(book) == ["CHAPTER ONE", "CHAPTER TWO"]
    assert book.title == "Ash"
    assert book.chapters[0].content.startswith("<p>a b</p><hr><p>c</p><p>d</p>")
    assert book.chapters[1].word_count == 6


def test_docx_with_only_page_breaks_is_split_at_them(read):
    broken = '<w:r><w:br w:type="page"/></w:r>'
    content = samples.docx(para("First text."), para(broken, "Second text."), para("More."))
    assert texts(read(content, "a.docx")) == ["First text.", "Second text.\n\nMore."]
    at_the_end = samples.docx(para("First text.", broken), para("Second text."))
    assert texts(read(at_the_end, "a.docx")) == ["First text.", "Second text."]


def test_docx_heading_style_is_found_through_what_it_is_based_on(read):
    content = samples.docx(
        para("Salt", style="Berschrift1"), para("a"), para("Ash", style="Berschrift1"), para("b")
    )
    assert titles(read(content, "a.docx")) == ["Salt", "Ash"]


def test_docx_contents_and_hidden_text_are_left_out_but_text_boxes_are_read(read):
    box = f"<w:r><w:pict><w:txbxContent>{para('Boxed.')}</w:txbxContent></w:pict></w:r>"
    content = samples.docx(
        para("Salt 1", style="TOC1"), para("Salt", style="Heading1"),
        para("a ", run("gone", "vanish"), box),
        para("Ash", style="Heading1"), para("b"),
    )  # fmt: skip
    book = read(content, "a.docx")
    assert texts(book)[0] == "a\n\nBoxed."
    assert [(omitted.reason, omitted.word_count) for omitted in book.omitted] == [("Contents", 2)]


# Markdown, HTML


def test_markdown_is_split_at_its_headings(read):
    content = (
        "---\ntitle: The Salt Road\nauthor: Ines Ferro\n---\n# Part One"
        "\n\n## Chapter 1\n\nA *b* **c**.[^1]\n\n* * *\n\n"
        "> Dear\n\n- salt\n- rope\n\n#\n\nEnd.\n\n## Chapter 2\n\nx ~~y~~"
        "\n\n# Part Two\n\n## Chapter 3\n\nz\n\n"
        "[^1]: A *note*.\n"
    )
    book = read(content, "a.md")
    assert (book.title, book.author, book.format) == ("The Salt Road", "Ines Ferro", "markdown")
    assert [(c.title, c.part_title) for c in book.chapters] == [
        ("Chapter 1", "Part One"), ("Chapter 2", ""), ("Chapter 3", "Part Two"),
    ]  # fmt: skip
    assert book.chapters[0].content == (
        "<p>A <em>b</em> <strong>c</strong>.[1]</p><hr><blockquote><p>Dear</p></blockquote>"
        "<ul><li><p>salt</p></li><li><p>rope</p></li></ul><hr><p>End.</p>"
        "<h4>Notes</h4><ol><li><p>A <em>note</em>.</p></li></ol>"
    )
    assert book.chapters[1].content == "<p>x <s>y</s></p>"


def test_markdown_first_heading_alone_at_its_level_is_the_books_title(read):
    book = read("# Salt\n\n## One\n\na\n\n## Two\n\nb\n", "x.md")
    assert (book.title, titles(book)) == ("Salt", ["One", "Two"])


def test_html_is_split_at_its_headings_and_scripts_vanish(read):
    content = (
        "<!doctype html><html lang=en><head><title>Salt</title>"
        "<style>.i{font-style:italic}</style></head><body>"
        "<h1>Salt</h1><h2>One</h2><div><p>a <span class=i>b</span></p>loose <i>text</i>"
        "<p>c</p></div>"
        "<script>alert(1)</script><table><tr><td>x</td><td>y</td></tr></table>"
        "<h2>Two</h2><p>d<p>e <img src='http://example.org/a.png'><q>said</q></p></body></html>"
    )
    book = read(content, "a.html")
    assert (book.title, book.language) == ("Salt", "en")
    assert book.chapters[0].content == (
        "<p>a <em>b</em></p><p>loose <em>text</em></p><p>c</p><p>x | y</p>"
    )
    assert book.chapters[1].content == "<p>d</p><p>e “said”</p>"
    assert book.notes == ("1 picture was left out.", "1 table became plain paragraphs.")


def test_text_before_the_first_heading_is_kept_when_it_is_story(read):
    book = read(f"{samples.pseudo_words(200)}\n\n# One\n\na\n\n# Two\n\nb\n", "a.md")
    assert titles(book) == ["Opening", "One", "Two"]
    assert book.chapters[0].word_count == 200


# Plain text


def test_plain_text_is_split_at_chapter_lines_and_wrapped_lines_are_joined(read):
    prose = "\n".join([samples.pseudo_words(12, n) for n in range(4)])
    content = (
        "The Project Gutenberg eBook of Salt\n\nTitle: Salt\nAuthor: I. Ferro\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK SALT ***\n\nSALT\n\nContents"
        "\n\nCHAPTER I.\nCHAPTER II.\n\n\n"
        f"CHAPTER I.\nThe Mill\n\n{prose}\n\n{prose} _very_ un_der_score"
        f"\n\n      * * *\n\n{prose}\n\n\n\n"
        f"CHAPTER II.\n\n{prose}\n\n*** END OF THE PROJECT GUTENBERG EBOOK SALT ***\n\nLicence.\n"
    )
    book = read(content, "salt.txt")
    assert (book.title, book.author) == ("Salt", "I. Ferro")
    assert titles(book) == ["CHAPTER I: The Mill", "CHAPTER II."]
    content = book.chapters[0].content
    assert content.count("<p>") == 3 and content.count("<hr>") == 1
    assert "<em>very</em> un_der_score" in content
    assert book.chapters[0].word_count == 3 * 48 + 2


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Chapter One", "Chapter Two"], ["Chapter One", "Chapter Two"]),
        (["I", "II", "III"], ["I", "II", "III"]),
        (["1.", "2.", "3."], ["1.", "2.", "3."]),
        (["I. Ash", "II. Salt", "III. Rain"], ["I. Ash", "II. Salt", "III. Rain"]),
        (["THE MILL", "THE ROAD"], ["THE MILL", "THE ROAD"]),
        (["Prologue", "Kapitel 1", "Epilogue"], ["Prologue", "Kapitel 1", "Epilogue"]),
        (["第一章", "第二章"], ["第一章", "第二章"]),
        (["\f", "\f"], ["Chapter 1", "Chapter 2"]),
        (["----------", "----------"], ["Chapter 1", "Chapter 2"]),
    ],
)
def test_plain_text_chapters_are_found_by(read, lines, expected):
    content = "\n\n\n".join(
        f"{line}\n\nIt was {n} o'clock.\n\nThen it rained." for n, line in enumerate(lines)
    )
    book = read(content, "a.txt")
    assert titles(book) == expected
    assert all("rained" in text for text in texts(book))


def test_plain_text_without_chapters_is_one_chapter(read):
    book = read("One line of text.\nAnother line, its own paragraph.\n", "my-first_story.txt")
    assert (book.title, titles(book)) == ("my first story", ["Chapter 1"])
    assert texts(book) == ["One line of text.\n\nAnother line, its own paragraph."]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "utf-32"]
)
def test_plain_text_encoding_is_found(read, encoding):
    sentence = "“Übergröße” sagte die Bäckerin – für fünf Brötchen genügt’s. Plötzlich Schritte. "
    book = read((sentence * 20).encode(encoding), "a.txt")
    assert texts(book)[0].startswith(sentence.strip())


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("cp1252", "Était-ce déjà l’été ? « Oui », dit-elle en souriant. "),
        ("mac_roman", "Était-ce déjà l’été ? « Oui », dit-elle en souriant. "),
        ("cp1250", "Zażółć gęślą jaźń, powiedział Łukasz i poszedł do domu. "),
        ("cp1254", "Bir gün küçük bir çocuk ağaçların arasında yürüyordu. "),
        ("cp1251", "Все счастливые семьи похожи друг на друга. "),
        ("koi8-r", "Все счастливые семьи похожи друг на друга. "),
        ("cp1253", "Μια φορά κι έναν καιρό ήταν ένα μικρό παιδί. "),
        ("shift_jis", "吾輩は猫である。名前はまだ無い。どこで生れたか。"),
        ("gb18030", "很久很久以前，有一个小女孩住在森林里。"),
    ],
)
def test_plain_text_in_an_older_encoding_is_read(read, encoding, sentence):
    content = (sentence * 30).encode(encoding)
    assert texts(read(content, "a.txt"))[0].startswith(sentence.strip())


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.epub"])
@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [
        ("utf-16", "“Übergröße” sagte die Bäckerin. "),
        ("windows-1252", "Était-ce déjà l’été ? « Oui », dit-elle. "),
        ("shift_jis", "吾輩は猫である。名前はまだ無い。どこで生れたか。"),
        ("gb18030", "很久很久以前，有一个小女孩住在森林里。"),
    ],
)
def test_books_of_any_format_may_be_in_an_older_encoding(read, name, encoding, sentence):
    text = sentence * 30
    if name == "a.html":
        text = f'<html><head><meta charset="{encoding}"></head><body><p>{text}</p></body></html>'
    elif name == "a.epub":
        text = chapter_page("One", text).replace('encoding="utf-8"', f'encoding="{encoding}"')
    content = text.encode(encoding)
    if name == "a.epub":
        content = samples.epub({"one.xhtml": content})
    assert texts(read(content, name))[0].startswith(sentence.strip())


@pytest.mark.parametrize("encoding", ["cp99999", "base64", "punycode", "unicode_escape", "utf-7x"])
def test_an_encoding_that_is_none_is_not_believed(read, encoding):
    page = f'<html><head><meta charset="{encoding}"></head><body><p>Déjà \\u0041.</p></body></html>'
    assert texts(read(page, "a.html")) == ["Déjà \\u0041."]


@pytest.mark.parametrize(
    ("raw", "title"),
    [("One\u202e two", "One two"), ("\u2067\u200b\u2069", ""), ("שלום\u200f", "שלום\u200f")],
)
def test_a_books_title_turns_no_text_round(raw, title):
    assert clean_title(raw) == title
