"""What leaves comes back: each format, read again, is the same book."""

import io
import re
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from nexus.tests.pictures_cast import picture
from stories.exporting import manuscript
from stories.exporting.book import Book, Chapter, Cover, Look, no_tick
from stories.exporting.formats import FORMATS
from stories.exporting.names import slug
from stories.importing import read_book

RICH = (
    "<p>One <em>two</em> <strong>three</strong> <strong><em>both</em></strong>, <u>under</u> and "
    '<s>gone</s> &amp; &lt;b&gt;.</p><hr><p>“Quote” with <span class="small-caps">caps</span>'
    "<br>and a line, — naïve&nbsp;café.</p><h2>Inner</h2><p>Text.</p>"
    "<blockquote><p>Quoted.</p><p>Twice <em>so</em>.</p></blockquote>"
    "<ul><li><p>a</p></li><li><p>b</p><ul><li><p>c</p></li></ul></li></ul>"
    "<ol><li><p>first</p></li><li><p>second</p></li></ol>"
    '<p><a href="https://example.org/?a=1&amp;b=2">link</a> # no heading</p>'
)
PLAIN = "<p>Only <em>emphasis</em> here.</p><hr><p># hash, 1984. - dash</p><p>Чайка, 海.</p>"
CHAPTERS = [
    Chapter(1, "The Harbour", "Part One: Sea", RICH),
    Chapter(2, "1984", "", PLAIN),
    Chapter(3, "IV", "Book the Second", "<p>Chapter 4 was dull.</p><p>It was <em>so</em>.</p>"),
    Chapter(4, "Chapter 5. A <odd> & “title”", "", "<p>End.</p>"),
]
EPUBCHECK = Path("/usr/bin/epubcheck")
EXACT = ("epub", "html", "markdown", "docx", "manuscript_docx")


def book(chapters=CHAPTERS, title="Salt & <Road>", words=90_500, **values):
    values = {"author": "Ursula K. Le Guin", "language": "en"} | values
    return Book(
        id="0190aaaa-0000-7000-8000-000000000000",
        title=title,
        words=words,
        chapters=chapters,
        made_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        **values,
    )


def written(format, what=None):
    target = io.BytesIO()
    FORMATS[format].write(what or book(), target, no_tick)
    return target.getvalue()


def back(format, tmp_path, what=None):
    path = tmp_path / f"book{FORMATS[format].suffix}"
    path.write_bytes(written(format, what))
    return read_book(path, filename=path.name)


def without_levels(content):
    return re.sub(r"(</?h)[2-4]", r"\g<1>2", content)


def files_of(format, what=None):
    archive = zipfile.ZipFile(io.BytesIO(written(format, what)))
    return {name: archive.read(name).decode() for name in archive.namelist()}


# --- Round trips ------------------------------------------------------------------


@pytest.mark.parametrize("format", EXACT)
def test_a_book_comes_back_the_same(format, tmp_path):
    found = back(format, tmp_path)
    expected = [(chapter.title, chapter.part) for chapter in CHAPTERS]
    assert [(one.title, one.part_title) for one in found.chapters] == expected
    for chapter, one in zip(CHAPTERS, found.chapters, strict=True):
        assert without_levels(one.content) == chapter.content
    assert (found.title, found.author) == ("Salt & <Road>", "Ursula K. Le Guin")


@pytest.mark.parametrize("format", ["epub", "html", "markdown", "docx", "text"])
def test_a_book_without_parts_comes_back_the_same(format, tmp_path):
    chapters = [Chapter(n, f"Night {n}", "", PLAIN) for n in range(1, 5)]
    found = back(format, tmp_path, book(chapters))
    assert [one.title for one in found.chapters] == [one.title for one in chapters]
    assert {one.part_title for one in found.chapters} == {""}
    assert {one.content for one in found.chapters} == {PLAIN}


@pytest.mark.parametrize("format", ["epub", "html"])
def test_a_lone_chapter_with_sections_stays_one(format, tmp_path):
    content = "<p>Before.</p><h2>First</h2><p>a</p><h2>Second</h2><p>b</p><h3>Third</h3><p>c</p>"
    found = back(format, tmp_path, book([Chapter(1, "Alone", "", content)]))
    assert [(one.title, one.content) for one in found.chapters] == [("Alone", content)]


def test_a_web_page_keeps_the_levels_of_headings(tmp_path):
    found = back("html", tmp_path)
    assert [one.content for one in found.chapters] == [one.content for one in CHAPTERS]


