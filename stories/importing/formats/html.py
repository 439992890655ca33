"""One HTML page, as saved by a browser or a word processor."""

from __future__ import annotations

from pathlib import Path

from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.book import Progress
from stories.importing.encoding import decode
from stories.importing.looks import Marks, marks_of_sheet
from stories.importing.markup import Element, local_name, parse_html
from stories.importing.textfile import read_bytes
from stories.importing.tree import TreeReader

FILE = "page"


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
    split_blocks(manuscript, reader.read(root, FILE), split)
