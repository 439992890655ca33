import os
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from stories.counting import count_words
from stories.importing import ImportRefused, read_book
from stories.tests import samples
from stories.tests.samples import chapter_page, list_item, page, para, run
from stories.text import clean_html, to_text

CORPUS = (
    Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "pride-and-prejudice.epub"
)
LIMIT = 5


@pytest.fixture
def read(tmp_path):
    def _read(content, filename, **options):
        path = tmp_path / "upload"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_book(path, filename=filename, **options)

    return _read


@pytest.fixture
def refused(read):
    """Read what must be refused, in time and with a sentence; return the sentence."""

    def _refused(content, filename):
        started = time.perf_counter()
        with pytest.raises(ImportRefused) as caught:
            read(content, filename)
        assert time.perf_counter() - started < LIMIT
        assert caught.value.reason.endswith(".")
        return caught.value.reason

    return _refused


def titles(book):
    return [chapter.title for chapter in book.chapters]


def texts(book):
    return [to_text(chapter.content) for chapter in book.chapters]


def two_chapters(**options):
    return samples.epub(
        {
            "one.xhtml": chapter_page("One", "First words."),
            "two.xhtml": chapter_page("Two", "Last words."),
        },
        [("One", "one.xhtml"), ("Two", "two.xhtml")],
        **options,
    )


# Whole novels


def assert_is_a_novel_of_61_chapters(book, seconds):
    assert len(book.chapters) == 61
    assert abs(book.word_count - 122_000) <= 122_000 * 0.005
    assert all(chapter.content == clean_html(chapter.content) for chapter in book.chapters)
    assert all(
        chapter.word_count == count_words(to_text(chapter.content)) for chapter in book.chapters
    )
    assert seconds < 10


def test_a_novel_of_the_corpus_is_read_whole():
    if not CORPUS.exists():
        if os.environ.get("CI"):
            pytest.fail(f"CI must have {CORPUS} beside the checkout")
        pytest.skip(f"NOT TESTED: the corpus novel is not at {CORPUS}")
    started = time.perf_counter()
    book = read_book(CORPUS, filename="pride-and-prejudice.epub")
    assert_is_a_novel_of_61_chapters(book, time.perf_counter() - started)
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
    started = time.perf_counter()
    book = read(content, "novel.epub")
    assert_is_a_novel_of_61_chapters(book, time.perf_counter() - started)
    assert book.word_count == 61 * 2_000


@pytest.mark.parametrize("kind", ["epub", "docx"])
def test_a_quarter_of_a_million_words_stay_in_memory(read, kind):
    paragraphs = [samples.pseudo_words(125, n) for n in range(2_000)]
    if kind == "epub":
        content = samples.epub(
            {
                f"c{n}.xhtml": chapter_page(f"Chapter {n}", *paragraphs[n * 5 : n * 5 + 5])
                for n in range(400)
            }
        )
    else:
        made = []
        for n in range(400):
            made.append(para(f"Chapter {n + 1}", style="Heading1"))
            made += [
                para(*[run(word + " ", "i") for word in text.split()[::5]], run(text))
                for text in paragraphs[n * 5 : n * 5 + 5]
            ]
        content = samples.docx(*made)
    tracemalloc.start()
    book = read(content, f"long.{kind}")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(book.chapters) == 400
    assert book.word_count >= 250_000
    assert peak < 200 * 1024 * 1024


def test_progress_reaches_its_total(read):
    seen = []
    read(two_chapters(), "a.epub", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2), (1, 2), (2, 2)]


# EPUB


def test_epub_keeps_emphasis_quotes_lists_and_scene_breaks(read):
    body = (
        "<section epub:type='chapter'><h2>One</h2><p>un<i>frigging</i>believable <b>bold"
        "</b> &nbsp;x &eacute;</p>"
        "<blockquote><p>Dear <em>Ann</em>,</p><p>no.</p></blockquote><hr/><p>After.</p><p>* * *</p>"
        "<ul><li>salt</li><li>rope</li></ul><p class='sep'>⁂</p><p>A<br/>B "
        "<span class='smallcaps'>Small</span> <a href='https://example.org/x'>link</a>"
        "<a href='two.xhtml'>in</a></p></section>"
    )
    book = read(samples.epub({"one.xhtml": page(body)}, [("One", "one.xhtml")]), "a.epub")
    assert titles(book) == ["One"]
    assert book.chapters[0].content == (
        "<p>un<em>frigging</em>believable <strong>bold</strong> &nbsp;x é</p>"
        "<blockquote><p>Dear <em>Ann</em>,</p><p>no.</p></blockquote><hr><p>After.</p><hr>"
        "<ul><li><p>salt</p></li><li><p>rope</p></li></ul><hr>"
        '<p>A<br>B <span class="small-caps">Small</span> <a href="https://example.org/x">link</a>in</p>'
    )