def test_words_added_outside_the_chapters_of_a_web_page_are_not_lost(tmp_path):
    page = written("html").decode()
    for place in ('<section role="doc-chapter" id="c2"', "</main>", "</body>"):
        path = tmp_path / "book.html"
        path.write_text(page.replace(place, f"<p>Added by hand.</p>{place}"))
        found = read_book(path, filename=path.name)
        assert any("Added by hand." in one.content for one in found.chapters), place


def test_a_classic_manuscript_underlines_what_is_emphasised(tmp_path):
    found = back("manuscript_docx", tmp_path, book(look=Look(manuscript_style="classic")))
    assert found.chapters[1].content == PLAIN.replace("em>", "u>")


def test_plain_text_keeps_titles_parts_scene_breaks_and_emphasis(tmp_path):
    chapters = [
        Chapter(1, "The Harbour", "Part One: Sea", PLAIN),
        Chapter(2, "1984", "", "<p>Chapter 4 was dull.</p><p>1. So.</p>"),
        Chapter(3, "IV", "Book the Second", PLAIN),
    ]
    found = back("text", tmp_path, book(chapters))
    expected = [(chapter.title, chapter.part, chapter.content) for chapter in chapters]
    assert [(one.title, one.part_title, one.content) for one in found.chapters] == expected


def test_a_zip_of_markdown_comes_back_in_order(tmp_path):
    found = back("markdown_zip", tmp_path)
    expected = [(chapter.title, chapter.part, chapter.content) for chapter in CHAPTERS]
    assert [(one.title, one.part_title, one.content) for one in found.chapters] == expected


def test_a_zip_of_markdown_names_its_files_by_order_and_title():
    names = list(files_of("markdown_zip"))
    assert names == ["01-the-harbour.md", "02-1984.md", "03-iv.md", "04-chapter-5-a-odd-title.md"]
    many = [Chapter(n, "../../Чайка", "", "<p>x</p>") for n in range(1, 102)]
    names = list(files_of("markdown_zip", book(many)))
    assert (names[0], names[-1]) == ("001-chapter.md", "101-chapter.md") == (min(names), max(names))


@pytest.mark.parametrize("format", EXACT)
def test_the_authors_note_stands_at_the_end(format, tmp_path):
    found = back(format, tmp_path, book(note="Thanks.\n\nTo all."))
    assert found.chapters[-1].title.replace("’", "'") == "Author's note"
    assert found.chapters[-1].content == "<p>Thanks.</p><p>To all.</p>"


# --- Made well --------------------------------------------------------------------


def test_an_epub_is_what_the_standard_asks(tmp_path):
    raw = written("epub", book(note="Thanks."))
    archive = zipfile.ZipFile(io.BytesIO(raw))
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert archive.read("mimetype") == b"application/epub+zip"
    package = etree.fromstring(archive.read("EPUB/package.opf"))
    spaces = {"o": "http://www.idpf.org/2007/opf", "dc": "http://purl.org/dc/elements/1.1/"}
    items = {item.get("id"): item for item in package.iterfind(".//o:item", spaces)}
    spine = [item.get("idref") for item in package.iterfind(".//o:itemref", spaces)]
    assert {f"EPUB/{item.get('href')}" for item in items.values()} == {
        name for name in archive.namelist() if name.startswith("EPUB/")
    } - {"EPUB/package.opf"}
    assert set(spine) <= set(items) and len(spine) == 1 + 4 + 2 + 1
    assert [item.get("properties") for item in items.values()].count("nav") == 1
    assert package.findtext(".//dc:title", namespaces=spaces) == "Salt & <Road>"
    modified = package.find(".//o:meta[@property='dcterms:modified']", spaces)
    assert modified.text == "2026-03-01T12:00:00Z"
    for name in archive.namelist():
        if name.endswith((".xhtml", ".opf", ".xml")):
            etree.fromstring(archive.read(name))
    nav = archive.read("EPUB/nav.xhtml").decode()
    linked = set(re.findall(r'href="([\w-]+\.xhtml)"', nav))
    assert linked == {items[name].get("href") for name in spine} - {"title.xhtml"}


def covered(format, **values):
    raw = picture((60, 90))
    what = book(cover=Cover(raw, 60, 90), **values)
    return raw, written(format, what)


