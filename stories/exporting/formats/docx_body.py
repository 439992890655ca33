"""The running text of a Word document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from stories.exporting.book import Chapter
from stories.exporting.direction import runs_leftward
from stories.exporting.formats.docx_parts import MAX_LIST_LEVEL, Sheet, run
from stories.text.builder import parse
from stories.text.schema import BREAK, LISTS, SMALL_CAPS, TEXT_BLOCKS, Block, Run

_HREF = re.compile(r'<a href="(.*)">')
# In the order Word's schema wants them.
_MARKS = (
    ("<code>", '<w:rStyle w:val="Code"/>'),
    ("<strong>", "<w:b/><w:bCs/>"),
    ("<em>", "<w:i/><w:iCs/>"),
    (SMALL_CAPS, "<w:smallCaps/>"),
    ("<s>", "<w:strike/>"),
    ("<u>", '<w:u w:val="single"/>'),
)
DEEPEST = 5
LINE_BREAK = "<w:r><w:br/></w:r>"
PAGE_BREAK = "<w:pageBreakBefore/>"


class BodyWriter:
    """Writes chapter after chapter; keeps the links met, and how many lists counted."""

    def __init__(self, sheet: Sheet, *, deeper: int) -> None:
        self._sheet = sheet
        self._deeper = deeper
        self._is_first = True
        self.links: list[str] = []
        self.ordered = 0

    def chapter(self, chapter: Chapter) -> str:
        part = ""
        if chapter.part:
            part = paragraph("Heading1", run(chapter.part), PAGE_BREAK + sideways(chapter.part))
        return part + self.title(chapter.title) + self._blocks(parse(chapter.content))

    def title(self, title: str) -> str:
        """Write the heading of a chapter, at the top of a page of its own."""
        self._is_first = True
        return paragraph(f"Heading{1 + self._deeper}", run(title), PAGE_BREAK + sideways(title))

    def _blocks(self, blocks: Sequence[Block]) -> str:
        return "".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        if block.tag == "hr":
            self._is_first = True
            return paragraph("SceneBreak", run(self._sheet.scene_break))
        if block.tag == "p":
            style = "FirstParagraph" if self._is_first else "BodyText"
            self._is_first = False
            return self._paragraph(style, block.runs)
        if block.tag in TEXT_BLOCKS:
            self._is_first = True
            level = min(int(block.tag[1]) + self._deeper, DEEPEST)
            return self._paragraph(f"Heading{level}", block.runs)
        self._is_first = False
        return self._list(block, 0) if block.tag in LISTS else self._quote(block)

    def _quote(self, block: Block) -> str:
        return "".join(
            self._paragraph("Quote", inner.runs) if inner.tag in TEXT_BLOCKS else self._block(inner)
            for inner in block.blocks
        )

    def _list(self, block: Block, level: int) -> str:
        number = 1
        if block.tag == "ol":
            self.ordered += 1
            number = self.ordered + 1
        return "".join(
            self._item(item, number, min(level, MAX_LIST_LEVEL)) for item in block.blocks
        )

    def _item(self, item: Block, number: int, level: int) -> str:
        out = []
        for place, inner in enumerate(item.blocks):
            if inner.tag in LISTS:
                out.append(self._list(inner, level + 1))
            elif inner.tag in TEXT_BLOCKS:
                sign = f'<w:ilvl w:val="{level}"/><w:numId w:val="{number}"/>'
                look = f"<w:numPr>{sign}</w:numPr>" if place == 0 else ""
                out.append(self._paragraph("ListParagraph", inner.runs, look))
            else:
                out.append(self._block(inner))
        return "".join(out)

    def _paragraph(self, style: str, runs: Sequence[Run], look: str = "") -> str:
        words = "".join(text for text, _marks in runs)
        return paragraph(style, self._runs(runs), look + sideways(words))

    def _runs(self, runs: Sequence[Run]) -> str:
        return "".join(self._run(text, marks) for text, marks in runs)

    def _run(self, text: str, marks: tuple[str, ...]) -> str:
        look = "".join(sign for mark, sign in _MARKS if self._has(mark, marks))
        written = (
            LINE_BREAK if text == BREAK else run(text, f"<w:rPr>{look}</w:rPr>" if look else "")
        )
        href = _HREF.match(marks[0]) if marks else None
        if href is None or text == BREAK:
            return written
        return f'<w:hyperlink r:id="rId{self._link(unescape(href[1]))}">{written}</w:hyperlink>'

    def _has(self, mark: str, marks: tuple[str, ...]) -> bool:
        """A typewriter has no italics; what would be set in them is underlined."""
        if not self._sheet.underlines:
            return mark in marks
        return mark != "<em>" and (mark in marks or (mark == "<u>" and "<em>" in marks))

    def _link(self, href: str) -> int:
        self.links.append(href)
        return 9 + len(self.links)


def sideways(text: str) -> str:
    """Say of a paragraph with this text that it begins at the right, if it does."""
    return "<w:bidi/>" if runs_leftward(text) else ""


def paragraph(style: str, inner: str, look: str = "") -> str:
    """Write a paragraph; `look` is what it has besides its style, in the schema's order."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{look}</w:pPr>{inner}</w:p>'
