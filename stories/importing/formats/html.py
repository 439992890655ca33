"""One HTML page, as saved by a browser or a word processor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.blocks import BLANK, settle_breaks
from stories.importing.book import Progress
from stories.importing.encoding import decode
from stories.importing.footnotes import types_of
from stories.importing.looks import Marks, marks_of_sheet
from stories.importing.markup import Element, local_name, parse_html
from stories.importing.splitting import RawChapter
from stories.importing.textfile import read_bytes
from stories.importing.tree import TreeReader

FILE = "page"
LEAD = {"header", "nav"}
CHAPTERS = {"chapter", "doc-chapter", "doc-afterword", "afterword"}


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    root = parse_html(decode(read_bytes(path), markup=True))
    manuscript = Manuscript("html", language=root.get("lang") or "")
    read_tree(manuscript, root, split)
    return manuscript


def read_tree(manuscript: Manuscript, root: Element, split: str) -> None:
    sheet: dict[str, Marks] = {}
    for element in root.iter():
        name = local_name(element)
        if name == "style":
            sheet |= marks_of_sheet(element.text or "")
        elif name == "title" and not manuscript.title:
            manuscript.title = element.text or ""
        elif name == "meta" and (element.get("name") or "").lower() in ("author", "dc.creator"):
            manuscript.author = manuscript.author or element.get("content") or ""
    manuscript.footnotes.look_over(root, FILE)
    reader = TreeReader(sheet, manuscript.footnotes, manuscript.losses)
    sections = [element for element in root.iter() if types_of(element) & CHAPTERS]
    if split == "auto" and _hold_all(sections):
        manuscript.chapters = [_declared(section, reader) for section in sections]
    else:
        split_blocks(manuscript, reader.read(root, FILE), split)


def _hold_all(sections: list[Element]) -> bool:
    """Tell whether no word of the page stands outside the chapters, but for what leads to them."""
    parent = sections[0].getparent() if sections else None
    if parent is None or any(section.getparent() is not parent for section in sections):
        return False
    own = set(sections)
    lead = all(one in own or local_name(one) in LEAD or _is_part(one) for one in parent)
    loose = [parent.text, *(one.tail for one in parent)]
    above = parent.getparent()
    around = [*parent.itersiblings(), *parent.itersiblings(preceding=True)]
    is_only = local_name(parent) == "body" or (
        not around and above is not None and local_name(above) == "body"
    )
    return lead and is_only and not any(text and text.strip() for text in loose)


def _declared(section: Element, reader: TreeReader) -> RawChapter:
    """Read a section that says it is a chapter: its first heading is the title of its own level."""
    above = section.getprevious()
    part = "".join(above.itertext()) if above is not None and _is_part(above) else ""
    first, *rest = settle_breaks(reader.read(section, FILE)) or [BLANK]
    if first.kind != "heading":
        return RawChapter("", part, (first, *rest))
    deeper = first.level - 1
    blocks = tuple(
        replace(block, level=block.level - deeper) if block.kind == "heading" else block
        for block in rest
    )
    return RawChapter(first.text, part, blocks)


def _is_part(element: Element) -> bool:
    return local_name(element) in ("h1", "h2") and "part" in element.get("class", "").split()
