import io
import os
import time
import zipfile

import pytest

from stories.importing import ImportRefused
from stories.tests import samples
from stories.tests.samples import chapter_page, para, two_chapters

LIMIT = 5


@pytest.fixture
def read(tmp_path):
    return samples.reader(tmp_path)


@pytest.fixture
def refused(read):
    """Read what must be refused, in time and with a sentence; return the sentence."""

    def _refused(content, filename):
        started = time.process_time()
        with pytest.raises(ImportRefused) as caught:
            read(content, filename)
        assert time.process_time() - started < LIMIT
        assert caught.value.reason.endswith(".")
        return caught.value.reason

    return _refused


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
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
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
    assert "30,000 entries" in refused(samples.many_entries(200_000), "a.epub")
    assert "30,000 entries" in refused(samples.many_entries(30_001), "a.epub")


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
        (b"\x89PNG\r\n\x1a\n", "a.txt", "picture"),
        (b"Just words.", "a.epub", "named like an EPUB"),
        (b"Just words.", "a.docx", "named like a Word document"),
        (bytes(range(256)) * 40, "a.txt", "does not hold text"),
        (samples.zip_bytes({"a/b.bin": "x"}), "a.epub", "holds no book"),
        (samples.zip_bytes({"a/b.docx": "x"}), "a.zip", "unpack it and bring the book itself"),
        (samples.zip_bytes({"Index/Document.iwa": "x"}), "a.pages", "document of Pages"),
        (b"A_Book".ljust(60, b"\0") + b"BOOKMOBI\0", "a.azw", "convert it to EPUB"),
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
    started = time.process_time()
    try:
        read("<html>" + content, "a.html")
    except ImportRefused as refusal:
        assert refusal.reason
    assert time.process_time() - started < LIMIT


@pytest.mark.parametrize(
    "content",
    ["> " * 20_000 + "x", "[" * 50_000 + "x", "*a " * 50_000, "`" * 100_000 + "x",
     "[^a]: x\n" * 20_000,
     "#\n" * 100_000 + "x", "_" * 200_000 + "x", "_a" * 200_000, "a" * 2_000_000, "I.\n\n" * 50_000,
     "\n" * 300_000 + "x", "CHAPTER " * 100_000],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_contorted_text_is_answered_in_time(read, content, name):
    started = time.process_time()
    try:
        read(content, name)
    except ImportRefused as refusal:
        assert refusal.reason
    assert time.process_time() - started < LIMIT


def test_a_docx_nested_too_deep_is_answered(read):
    deep = "<w:sdt><w:sdtContent>" * 5_000 + para("x") + "</w:sdtContent></w:sdt>" * 5_000
    with pytest.raises(ImportRefused):
        read(samples.docx(deep), "a.docx")


def test_a_docx_with_absurd_levels_is_read(read):
    absurd = f'<w:numPr><w:ilvl w:val="{"9" * 5_000}"/><w:numId w:val="1"/></w:numPr>'
    assert read(samples.docx(para("Some words.", extra=absurd)), "a.docx").word_count == 2


def test_nothing_is_written_beside_the_upload(read, tmp_path):
    read(two_chapters(), "a.epub")
    assert [path.name for path in tmp_path.iterdir()] == ["upload"]


def test_an_unknown_way_to_split_is_refused(read):
    with pytest.raises(ImportRefused):
        read(two_chapters(), "a.epub", split="sideways")


def test_an_answer_to_a_ruined_word_document_is_a_refusal_or_a_book(read):
    whole = samples.docx(para("Some words."), para("More words."))
    for at in range(0, len(whole), 41):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        try:
            read(bytes(broken), "a.docx")
        except ImportRefused as refusal:
            assert refusal.reason