def test_epub_emphasis_that_lives_in_the_style_sheet_is_kept(read):
    css = "/* x */ .calibre5 { font-style: italic } .b1, p.b2 {font-weight:bold} @media x {.n{}}"
    pages = {
        "one.xhtml": chapter_page(
            "One", "a <span class='calibre5'>leaning</span> <span class='b1'>b</span>"
        )
    }
    book = read(samples.epub(pages, css=css), "a.epub")
    assert book.chapters[0].content == "<p>a <em>leaning</em> <strong>b</strong></p>"


@pytest.mark.parametrize("version", [2, 3])
def test_epub_parts_are_given_to_their_first_chapter(read, version):
    pages = {
        "p1.xhtml": page("<section epub:type='part'><h1>Part One</h1><p>A motto.</p></section>"),
        "c1.xhtml": chapter_page("I", "One."),
        "c2.xhtml": chapter_page("II", "Two."),
        "p2.xhtml": page("<section epub:type='part'><h1>Part Two: Ash</h1></section>"),
        "c3.xhtml": chapter_page("III", "Three."),
    }
    nav = [
        ("Part One", "p1.xhtml", [("I", "c1.xhtml"), ("II", "c2.xhtml")]),
        ("Part Two: Ash", "p2.xhtml", [("III", "c3.xhtml")]),
    ]
    book = read(samples.epub(pages, nav, version=version), "a.epub")
    assert [(c.title, c.part_title) for c in book.chapters] == [
        ("I", "Part One"),
        ("II", ""),
        ("III", "Part Two: Ash"),
    ]
    assert texts(book) == ["A motto.\n\nOne.", "Two.", "Three."]


def test_epub_matter_around_the_story_is_left_out_and_listed(read):
    pages = {
        "cover.xhtml": page("<img src='x.jpg' alt='Cover'/>", types="cover"),
        "tp.xhtml": page("<section epub:type='titlepage'><h1>The Salt Road</h1></section>"),
        "x1.xhtml": page("<h1>Contents</h1><p><a href='c1.xhtml'>Prologue</a></p>"),
        "pro.xhtml": chapter_page("Prologue", "It began.", types="prologue"),
        "c1.xhtml": chapter_page("One", "Story."),
        "x2.xhtml": page("<section><p>All rights reserved 2024.</p></section>"),
        "x3.xhtml": page("<h2>About the Author</h2><p>She lives.</p>"),
    }
    guide = '<guide><reference type="copyright-page" href="text/x2.xhtml"/></guide>'
    book = read(samples.epub(pages, version=2, guide=guide), "a.epub")
    assert titles(book) == ["Prologue", "One"]
    reasons = {omitted.reason: omitted.word_count for omitted in book.omitted}
    assert reasons == {
        "Cover": 0, "Title page": 3, "Contents": 2, "Copyright page": 4, "About the author": 5,
    }  # fmt: skip
    assert "1 picture was left out." in book.notes


def test_epub_with_all_chapters_in_one_file_is_split_at_the_anchors_of_its_contents(read):
    body = "".join(f'<p id="c{n}" class="x">Name {n}</p><p>Text of {n}.</p>' for n in (1, 2, 3))
    nav = [(f"Name {n}", f"all.xhtml#c{n}") for n in (1, 2, 3)]
    book = read(samples.epub({"all.xhtml": page(body)}, nav), "a.epub")
    assert titles(book) == ["Name 1", "Name 2", "Name 3"]
    assert "Text of 2." in texts(book)[1]
    assert book.word_count >= 9


