"""Tell what a file is by its content; its name only decides between kinds of text."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from stories.importing.archive import ENCRYPTED, Archive, open_archive
from stories.importing.book import ImportRefused
from stories.importing.formats.markdown_zip import is_markdown
from stories.importing.formats.scrivener_binder import binder_name

NAMES = {
    "epub": "an EPUB", "docx": "a Word document", "odt": "an OpenDocument text",
    "rtf": "an RTF document", "scrivener": "a Scrivener project", "markdown": "Markdown",
    "html": "a web page", "plain": "plain text", "markdown_zip": "a zip of Markdown files",
}  # fmt: skip
_EXTENSIONS = {
    ".epub": "epub", ".docx": "docx", ".odt": "odt", ".ott": "odt", ".rtf": "rtf",
    ".scriv": "scrivener", ".md": "markdown",
    ".markdown": "markdown", ".mdown": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "plain", ".text": "plain",
}  # fmt: skip
# Formats a file shows by its own bytes: a name alone makes none.
_BY_CONTENT = ("epub", "docx", "odt", "rtf", "scrivener")
READABLE = (
    "Nexus reads EPUB, Word (.docx), OpenDocument (.odt), RTF, Scrivener projects as a zip, "
    "Markdown, HTML and plain text."
)
KINDLE = (
    "This is a book for the Kindle, which other programs cannot be sure to read. Please convert it "
    "to EPUB and bring that."
)
PAGES = "This is a document of Pages. Please export it there as Word or EPUB and bring that."
BOOKS_IN_A_ZIP = (
    "This is a zip archive around other files. Please unpack it and bring the book itself; "
    "chapters in files of their own can come in one after the other, into the same story."
)
BINDER_ALONE = (
    "This is only the list of contents of a Scrivener project. Please zip its whole .scriv folder "
    "and bring that."
)
_STRANGERS = (
    (b"%PDF-", "This is a PDF, which holds pages and not text. " + READABLE),
    (b"\xd0\xcf\x11\xe0", "This is an old Word document (.doc) or one with a password. "
     "Please save it as .docx without a password and try again."),
    (b"\x1f\x8b", "This is a compressed archive. " + READABLE),
    (b"Rar!", "This is a compressed archive. " + READABLE),
    (b"7z\xbc\xaf", "This is a compressed archive. " + READABLE),
    (b"\x89PNG", "This is a picture. " + READABLE),
    (b"\xff\xd8\xff", "This is a picture. " + READABLE),
    (b"GIF8", "This is a picture. " + READABLE),
    (b"\x7fELF", "This is a program. " + READABLE),
    (b"MZ\x90", "This is a program. " + READABLE),
)  # fmt: skip
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?"
    rb"<(?:!doctype html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKDOWN = re.compile(rb"^#{1,3} \S", re.MULTILINE)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def detect(path: Path, filename: str) -> str:
    """Return the format's name in the registry, or refuse with what the file seems to be."""
    hint = _EXTENSIONS.get(PurePosixPath(filename.replace("\\", "/")).suffix.lower(), "")
    with path.open("rb") as stream:
        head = stream.read(64 * 1024)
    if not head:
        raise ImportRefused("This file is empty.")
    if head[60:68] == b"BOOKMOBI" or head.startswith(b"TPZ"):
        raise ImportRefused(KINDLE)
    for magic, reason in _STRANGERS:
        if head.startswith(magic):
            raise ImportRefused(reason)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_format(path)
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if b"<ScrivenerProject" in head[:1000]:
        raise ImportRefused(BINDER_ALONE)
    if hint in _BY_CONTENT:
        raise ImportRefused(f"This file is named like {NAMES[hint]} but is not one, or is damaged.")
    return _text_format(head, hint)


def _zip_format(path: Path) -> str:
    with open_archive(path) as archive:
        if _is_epub(archive):
            return "epub"
        names = set(archive.names)
        if "EncryptedPackage" in names:
            raise ImportRefused(ENCRYPTED)
        if "[Content_Types].xml" in names:
            if "word/document.xml" in names or any(name.startswith("word/") for name in names):
                return "docx"
            raise ImportRefused("This is an Office file, but not a Word document. " + READABLE)
        if "mimetype" in names and b"opendocument" in (kind := archive.read("mimetype")):
            if b"opendocument.text" in kind:
                return "odt"
            raise ImportRefused("This is an OpenDocument file, but not a text. " + READABLE)
        if binder_name(archive.names):
            return "scrivener"
        if any(is_markdown(name) for name in names):
            return "markdown_zip"
        _refuse_known(names)
    raise ImportRefused("This is a zip archive, but holds no book Nexus knows. " + READABLE)


def _refuse_known(names: set[str]) -> None:
    if not names:
        raise ImportRefused("This file is empty.")
    if "Index/Document.iwa" in names:
        raise ImportRefused(PAGES)
    if any(PurePosixPath(name).suffix.lower() in _EXTENSIONS for name in names):
        raise ImportRefused(BOOKS_IN_A_ZIP)


def _is_epub(archive: Archive) -> bool:
    if "META-INF/container.xml" in archive:
        return True
    return "mimetype" in archive and b"application/epub+zip" in archive.read("mimetype")


def _text_format(head: bytes, hint: str) -> str:
    _refuse_binary(head)
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "html"
    if hint:
        return hint
    return "markdown" if _MARKDOWN.search(head) else "plain"


def _refuse_binary(head: bytes) -> None:
    """Text has next to no control characters, except in two-byte encodings."""
    if head.startswith(_BOMS) or _looks_wide(head):
        return
    odd = sum(head.count(byte) for byte in (*range(8), *range(14, 27), *range(28, 32)))
    if odd > max(2, len(head) // 200):
        raise ImportRefused("This file does not hold text. " + READABLE)


def _looks_wide(head: bytes) -> bool:
    half = len(head) // 2
    return any(head[start::2].count(0) > half * 0.7 and head[1 - start :: 2].count(0) < half * 0.05
               for start in (0, 1))  # fmt: skip
