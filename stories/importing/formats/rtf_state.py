"""Where the text of an RTF file goes, and what holds within one of its groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from stories.importing.blocks import Block
from stories.importing.formats.grouping import Grouped
from stories.importing.looks import NO_MARKS, Marks
from stories.importing.tree import LINK, tidy, wrap_marks

# Between the cells of a table that becomes paragraphs.
CELL = " | "

# A stretch of HTML, its look, and the link it belongs to.
Piece = tuple[str, Marks, str]


@dataclass
class Sink:
    """Where paragraphs gather: the body, or one note."""

    key: str = ""
    blocks: list[Block | Grouped] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    style: int = 0
    level: int = 0
    list_depth: int = 0
    list_kind: str = ""


@dataclass(slots=True)
class State:
    """What holds within a group. `target` says what its text is for."""

    sink: Sink
    target: str = "body"
    marks: Marks = NO_MARKS
    font: int = -1
    stand_in: int = 1
    hidden: bool = False
    link: str = ""

    def copy(self) -> State:
        return State(
            self.sink, self.target, self.marks, self.font, self.stand_in, self.hidden, self.link
        )


def inline_of(pieces: list[Piece], without: Marks) -> str:
    """Join neighbours of one look, and mark them with it but for the marks `without`."""
    parts = []
    for (marks, link), run in groupby(pieces, key=lambda piece: piece[1:]):
        inner = "".join(text for text, _, _ in run)
        # Links are underlined; that is the link's look and not the writer's emphasis.
        html = wrap_marks(inner, marks - without - ({"u"} if link else NO_MARKS))
        if link and LINK.fullmatch(link) and inner.strip():
            html = f'<a href="{escape(link, quote=True)}">{html}</a>'
        parts.append(html)
    return tidy("".join(parts).removesuffix(CELL))