def test_epub_chapter_that_spans_files_stays_one_chapter(read):
    pages = {
        "c1a.xhtml": chapter_page("One", "Begin."),
        "c1b.xhtml": page("<p>Go on.</p>"),
        "c2.xhtml": chapter_page("Two", "End."),
    }
    nav = [("One", "c1a.xhtml"), ("Two", "c2.xhtml")]
    content = samples.epub(pages, nav)
    assert texts(read(content, "a.epub")) == ["Begin.\n\nGo on.", "End."]
    assert len(read(content, "a.epub", split="files").chapters) == 3
    assert len(read(content, "a.epub", split="none").chapters) == 1


def test_epub_sections_in_the_contents_do_not_split_a_chapter(read):
    body = "<h2>Chapter 1</h2><h3 id='s1'>Morning</h3><p>a b</p><h3 id='s2'>Night</h3><p>c</p>"
    pages = {"c1.xhtml": page(body), "c2.xhtml": chapter_page("Chapter 2", "d")}
    nav = [
        ("Chapter 1", "c1.xhtml", [("Morning", "c1.xhtml#s1"), ("Night", "c1.xhtml#s2")]),
        ("Chapter 2", "c2.xhtml"),
    ]
    book = read(samples.epub(pages, nav), "a.epub")
    assert titles(book) == ["Chapter 1", "Chapter 2"]
    assert "Night" in texts(book)[0]


def test_epub_contents_that_name_only_the_book_do_not_swallow_the_chapters(read):
    body = "".join(f"<h2>Chapter {n}</h2><p>Text {n}.</p>" for n in range(1, 6))
    book = read(samples.epub({"all.xhtml": page(body)}, [("The Salt Road", "all.xhtml")]), "a.epub")
    assert titles(book) == [f"Chapter {n}" for n in range(1, 6)]


def test_epub_footnotes_stand_at_the_end_of_their_chapter(read):
    ref = '<a epub:type="noteref" href="notes.xhtml#n{0}">{0}</a>'
    notes = (
        '<section epub:type="endnotes"><h2>Endnotes</h2><ol>'
        '<li id="n1" epub:type="endnote"><p>A river. '
        '<a href="one.xhtml#r1" epub:type="backlink">↩</a></p></li>'
        '<li id="n2" epub:type="endnote"><p>A <i>hill</i>.</p></li></ol></section>'
    )
    pages = {
        "one.xhtml": chapter_page("One", "The Ebro" + ref.format(1) + " flows."),
        "two.xhtml": chapter_page("Two", "Up" + ref.format(2) + " there."),
        "notes.xhtml": page(notes),
    }
    book = read(samples.epub(pages), "a.epub")
    assert titles(book) == ["One", "Two"]
    assert book.chapters[0].content == (
        "<p>The Ebro[1] flows.</p><h4>Notes</h4><ol><li><p>A river.</p></li></ol>"
    )
    assert "<li><p>A <em>hill</em>.</p></li>" in book.chapters[1].content


def test_epub_titles_used_twice_are_told_apart(read):
    pages = {f"{n}.xhtml": chapter_page(name, "x") for n, name in enumerate(("Ash", "ASH", "Ash"))}
    assert titles(read(samples.epub(pages), "a.epub")) == ["Ash", "ASH (2)", "Ash (3)"]


def test_epub_number_and_name_become_one_title(read):
    pages = {f"{n}.xhtml": page(f"<h2>{n}</h2><h3>The Mill</h3><p>x y</p>") for n in (1, 2)}
    nav = [("1", "1.xhtml"), ("2", "2.xhtml")]
    book = read(samples.epub(pages, nav), "a.epub")
    assert titles(book) == ["1: The Mill", "2: The Mill"]
    assert texts(book) == ["x y", "x y"]


def test_epub_pages_that_are_not_well_formed_are_read_all_the_same(read):
    broken = "<html><body><h2>One</h2><p>Fish & chips<p>and <i>more</body></html>"
    book = read(
        samples.epub({"one.xhtml": broken, "two.xhtml": chapter_page("Two", "x")}), "a.epub"
    )
    assert texts(book)[0] == "Fish & chips\n\nand more"


