"""EPUB 2 and 3."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from stories.importing.archive import Archive, open_archive
from stories.importing.assembly import Manuscript, add_opening
from stories.importing.blocks import Block, settle_breaks
from stories.importing.book import ImportRefused, Progress
from stories.importing.footnotes import Footnotes, may_have_notes, types_of
from stories.importing.formats.epub_marks import marks_of_nav
from stories.importing.formats.epub_package import Package, read_package, stem_of
from stories.importing.headings import is_chapter_line, number_of
from stories.importing.looks import Marks, marks_of_sheet
from stories.importing.markup import Element, local_name, parse_page
from stories.importing.matter import (
    GUTENBERG,
    reason_of_file,
    reason_of_title,
    reason_of_types,
    without_gutenberg,
)
from stories.importing.splitting import (
    Mark,
    RawChapter,
    chapters_of,
    drop_title_headings,
    marks_of_headings,
    promote_lines,
    rough_words,
)
from stories.importing.tree import TreeReader

MAX_COVER = 5 * 1024 * 1024
_WRAPPERS = {"section", "div", "article", "main"}


@dataclass
class _Page:
    path: str
    blocks: list[Block]
    types: set[str]


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    with open_archive(path) as archive:
        package = read_package(archive)
        manuscript = Manuscript("epub", package.title, package.author, package.language)
        manuscript.losses.counts["unread"] += package.missing
        pages = _pages(archive, package, manuscript, progress)
        manuscript.cover = _cover(archive, package)
    story = [page for page in pages if not _set_aside(page, package, manuscript)]
    _split(manuscript, package, story, split)
    return manuscript


def _pages(
    archive: Archive, package: Package, manuscript: Manuscript, progress: Progress
) -> list[_Page]:
    sheet: dict[str, Marks] = {}
    for path in package.sheets:
        sheet |= marks_of_sheet(archive.read(path).decode("utf-8", errors="replace"))
    paths = [*package.spine, *package.aside]
    _look_for_notes(archive, paths, manuscript.footnotes)
    reader = TreeReader(sheet, manuscript.footnotes, manuscript.losses)
    pages = []
    for number, path in enumerate(paths, start=1):
        root = parse_page(archive.read(path))
        pages.append(_Page(path, reader.read(root, path), _page_types(root)))
        progress(number, len(paths))
    return pages


def _cover(archive: Archive, package: Package) -> bytes:
    """Return the cover's picture; a book whose cover is damaged or heavy comes without."""
    if 0 < archive.size_of(package.cover) <= MAX_COVER:
        with suppress(ImportRefused):
            return archive.read(package.cover)
    return b""


def _look_for_notes(archive: Archive, paths: list[str], notes: Footnotes) -> None:
    for path in paths:
        raw = archive.read(path)
        if may_have_notes(raw):
            notes.look_over(parse_page(raw), path)


def _page_types(root: Element) -> set[str]:
    """Return the types of the body and of the one element that holds all of the page."""
    types: set[str] = set()
    body = next((child for child in root if local_name(child) == "body"), root)
    element = body
    for _ in range(4):
        types |= types_of(element)
        inner = [child for child in element if local_name(child)]
        if len(inner) != 1 or local_name(inner[0]) not in _WRAPPERS:
            break
        element = inner[0]
    return types


def _set_aside(page: _Page, package: Package, manuscript: Manuscript) -> bool:
    """Leave out a page that is not story; keep whole what merely might not be."""
    words = rough_words(page.blocks)
    title = _title_of(page)
    reason = reason_of_types(sorted(page.types))
    if reason is None and (words < 600 or package.guide.get(page.path) == "toc"):
        reason = reason_of_types([package.guide.get(page.path, "")])
    reason = reason or reason_of_title(title) or reason_of_file(page.path, words)
    if reason is None and page.path in package.aside:
        if not any(block.is_text for block in page.blocks):
            return True
        reason = "Outside the reading order"
    if reason is None:
        return False
    manuscript.omit(title or stem_of(page.path).capitalize(), reason, page.blocks)
    return True


