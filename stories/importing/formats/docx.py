"""Word documents.

Read directly and as a stream: converters that build a tree of Python objects take 150 MB for a
novel, forget page breaks and blank lines, and expand XML entities.
"""

from __future__ import annotations

from pathlib import Path

from stories.importing.archive import DAMAGED, Archive, open_archive
from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.blocks import Block
from stories.importing.book import ImportRefused, Progress
from stories.importing.formats.docx_body import BodyReader
from stories.importing.formats.docx_parts import Parts, W, body_of, parse_part, read_parts
from stories.importing.tree import block_html


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    with open_archive(path) as archive:
        parts = read_parts(archive)
        if parts.main not in archive:
            raise ImportRefused(DAMAGED)
        manuscript = Manuscript("docx", parts.title, parts.author, parts.language)
        blocks = _body(archive, parts, manuscript)
        _notes(archive, parts, manuscript)
    split_blocks(manuscript, blocks, split)
    return manuscript


def _body(archive: Archive, parts: Parts, manuscript: Manuscript) -> list[Block]:
    reader = BodyReader(parts, manuscript.losses)
    blocks = reader.read(body_of(archive, parts.main))
    manuscript.title = manuscript.title or reader.title
    if reader.contents:
        manuscript.omit("Contents", "Contents", reader.contents)
    return blocks


def _notes(archive: Archive, parts: Parts, manuscript: Manuscript) -> None:
    for kind in ("footnote", "endnote"):
        name = f"word/{kind}s.xml"
        if name not in archive:
            continue
        for note in parse_part(archive, name).iter(W + kind):
            if note.get(W + "type") in (None, "normal"):
                blocks = BodyReader(parts, manuscript.losses).read(note)
                key = f"{kind}#{note.get(W + 'id', '')}"
                manuscript.footnotes.texts[key] = [block_html(b) for b in blocks if b.is_text]