def test_an_epub_bears_the_cover_and_says_so(tmp_path):
    raw, made = covered("epub")
    found = zipfile.ZipFile(io.BytesIO(made))
    assert found.read("EPUB/cover.jpg") == raw
    package = found.read("EPUB/package.opf").decode()
    assert 'href="cover.jpg" media-type="image/jpeg" properties="cover-image"' in package
    assert package.index('idref="cover"') < package.index('idref="title"')
    assert 'alt="Cover: Salt &amp; &lt;Road&gt;"' in found.read("EPUB/cover.xhtml").decode()
    path = tmp_path / "covered.epub"
    path.write_bytes(made)
    assert [one.title for one in read_book(path, filename=path.name).chapters] == [
        one.title for one in CHAPTERS
    ]


@pytest.mark.parametrize("drop", ["", ' properties="cover-image"', 'content="cover-image"'])
def test_a_cover_comes_back_by_either_of_its_names(tmp_path, drop):
    raw, made = covered("epub")
    path = tmp_path / "covered.epub"
    with zipfile.ZipFile(io.BytesIO(made)) as found, zipfile.ZipFile(path, "w") as altered:
        for name in found.namelist():
            content = found.read(name)
            is_package = name.endswith(".opf")
            altered.writestr(name, content.replace(drop.encode(), b"") if is_package else content)
    assert read_book(path, filename=path.name).cover == raw


def test_a_covered_epub_passes_epubcheck(tmp_path, require):
    checker = require(EPUBCHECK.exists() and EPUBCHECK, "EPUBCheck (apt install epubcheck)")
    path = tmp_path / "covered.epub"
    path.write_bytes(covered("epub")[1])
    told = subprocess.run(["java", "-jar", checker, path], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr + told.stdout


def test_a_word_document_bears_the_cover_and_a_manuscript_does_not():
    raw, made = covered("docx")
    found = zipfile.ZipFile(io.BytesIO(made))
    assert found.read("word/media/cover.jpg") == raw
    document = etree.fromstring(found.read("word/document.xml"))
    used = document.xpath("//@*[local-name() = 'embed']")
    relations = found.read("word/_rels/document.xml.rels").decode()
    assert used == ["rId6"] and 'Id="rId6"' in relations
    other = zipfile.ZipFile(io.BytesIO(covered("manuscript_docx")[1]))
    assert not [name for name in other.namelist() if "media" in name]
    assert "rId6" not in other.read("word/_rels/document.xml.rels").decode()


def test_a_pdf_begins_with_the_cover_and_counts_its_pages_as_without(tmp_path):
    plain, made = written("pdf", book()), covered("pdf")[1]
    assert pages_of(made) == pages_of(plain) + 2
    assert b"/DCTDecode" in made and b"/DCTDecode" not in covered("manuscript_pdf")[1]


def pages_of(pdf):
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


def test_the_parts_of_a_word_document_are_well_formed_and_complete():
    files = files_of("docx")
    trees = {name: etree.fromstring(text.encode()) for name, text in files.items()}
    types = trees["[Content_Types].xml"]
    named = {one.get("PartName").lstrip("/") for one in types if one.get("PartName")}
    assert named == {name for name in files if name.endswith(".xml")} - {"[Content_Types].xml"}
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    body, styles = trees["word/document.xml"], trees["word/styles.xml"]
    defined = {style.get(f"{word}styleId") for style in styles.iter(f"{word}style")}
    for tag in ("pStyle", "rStyle"):
        assert {one.get(f"{word}val") for one in body.iter(f"{word}{tag}")} <= defined
    links = {one.get("Id") for one in trees["word/_rels/document.xml.rels"]}
    assert set(re.findall(r'r:id="(\w+)"', files["word/document.xml"])) <= links
    headings = re.findall(r'"(Heading\d)"', files["word/document.xml"])
    assert (headings.count("Heading1"), headings.count("Heading2")) == (2, 4)
    lists = set(re.findall(r'<w:numId w:val="(\d+)"', files["word/document.xml"]))
    assert lists <= set(re.findall(r'<w:num w:numId="(\d+)"', files["word/numbering.xml"]))


def test_the_web_page_asks_nobody_and_runs_nothing():
    hostile = Chapter(1, "<script>alert(1)</script>", "", "<p>x</p><script>alert(2)</script>")
    page = written("html", book([hostile], title='"><img src=x onerror=alert(3)>')).decode()
    assert "<script" not in page and "<img" not in page
    assert not re.search(r'\b(?:src|href)="(?!#)', page)
    assert "default-src 'none'" in page


def test_no_block_id_leaves():
    chapter = Chapter(1, "One", "", '<p data-b="abc123">Text.</p>')
    for format in set(FORMATS) - {"pdf", "manuscript_pdf"}:
        raw = written(format, book([chapter]))
        texts = files_of(format, book([chapter])).values() if raw[:2] == b"PK" else [raw.decode()]
        assert not any("abc123" in text for text in texts), format


# --- The manuscript ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (12, "about 100 words"),
        (4_449, "about 4,400 words"),
        (4_450, "about 4,500 words"),
        (23_260, "about 23,500 words"),
        (121_905, "about 122,000 words"),
    ],
)
def test_the_count_is_rounded_as_the_length_asks(words, said):
    assert manuscript.about(words) == said


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Jane Austen", "Austen"),
        ("Ursula K. Le Guin", "Le Guin"),
        ("Daphne du Maurier", "du Maurier"),
        ("Vincent van der Berg", "van der Berg"),
        ("Voltaire", "Voltaire"),
        ("", ""),
    ],
)
def test_the_head_bears_the_last_name(name, last):
    assert manuscript.surname(name) == last


