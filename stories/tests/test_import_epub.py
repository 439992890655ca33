import pytest

from stories.tests import samples
from stories.tests.samples import chapter_page, page, texts, titles


@pytest.fixture
def read(tmp_path):
    return samples.reader(tmp_path)


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
