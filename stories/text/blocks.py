"""Cut schema HTML between its outermost blocks, to the byte."""

import re
from typing import NamedTuple

from stories.text.plain import to_text

_BLOCK_TAG = re.compile(r"<(/?)(p|h[2-4]|blockquote|ul|ol|li|hr)(?: [^<>]*+)?>")
_ID = re.compile(r'<\w+ data-b="([A-Za-z0-9_-]{1,32})">')
_HEADING = re.compile(r"<h[2-4][ >]")
# Text holds no "<", so that prose about ids stays as it is.
_ANY_ID = re.compile(r'(<[a-z0-9]+) data-b="[^"]*+"')


class Passage(NamedTuple):
    """An outermost block as it is written, and `plain`: without its id and those within it.

    Two that read the same have the same `plain`; `block_id` is "" where there is none.
    """

    html: str
    plain: str
    block_id: str

    @property
    def tag(self) -> str:
        return self.plain[1:].partition(">")[0]


def passages(content: str) -> list[Passage]:
    """Return the outermost blocks of schema HTML; without parsing, which takes ten times longer."""
    return [Passage(html, _ANY_ID.sub(r"\1", html), block_id(html)) for html in top_blocks(content)]


def top_blocks(content: str) -> list[str]:
    """Return the outermost blocks of schema HTML as they are written; joined they are `content`."""
    blocks: list[str] = []
    start = depth = 0
    for tag in _BLOCK_TAG.finditer(content):
        if tag[2] != "hr":
            depth += -1 if tag[1] else 1
        if depth == 0:
            blocks.append(content[start : tag.end()])
            start = tag.end()
    if start < len(content):
        blocks.append(content[start:])
    return blocks


def block_id(block: str) -> str:
    """Return the id of a block, "" when it has none."""
    found = _ID.match(block)
    return found[1] if found else ""


def heading_text(block: str) -> str:
    """Return the words of a heading, "" for any other block."""
    return " ".join(to_text(block).split()) if _HEADING.match(block) else ""