def test_gutenberg_licence_is_cut_from_an_epub(read):
    body = (
        "<section class='pg-boilerplate' id='pg-header'><h2>The Project Gutenberg eBook"
        "</h2><p>Licence.</p></section>"
        "<h2>Chapter 1</h2><p>Story.</p><h2>Chapter 2</h2><p>More.</p>"
        "<p>*** END OF THE PROJECT GUTENBERG EBOOK X ***</p><p>Licence again.</p>"
    )
    book = read(samples.epub({"all.xhtml": page(body)}), "a.epub")
    assert texts(book) == ["Story.", "More."]
    assert {omitted.reason for omitted in book.omitted} == {"Project Gutenberg licence"}


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


# What must be refused


@pytest.mark.parametrize("name", ["a.epub", "a.docx", "a.md", "a.html", "a.txt", "a"])
def test_an_empty_file_is_refused(refused, name):
    assert refused(b"", name) == "This file is empty."


@pytest.mark.parametrize("blank", ["  \n \n", "<html><body><p> </p></body></html>", "# \n"])
def test_a_file_without_words_is_refused(refused, blank):
    assert "No text" in refused(blank, "a.txt")


def test_a_zip_bomb_is_refused(refused):
    bomb = samples.epub({"one.xhtml": chapter_page("One", "x" * 15_000_000)})
    assert "unpacks" in refused(bomb, "a.epub")


def test_a_zip_that_lies_about_its_sizes_is_refused(refused):
    size = 30_000_000
    content = samples.zip_bytes(samples.epub_files({"one.xhtml": chapter_page("One", "x" * size)}))
    with zipfile.ZipFile(__import__("io").BytesIO(content)) as archive:
        true = archive.getinfo("book/text/one.xhtml").file_size
    refused(
        samples.patched(content, true.to_bytes(4, "little"), (1_000).to_bytes(4, "little")),
        "a.epub",
    )


def test_a_zip_bomb_nested_in_a_docx_is_refused(refused):
    files = samples.docx_files(para("x"))
    files["word/embeddings/bomb.zip"] = b"\0" * 60_000_000
    assert "unpacks" in refused(samples.zip_bytes(files), "a.docx")


def test_many_large_entries_are_refused(refused):
    pages = {f"{n}.xhtml": os.urandom(4).hex() * 500_000 for n in range(80)}
    assert "unpacks" in refused(samples.epub(pages), "a.epub")


def test_two_hundred_thousand_entries_are_refused(refused):
    assert "10,000 entries" in refused(samples.many_entries(200_000), "a.epub")
    assert "10,000 entries" in refused(samples.many_entries(10_001), "a.epub")


@pytest.mark.parametrize(
    "name", ["../evil.xhtml", "/etc/evil", "a/../../b", "C:\\evil", "..\\evil"]
)
def test_names_that_point_outside_are_refused(refused, name):
    content = two_chapters(extra={name: "x"})
    assert "point outside" in refused(content, "a.epub")


def test_a_symlink_is_refused(refused):
    link = zipfile.ZipInfo("book/text/link.xhtml")
    link.external_attr = 0o120777 << 16
    assert "point outside" in refused(two_chapters(extra={link: "/etc/passwd"}), "a.epub")


def test_an_encrypted_file_is_refused(refused):
    plain = samples.zip_bytes({"a.xhtml": "x"})
    locked = bytearray(plain)
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    assert "password" in refused(bytes(locked), "a.epub")
    drm = {
        "META-INF/encryption.xml": '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        '<e:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></encryption>'
    }
    assert "protection" in refused(two_chapters(extra=drm), "a.epub")
    assert "password" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.docx")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ["a.epub", "a.docx"])
def test_a_truncated_file_is_refused(refused, name, share):
    whole = two_chapters() if name == "a.epub" else samples.docx(para(samples.pseudo_words(900)))
    refused(whole[: int(len(whole) * share)], name)


def test_flipped_bytes_never_raise_anything_else(read):
    whole = two_chapters()
    for at in range(0, len(whole), 37):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        try:
            read(bytes(broken), "a.epub")
        except ImportRefused as refusal:
            assert refusal.reason