def _split(manuscript: Manuscript, package: Package, pages: list[_Page], split: str) -> None:
    if split == "files":
        manuscript.chapters = [_file_chapter(page, package) for page in pages if _has_words(page)]
        return
    blocks, licence = without_gutenberg([block for page in pages for block in page.blocks])
    if licence:
        manuscript.omit(GUTENBERG, GUTENBERG, licence)
    if split == "none":
        manuscript.chapters = [RawChapter(package.title, "", tuple(blocks))]
        return
    blocks, marks = _best_marks(blocks, package, pages, split)
    opening, chapters = chapters_of(blocks, marks)
    add_opening(manuscript, [block for block in opening if block.kind != "blank"], chapters)
    declared = {_title_of(page) for page in pages if _is_declared(page)}
    manuscript.chapters.extend(
        chapter
        for chapter in chapters
        if chapter.title in declared or _holds_text(chapter, manuscript)
    )


def _best_marks(
    blocks: list[Block], package: Package, pages: list[_Page], split: str
) -> tuple[list[Block], list[Mark]]:
    """Prefer the table of contents, unless the pages plainly hold more chapters than it names."""
    settled = promote_lines(settle_breaks(blocks))
    by_headings = marks_of_headings(settled)
    if split == "headings":
        return settled, by_headings
    by_nav = marks_of_nav(settled, package.nav, package.title)
    if len(by_nav) >= 2 and _named(by_headings) < 2 * len(by_nav):
        return settled, _with_unlisted(by_nav, settled)
    if by_nav and _declared(pages) == len(by_nav):
        return settled, by_nav
    if len(by_headings) >= 2:
        return settled, by_headings
    if by_nav and not by_headings:
        return settled, by_nav
    return settled, by_headings or _marks_of_pages(settled, pages)


def _declared(pages: list[_Page]) -> int:
    """Count the pages that say of themselves that each is a chapter."""
    return sum(map(_is_declared, pages))


def _is_declared(page: _Page) -> bool:
    return bool(page.types & {"chapter", "doc-chapter"})


def _title_of(page: _Page) -> str:
    return next((block.text for block in page.blocks if block.kind == "heading"), "")


def _named(marks: list[Mark]) -> int:
    """Count the marks that call themselves a chapter, by word or number."""
    return sum(
        is_chapter_line(mark.title) or number_of(mark.title.partition(":")[0]) is not None
        for mark in marks
    )


def _with_unlisted(marks: list[Mark], blocks: list[Block]) -> list[Mark]:
    """Add "Chapter 7" headings that the table of contents forgot."""
    taken = {mark.at for mark in marks} | {at for mark in marks for at in mark.dropped}
    extra = [
        Mark(at, block.text, "", frozenset({at}))
        for at, block in enumerate(blocks)
        if block.kind == "heading" and at not in taken and is_chapter_line(block.text)
    ]
    return sorted([*marks, *extra], key=lambda mark: mark.at)


def _marks_of_pages(blocks: list[Block], pages: list[_Page]) -> list[Mark]:
    """Without contents or headings, a page is a chapter, as readers saw it."""
    paths = {page.path for page in pages if _has_words(page)}
    starts = [at for at, block in enumerate(blocks) if paths & set(block.anchors)]
    return [Mark(at, f"Chapter {number}") for number, at in enumerate(starts, start=1)]


def _file_chapter(page: _Page, package: Package) -> RawChapter:
    blocks = settle_breaks(page.blocks)
    title = next((block.text for block in blocks[:1] if block.kind == "heading"), "")
    title, dropped = drop_title_headings(blocks, 0, len(blocks), title) if title else ("", set())
    kept = tuple(block for at, block in enumerate(blocks) if at not in dropped)
    return RawChapter(title or stem_of(page.path), "", kept)


def _has_words(page: _Page) -> bool:
    return any(block.is_text for block in page.blocks)


def _holds_text(chapter: RawChapter, manuscript: Manuscript) -> bool:
    if any(block.kind == "text" for block in chapter.blocks):
        return True
    manuscript.omit(chapter.title, "Holds no text", chapter.blocks)
    return False
