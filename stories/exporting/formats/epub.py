"""EPUB 3: one page a chapter, a table of contents, and what readers of all abilities need."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import IO

from stories.exporting import faces, words
from stories.exporting.book import Book, Chapter, Tick
from stories.exporting.bundle import Bundle
from stories.exporting.direction import dir_of, directed
from stories.exporting.markup import as_xhtml, body_of, said

FOLDER = "EPUB"
CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="EPUB/package.opf" '
    'media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
STYLE = """\
body { font-family: %s; line-height: 1.5; margin: 5%%; }
h1, h2, h3, h4, h5, h6 { text-align: center; line-height: 1.25; margin: 2em 0 1.5em; }
.title, .part { margin-top: 30%%; }
.byline { text-align: center; }
nav ol { list-style: none; padding-left: 1em; }
p { margin: 0; text-indent: 1.5em; }
h1 + p, h2 + p, h3 + p, h4 + p, hr + p, li > p, .byline { text-indent: 0; }
blockquote { margin: 1em 2em; }
hr { border: 0; margin: 1.5em 0; text-align: center; }
hr::before { content: "* * *"; }
.small-caps { font-variant: small-caps; }
img.cover { display: block; max-width: 100%%; max-height: 95vh; margin: 0 auto; }
"""
COVER = "cover.jpg"
ACCESS = (
    '<meta property="schema:accessMode">textual</meta>\n'
    '<meta property="schema:accessModeSufficient">textual</meta>\n%s'
    '<meta property="schema:accessibilityFeature">structuralNavigation</meta>\n'
    '<meta property="schema:accessibilityFeature">tableOfContents</meta>\n'
    '<meta property="schema:accessibilityHazard">none</meta>\n'
    '<meta property="schema:accessibilitySummary">%s, with a table of contents and '
    "headings throughout.</meta>\n"
)
OF_A_COVER = (
    '<meta property="schema:accessMode">visual</meta>\n'
    '<meta property="schema:accessibilityFeature">alternativeText</meta>\n'
)


@dataclass(frozen=True, slots=True)
class _Page:
    """One file of the reading order; `title` is "" for pages the contents do not list."""

    name: str
    title: str = ""
    is_part: bool = False


def write(book: Book, target: IO[bytes], tick: Tick) -> None:
    with Bundle(target, at=book.made_at) as bundle:
        bundle.add("mimetype", "application/epub+zip", is_stored=True)
        bundle.add("META-INF/container.xml", CONTAINER)
        bundle.add(f"{FOLDER}/style.css", STYLE % faces.CSS[book.look.font])
        pages = [*_cover(book, bundle), *_front(book, bundle)]
        for chapter in book.chapters:
            if chapter.part:
                pages.append(_part(book, chapter, bundle))
            pages.append(_chapter(book, chapter, bundle))
            tick()
        pages += _back(book, bundle)
        bundle.add(f"{FOLDER}/nav.xhtml", _nav(book, pages))
        bundle.add(f"{FOLDER}/package.opf", _package(book, pages))


def _cover(book: Book, bundle: Bundle) -> list[_Page]:
    """Put the cover in: the picture for shelves, and a page of it for those who leaf."""
    if not book.cover:
        return []
    bundle.add_picture(f"{FOLDER}/{COVER}", book.cover.raw)
    alt = said(words.cover_of(book.title, book.language))
    inner = f'<img class="cover" src="{COVER}" alt="{alt}" role="doc-cover"/>\n'
    bundle.add(*_file(book, "cover", book.title, "cover", "", inner))
    return [_Page("cover")]


def _front(book: Book, bundle: Bundle) -> list[_Page]:
    if not book.look.front_matter:
        return []
    byline = f'<p class="byline">{said(book.author)}</p>\n' if book.author else ""
    inner = f'<h1 class="title"{dir_of(book.title)}>{said(book.title)}</h1>\n{byline}'
    bundle.add(*_file(book, "title", book.title, "titlepage", "", inner))
    return [_Page("title")]


def _part(book: Book, chapter: Chapter, bundle: Bundle) -> _Page:
    name = f"part-{chapter.number:04d}"
    inner = f'<h1 class="part"{dir_of(chapter.part)}>{said(chapter.part)}</h1>\n'
    bundle.add(*_file(book, name, chapter.part, "part", "doc-part", inner))
    return _Page(name, chapter.part, is_part=True)


def _chapter(book: Book, chapter: Chapter, bundle: Bundle) -> _Page:
    name = f"chapter-{chapter.number:04d}"
    text = as_xhtml(directed(body_of(chapter)))
    inner = f"<h1{dir_of(chapter.title)}>{said(chapter.title)}</h1>\n{text}\n"
    bundle.add(*_file(book, name, chapter.title, "chapter", "doc-chapter", inner))
    return _Page(name, chapter.title)


def _back(book: Book, bundle: Bundle) -> list[_Page]:
    if not book.note:
        return []
    title = words.authors_note(book.language)
    paragraphs = "".join(f"<p{dir_of(text)}>{said(text)}</p>\n" for text in book.note_paragraphs)
    inner = f"<h1>{said(title)}</h1>\n{paragraphs}"
    bundle.add(*_file(book, "note", title, "afterword", "doc-afterword", inner))
    return [_Page("note", title)]


def _file(book: Book, name: str, title: str, kind: str, role: str, inner: str) -> tuple[str, str]:
    language = said(book.language)
    roles = f' role="{role}"' if role else ""
    return f"{FOLDER}/{name}.xhtml", (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}">\n'
        f"<head>\n<title>{said(title)}</title>\n"
        '<link rel="stylesheet" type="text/css" href="style.css"/>\n</head>\n<body>\n'
        f'<section epub:type="{kind}"{roles}>\n{inner}</section>\n</body>\n</html>\n'
    )


def _nav(book: Book, pages: list[_Page]) -> str:
    title = said(words.contents(book.language))
    language = said(book.language)
    listed = [page for page in pages if page.title]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}">\n'
        f"<head>\n<title>{title}</title>\n"
        '<link rel="stylesheet" type="text/css" href="style.css"/>\n</head>\n<body>\n'
        f'<nav epub:type="toc" role="doc-toc" id="toc">\n<h1>{title}</h1>\n'
        f"{_list(listed)}</nav>\n"
        '<nav epub:type="landmarks" hidden="hidden">\n<ol>\n'
        f'<li><a epub:type="bodymatter" href="{listed[0].name}.xhtml">{said(listed[0].title)}'
        "</a></li>\n</ol>\n</nav>\n</body>\n</html>\n"
    )


def _list(pages: list[_Page]) -> str:
    """Write the contents: chapters of a part below it, those before the first part beside it."""
    lines, is_open = ["<ol>\n"], False
    for page in pages:
        link = f'<li><a href="{page.name}.xhtml">{said(page.title)}</a>'
        is_end = is_open and (page.is_part or page.name == "note")
        lines.append("</ol></li>\n" if is_end else "")
        is_open = (is_open and not is_end) or page.is_part
        lines.append(f"{link}\n<ol>\n" if page.is_part else f"{link}</li>\n")
    lines.append("</ol></li>\n" if is_open else "")
    return "".join([*lines, "</ol>\n"])


def _package(book: Book, pages: list[_Page]) -> str:
    made = book.made_at.astimezone(UTC)
    items = "".join(
        f'<item id="{page.name}" href="{page.name}.xhtml" media-type="application/xhtml+xml"/>\n'
        for page in pages
    )
    order = "".join(f'<itemref idref="{page.name}"/>\n' for page in pages)
    author = f'<dc:creator id="author">{said(book.author)}</dc:creator>\n' if book.author else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        f'xml:lang="{said(book.language)}">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<dc:identifier id="id">urn:uuid:{said(book.id)}</dc:identifier>\n'
        f"<dc:title>{said(book.title)}</dc:title>\n{author}"
        f"<dc:language>{said(book.language)}</dc:language>\n"
        f'<meta property="dcterms:modified">{made:%Y-%m-%dT%H:%M:%SZ}</meta>\n'
        f"{_access(book)}</metadata>\n<manifest>\n"
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>\n'
        '<item id="style" href="style.css" media-type="text/css"/>\n'
        f"{_cover_item(book)}{items}</manifest>\n<spine>\n{order}</spine>\n</package>\n"
    )


def _access(book: Book) -> str:
    if not book.cover:
        return ACCESS % ("", "Text only")
    # Older readers know the cover by the second way of naming it.
    named = '<meta name="cover" content="cover-image"/>\n'
    return ACCESS % (OF_A_COVER, "Text and a cover with its description") + named


def _cover_item(book: Book) -> str:
    if not book.cover:
        return ""
    return (
        f'<item id="cover-image" href="{COVER}" media-type="image/jpeg"'
        ' properties="cover-image"/>\n'
    )
