"""RTF, which every word processor of the last thirty years can write."""

from __future__ import annotations

from pathlib import Path

from stories.importing.assembly import Manuscript, split_blocks
from stories.importing.book import Progress
from stories.importing.formats.rtf_body import RtfReader
from stories.importing.textfile import read_bytes


def read(path: Path, *, split: str, progress: Progress) -> Manuscript:
    manuscript = Manuscript("rtf")
    reader = RtfReader(manuscript.footnotes, manuscript.losses)
    blocks = reader.read(read_bytes(path))
    manuscript.title, manuscript.author = reader.title, reader.author
    if reader.contents:
        manuscript.omit("Contents", "Contents", reader.contents)
    split_blocks(manuscript, blocks, split)
    return manuscript
