"""Scrivener projects: the `.scriv` folder, zipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import shorten

from stories.importing.archive import open_archive
from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.blocks import BREAK, Block, Losses
from stories.importing.book import MAX_NOTES, MAX_SYNOPSIS, Omitted, Progress
from stories.importing.formats.scrivener_binder import Binder, Item, read_binder
from stories.importing.formats.scrivener_text import Document, Documents
from stories.importing.headings import is_chapter_line, is_part_line, number_of
from stories.importing.splitting import (
    PART_PAGE_WORDS,
    RawChapter,
    marks_of_headings,
    promote_lines,
    rough_words,
)

# What is left out is read only to count its words, and only as far as that takes no time.
MAX_ASIDE = 2_000_000
_OUTSIDE = "Not part of the draft"
_FOLDERS = {"Folder", "DraftFolder"}


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    with open_archive(path) as archive:
        binder = read_binder(archive)
        manuscript = Manuscript("scrivener", binder.title, binder.author)
        documents = Documents(archive, binder.root, manuscript.footnotes, manuscript.losses)
        texts = _read_draft(binder, documents, manuscript, progress)
        for item in binder.others:
            _leave_out(item, documents, manuscript)
    _divide(binder.draft, texts, manuscript, split)
    manuscript.chapters = [_cut_notes(one, manuscript.losses) for one in manuscript.chapters]
    return manuscript


Texts = dict[int, Document]


def _read_draft(
    binder: Binder, documents: Documents, manuscript: Manuscript, progress: Progress
) -> Texts:
    """Return what the draft's documents hold, by the identity of their items."""
    items = list(binder.draft.walk())
    texts: Texts = {}
    for number, item in enumerate(items, start=1):
        document = documents.read(item)
        if _is_file(item, document):
            manuscript.omitted.append(Omitted(item.title, "Not text", 0))
        elif not item.is_compiled and (document.has_text or item.kind == "Text"):
            manuscript.omit(item.title, "Not included in compile", document.blocks)
            document = Document([], document.synopsis, document.notes)
        texts[id(item)] = document
        progress(number, len(items))
    return texts


def _is_file(item: Item, document: Document) -> bool:
    """Tell a picture, a PDF or a web page among the documents."""
    return item.kind not in (*_FOLDERS, "Text") and not document.blocks


def _leave_out(top: Item, documents: Documents, manuscript: Manuscript) -> None:
    items = list(top.walk())
    if len(items) == 1 and not documents.size_of(top):
        return
    if sum(documents.size_of(item) for item in items) > MAX_ASIDE:
        manuscript.omitted.append(Omitted(top.title, f"{_OUTSIDE}, not counted", 0))
        return
    blocks = [block for item in items for block in documents.blocks_alone(item)]
    manuscript.omit(top.title, _OUTSIDE, blocks)


def _divide(draft: Item, texts: Texts, manuscript: Manuscript, split: str) -> None:
    written = [item for item in draft.walk() if texts[id(item)].has_text]
    if split in ("headings", "none") or (split == "auto" and _is_one_flow(written, texts)):
        split_blocks(manuscript, _joined([texts[id(item)].blocks for item in written]), split)
    elif split == "files":
        manuscript.chapters = [_chapter(item.title, "", [texts[id(item)]]) for item in written]
    else:
        manuscript.chapters = list(_chapters(draft, texts))


def _is_one_flow(written: list[Item], texts: Texts) -> bool:
    """Tell a draft of one long document, whose chapters are headings within it."""
    if len(written) != 1:
        return False
    return len(marks_of_headings(promote_lines(texts[id(written[0])].blocks))) >= 2


def _chapters(draft: Item, texts: Texts) -> Iterator[RawChapter]:
    pending = _Part()
    if texts[id(draft)].has_text:
        yield _chapter("Opening", "", [texts[id(draft)]])
    for item in draft.children:
        yield from _walk(item, texts, pending, "")


class _Part:
    """A part whose first chapter is still to come: its title, and the text of its own page."""

    def __init__(self) -> None:
        self.title = ""
        self.page: list[Document] = []

    def take(self) -> tuple[str, list[Document]]:
        title, page, self.title, self.page = self.title, self.page, "", []
        return title, page


def _walk(item: Item, texts: Texts, pending: _Part, above: str) -> Iterator[RawChapter]:
    if not any(one.is_compiled and not _is_file(one, texts[id(one)]) for one in item.walk()):
        return
    if not _is_part(item):
        title, page = pending.take()
        below = [texts[id(one)] for one in item.walk()]
        yield _chapter(item.title, title, [*page, *below])
        return
    pending.title = f"{above}, {item.title}" if above and item.title else item.title or above
    own = texts[id(item)]
    whole = pending.title
    if rough_words(own.blocks) > PART_PAGE_WORDS:
        title, page = pending.take()
        yield _chapter(item.title, title, [*page, own])
    else:
        pending.page.append(own)
    for child in item.children:
        yield from _walk(child, texts, pending, whole)


def _is_part(item: Item) -> bool:
    """Tell a folder of chapters from a chapter of scenes."""
    if not item.children or is_chapter_line(item.title):
        return False
    if is_part_line(item.title) or any(child.children for child in item.children):
        return True
    named = [child for child in item.children if _is_chapter_title(child.title)]
    return len(named) >= 2


def _is_chapter_title(title: str) -> bool:
    return is_chapter_line(title) or number_of(title) is not None


def _chapter(title: str, part: str, documents: list[Document]) -> RawChapter:
    synopses = [" ".join(one.synopsis.split()) for one in documents if one.synopsis]
    notes = [one.notes for one in documents if one.notes]
    synopsis = " ".join(synopses)
    if len(synopsis) > MAX_SYNOPSIS:
        # Too long for one card: it begins the notes, whole.
        synopsis, notes = shorten(synopsis, MAX_SYNOPSIS, placeholder="…"), [*synopses, *notes]
    blocks = tuple(_joined([document.blocks for document in documents]))
    return RawChapter(title, part, blocks, synopsis=synopsis, notes="\n\n".join(notes))


def _cut_notes(chapter: RawChapter, losses: Losses) -> RawChapter:
    if len(chapter.notes) <= MAX_NOTES:
        return chapter
    losses.counts["notes"] += 1
    return replace(chapter, notes=chapter.notes[:MAX_NOTES])


def _joined(scenes: list[list[Block]]) -> list[Block]:
    """Put a scene break between documents that hold text."""
    joined: list[Block] = []
    for blocks in scenes:
        if joined and any(block.is_text for block in blocks):
            joined.append(BREAK)
        joined.extend(blocks)
    return joined