BILLION = '<!DOCTYPE x [<!ENTITY b "ha"><!ENTITY a "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "prolog", [BILLION, XXE, XXE.replace("file:///etc/passwd", "http://127.0.0.1:9/x")]
)
def test_declared_entities_are_refused_everywhere(refused, prolog):
    bad = f"{prolog}<html xmlns='http://www.w3.org/1999/xhtml'><body><p>&a;</p></body></html>"
    assert "entities" in refused(samples.epub({"one.xhtml": bad}), "a.epub")
    assert "entities" in refused(samples.epub({"one.xhtml": bad.encode("utf-16")}), "a.epub")
    assert "entities" in refused(two_chapters(extra={"META-INF/encryption.xml": bad}), "a.epub")
    word = f'{prolog}<w:document xmlns:w="{samples.W}"><w:body><w:p/></w:body></w:document>'
    assert "entities" in refused(samples.docx(document=word), "a.docx")
    assert "entities" in refused(bad, "a.html")


def test_an_outside_dtd_is_not_fetched(read):
    doctype = '<!DOCTYPE html SYSTEM "http://127.0.0.1:9/evil.dtd">'
    body = chapter_page("One", "x &nbsp; y").replace("<!DOCTYPE html>", doctype)
    assert read(samples.epub({"one.xhtml": body}), "a.epub").word_count == 2


@pytest.mark.parametrize(
    ("content", "name", "part"),
    [
        (b"%PDF-1.7 ...", "a.epub", "PDF"),
        (b"{\\rtf1 hello}", "a.txt", "RTF"),
        (b"\x89PNG\r\n\x1a\n", "a.txt", "picture"),
        (b"Just words.", "a.epub", "named like an EPUB"),
        (b"Just words.", "a.docx", "named like a Word document"),
        (bytes(range(256)) * 40, "a.txt", "does not hold text"),
        (samples.zip_bytes({"a.txt": "x"}), "a.epub", "zip archive"),
        (samples.zip_bytes({"[Content_Types].xml": "x", "xl/a.xml": "x"}), "a.docx", "not a Word"),
    ],
)
def test_a_wrong_extension_is_refused_with_what_it_is(refused, content, name, part):
    assert part in refused(content, name)


def test_a_word_document_named_epub_is_read_as_what_it_is(read):
    book = read(samples.docx(para("Some words.")), "a.epub")
    assert book.format == "docx"
    assert any("it was read as one" in note for note in book.notes)


def test_fifty_megabytes_of_text_are_refused(refused):
    for name in ("a.txt", "a.md", "a.html"):
        assert "20 MB" in refused(b"word " * 10_000_000, name)


@pytest.mark.parametrize(
    "content",
    [
        "<div>" * 100_000 + "deep",
        "<b>" * 100_000 + "deep",
        "<ul><li>" * 50_000 + "deep",
        "<p>" + "<br>" * 500_000 + "x",
        "<style>" + "/*" * 1_000_000 + "</style><p>x",
        "<style>" + "{" * 1_000_000 + "</style><p>x",
        "<p>" + "&amp;" * 400_000 + "x",
        "<a" * 300_000 + "<p>x",
        "<!DOCTYPE " * 100_000 + "<p>x",
        "<table>" * 5_000 + "x",
    ],
)
def test_contorted_html_is_answered_in_time(read, content):
    started = time.perf_counter()
    try:
        read("<html>" + content, "a.html")
    except ImportRefused as refusal:
        assert refusal.reason
    assert time.perf_counter() - started < LIMIT


@pytest.mark.parametrize(
    "content",
    ["> " * 20_000 + "x", "[" * 50_000 + "x", "*a " * 50_000, "`" * 100_000 + "x",
     "[^a]: x\n" * 20_000,
     "#\n" * 100_000 + "x", "_" * 200_000 + "x", "_a" * 200_000, "a" * 2_000_000, "I.\n\n" * 50_000,
     "\n" * 300_000 + "x", "CHAPTER " * 100_000],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_contorted_text_is_answered_in_time(read, content, name):
    started = time.perf_counter()
    try:
        read(content, name)
    except ImportRefused as refusal:
        assert refusal.reason
    assert time.perf_counter() - started < LIMIT


def test_a_docx_nested_too_deep_is_answered(read):
    deep = "<w:sdt><w:sdtContent>" * 5_000 + para("x") + "</w:sdtContent></w:sdt>" * 5_000
    with pytest.raises(ImportRefused):
        read(samples.docx(deep), "a.docx")


def test_nothing_is_written_beside_the_upload(read, tmp_path):
    read(two_chapters(), "a.epub")
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_an_unknown_way_to_split_is_refused(read):
    with pytest.raises(ImportRefused):
        read(two_chapters(), "a.epub", split="sideways")
