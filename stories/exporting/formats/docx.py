"""Word documents: a book with real headings, and the manuscript an agent asks for."""

from __future__ import annotations

from typing import IO

from stories.exporting import faces, manuscript, words
from stories.exporting.book import Book, Tick
from stories.exporting.bundle import Bundle
from stories.exporting.formats import docx_parts as parts
from stories.exporting.formats.docx_body import BodyWriter, paragraph, sideways
from stories.exporting.formats.docx_parts import INCH, Sheet
from stories.exporting.formats.docx_styles import styles

MANUSCRIPT_FONTS = {"modern": "Times New Roman", "classic": "Courier New"}
# A third of a page, above the first line of a chapter; half of one above the title.
THIRD, HALF = 3 * INCH, 4 * INCH


def write(book: Book, target: IO[bytes], tick: Tick) -> None:
    sheet = Sheet(
        font=faces.WORD[book.look.font],
        size=22,
        line=300,
        page=book.look.page_size or "a4",
        margin=INCH,
        indent=360,
        align="both",
        is_manuscript=False,
    )
    _write(book, target, tick, sheet, _cover(book, sheet) + _title_page(book), head="")


def write_manuscript(book: Book, target: IO[bytes], tick: Tick) -> None:
    """Write standard manuscript format; `exporting.manuscript` names its rules."""
    is_classic = book.look.manuscript_style == "classic"
    sheet = Sheet(
        font=MANUSCRIPT_FONTS[book.look.manuscript_style],
        size=24,
        line=480,
        page=book.look.page_size if book.look.page_size == "a4" else "letter",
        margin=INCH,
        indent=INCH // 2,
        align="left",
        is_manuscript=True,
        underlines=is_classic,
        scene_break=manuscript.SCENE_BREAK,
        chapter_drop=THIRD,
    )
    front = _manuscript_page(book, sheet)
    _write(book, target, tick, sheet, front, head=manuscript.running_head(book))


def _write(
    book: Book, target: IO[bytes], tick: Tick, sheet: Sheet, front: str, *, head: str
) -> None:
    body = BodyWriter(sheet, deeper=int(book.has_parts))
    with Bundle(target, at=book.made_at) as bundle:
        bundle.add("[Content_Types].xml", parts.CONTENT_TYPES)
        bundle.add("_rels/.rels", parts.ROOT_RELATIONS)
        bundle.add("docProps/core.xml", parts.core(book))
        with bundle.opened("word/document.xml") as document:
            _write_text(book, document, tick, body, front, sheet)
        bundle.add("word/styles.xml", styles(sheet, book.language))
        bundle.add("word/settings.xml", parts.settings())
        bundle.add("word/numbering.xml", parts.numbering(body.ordered))
        bundle.add("word/header1.xml", parts.header(head))
        bundle.add("word/footer1.xml", parts.footer(is_numbered=not sheet.is_manuscript))
        cover = None if sheet.is_manuscript else book.cover
        if cover:
            bundle.add_picture(f"word/{parts.COVER}", cover.raw)
        relations = parts.relations(body.links, has_cover=bool(cover))
        bundle.add("word/_rels/document.xml.rels", relations)


def _write_text(
    book: Book, document: IO[bytes], tick: Tick, body: BodyWriter, front: str, sheet: Sheet
) -> None:
    opening = f'<w:document xmlns:w="{parts.W}" xmlns:r="{parts.R}"><w:body>'
    document.write(f"{parts.DECLARATION}{opening}{front}".encode())
    for chapter in book.chapters:
        document.write(body.chapter(chapter).encode("utf-8", "replace"))
        tick()
    ending = _note(book, body) + parts.section(sheet)
    document.write(f"{ending}</w:body></w:document>".encode())


def _cover(book: Book, sheet: Sheet) -> str:
    if not book.cover:
        return ""
    picture = parts.picture(book.cover, sheet, words.cover_of(book.title, book.language))
    return paragraph("BodyText", picture, '<w:ind w:firstLine="0"/><w:jc w:val="center"/>')


def _title_page(book: Book) -> str:
    if not book.look.front_matter:
        return ""
    byline = paragraph("Subtitle", parts.run(book.author)) if book.author else ""
    turn = "<w:pageBreakBefore/>" if book.cover else ""
    drop = f'{turn}{sideways(book.title)}<w:spacing w:before="{HALF}" w:after="480"/>'
    return paragraph("Title", parts.run(book.title), drop) + byline


def _manuscript_page(book: Book, sheet: Sheet) -> str:
    """Write the first page: who and where, how long, the title half-way down, the name below."""
    contact = book.look.contact or ((book.author,) if book.author else ())
    width = parts.SIZES[sheet.page][0] - 2 * sheet.margin
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
    first, *rest = contact or ("",)
    count = f"{parts.run(first)}<w:r><w:tab/></w:r>{parts.run(manuscript.about(book.words))}"
    lines = [paragraph("Contact", count, tab)]
    lines += [paragraph("Contact", parts.run(line)) for line in rest]
    drop = HALF - 240 * len(lines)
    lines.append(
        paragraph(
            "Title",
            parts.run(book.title),
            f'<w:spacing w:before="{max(drop, INCH)}" w:line="480" w:lineRule="auto"/>',
        )
    )
    byline = f"by {book.author}"
    lines.append(paragraph("Subtitle", parts.run(byline)) if book.author else "")
    return "".join(lines)


def _note(book: Book, body: BodyWriter) -> str:
    if not book.note:
        return ""
    paragraphs = [
        paragraph("BodyText", parts.run(text), sideways(text)) for text in book.note_paragraphs
    ]
    return body.title(words.authors_note(book.language)) + "".join(paragraphs)