def test_the_head_bears_a_title_of_bearable_length():
    long = "The Strange and Surprising Adventures of Robinson Crusoe of York, Mariner"
    assert manuscript.running_head(book(title=long)) == (
        "Le Guin / THE STRANGE AND SURPRISING ADVENTURES OF / "
    )


def test_a_manuscript_follows_the_published_rules():
    contact = ("Jane Q. Writer", "1 Harbour Lane", "jane@example.org")
    files = files_of("manuscript_docx", book(look=Look(contact=contact)))
    text, styles = files["word/document.xml"], files["word/styles.xml"]
    order = [
        text.index(said) for said in (contact[0], "about 91,000 words", contact[2], "by Ursula")
    ]
    assert order == sorted(order)
    assert '<w:pgSz w:w="12240" w:h="15840"/>' in text and "<w:titlePg/>" in text
    assert 'w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"' in text
    assert "Writer / SALT &amp; &lt;ROAD&gt; / " in files["word/header1.xml"]
    assert " PAGE " in files["word/header1.xml"] and " PAGE " not in files["word/footer1.xml"]
    assert 'w:line="480"' in styles and 'w:firstLine="720"' in styles
    assert 'w:ascii="Times New Roman"' in styles and '<w:sz w:val="24"/>' in styles
    assert '<w:jc w:val="left"/>' in styles
    assert '<w:t xml:space="preserve">#</w:t>' in text and "* * *" not in text
    assert text.count("<w:pageBreakBefore/>") == len(CHAPTERS) + 2
    classic = files_of("manuscript_docx", book(look=Look(manuscript_style="classic")))
    assert 'w:ascii="Courier New"' in classic["word/styles.xml"]
    assert "<w:i/>" not in classic["word/document.xml"]
    european = files_of("manuscript_docx", book(look=Look(page_size="a4")))
    assert '<w:pgSz w:w="11906"' in european["word/document.xml"]


# --- Pages ------------------------------------------------------------------------


def test_pages_are_set_whatever_the_text_holds():
    hostile = '<p>#import "x" \\ " #panic("no") $x$ @label &lt;label&gt; // */ [ ] {</p>'
    chapters = [*CHAPTERS, Chapter(5, '"#panic() \\', "", hostile)]
    for format in ("pdf", "manuscript_pdf"):
        for look in (Look(), Look(page_size="a4", font="typewriter", manuscript_style="classic")):
            raw = written(format, book(chapters, look=look, note="Thanks.", language="pt-BR"))
            assert raw.startswith(b"%PDF-") and raw.rstrip().endswith(b"%%EOF")


def test_the_page_is_as_large_as_asked():
    sizes = {"trade": "432 648", "a4": "595.2", "letter": "612 792"}
    for size, box in sizes.items():
        raw = written("pdf", book(look=Look(page_size=size))).decode("latin-1")
        assert re.search(rf"/MediaBox ?\[ ?0 0 {box}", raw), size


def test_names_of_files_hold_nothing_a_disk_refuses():
    assert slug("Ça va? / C:\\x .. Émile") == "ca-va-c-x-emile"
    assert slug("海") == "" and len(slug("x" * 300)) == 60
