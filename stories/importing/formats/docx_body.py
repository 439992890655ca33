"""The running text of a Word document to blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from stories.importing.blocks import (
    NOTE_CLOSE,
    NOTE_OPEN,
    PAGE,
    Block,
    Losses,
    heading,
    paragraph,
)
from stories.importing.formats.docx_parts import (
    Parts,
    W,
    depth_of,
    is_on,
    link_id,
    marks_of,
    value,
)
from stories.importing.formats.grouping import Grouped, gather
from stories.importing.formats.named_styles import PLAIN, Style
from stories.importing.looks import NO_MARKS, Marks
from stories.importing.markup import Element, local_name
from stories.importing.tree import LINK, tidy, wrap_marks

MAX_DEPTH = 100
MAX_LIST_DEPTH = 8
_THROUGH = {
    "ins",
    "moveTo",
    "smartTag",
    "customXml",
    "sdtContent",
    "fldSimple",
    "bdo",
    "dir",
    "sdt",
}
_GONE = {"del", "moveFrom"}
_CHARACTERS = {"tab": " ", "cr": "<br>", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_PICTURES = {"drawing", "pict", "object"}

# Stretches of inline HTML with their look; neighbours of one look are joined before marking.
Pieces = Iterator[tuple[str, Marks]]


class BodyReader:
    def __init__(self, parts: Parts, losses: Losses) -> None:
        self._parts = parts
        self._losses = losses
        self._boxes: list[Element] = []
        self._page_before = False
        self._page_after = False
        self._has_text = False
        self.title = ""
        self.contents: list[Block] = []

    def read(self, body: Iterable[Element]) -> list[Block]:
        return gather(self._blocks(body, 0))

    def _blocks(self, parent: Iterable[Element], depth: int) -> Iterator[Block | Grouped]:
        for child in parent if depth < MAX_DEPTH else ():
            name = _word_name(child)
            if name == "p":
                yield from self._paragraph(child)
                boxes, self._boxes = self._boxes, []
                for box in boxes:
                    yield from self._blocks(box, depth + 1)
            elif name == "tbl":
                yield from self._table(child, depth)
            elif name in _THROUGH:
                yield from self._blocks(child, depth + 1)

    def _paragraph(self, element: Element) -> Iterator[Block | Grouped]:
        properties = element.find(W + "pPr")
        style = self._parts.styles.get(value(properties, "pStyle") or "", PLAIN)
        self._page_before = properties is not None and bool(is_on(properties, "pageBreakBefore"))
        self._page_after = self._has_text = False
        inline = self._inline(element, style)
        if self._page_before:
            yield PAGE
        yield from self._of_kind(inline, style, properties)
        if self._page_after:
            yield PAGE

    def _of_kind(
        self, inline: str, style: Style, properties: Element | None
    ) -> Iterator[Block | Grouped]:
        block = paragraph(inline)
        if style.is_contents:
            self.contents.append(block)
        elif style.level and block.is_text:
            yield heading(inline, style.level)
        elif block.is_text:
            yield self._placed(block, style, properties)
        else:
            yield block

    def _placed(self, block: Block, style: Style, properties: Element | None) -> Block | Grouped:
        if style.name == "title" and not self.title:
            self.title = block.text
        numbering = properties.find(W + "numPr") if properties is not None else None
        if numbering is not None:
            level = min(depth_of(value(numbering, "ilvl") or "0"), MAX_LIST_DEPTH)
            kind = self._parts.lists.get((value(numbering, "numId") or "", level))
            if kind:
                return Grouped(kind, level, block)
        return Grouped("blockquote", 0, block) if style.is_quote else block

    def _table(self, table: Element, depth: int) -> Iterator[Block | Grouped]:
        rows = table.findall(W + "tr")
        if len(rows) == 1 and len(cells := rows[0].findall(W + "tc")) == 1:
            yield from self._blocks(cells[0], depth + 1)
            return
        self._losses.counts["table"] += 1
        for row in rows:
            texts = [self._cell(cell) for cell in row.findall(W + "tc")]
            yield paragraph(" | ".join(text for text in texts if text))

    def _cell(self, cell: Element) -> str:
        inline = (self._inline(p, PLAIN) for p in cell.iter(W + "p"))
        return "<br>".join(text for text in inline if text)

    def _inline(self, element: Element, style: Style) -> str:
        base = NO_MARKS if style.level else style.marks
        pieces = self._pieces(element, base, 0)
        joined = (
            wrap_marks("".join(html for html, _ in run), marks)
            for marks, run in groupby(pieces, key=lambda piece: piece[1])
        )
        return tidy("".join(joined))

    def _pieces(self, parent: Element, base: Marks, depth: int) -> Pieces:
        for child in parent if depth < MAX_DEPTH else ():
            name = _word_name(child)
            if name == "r":
                yield from self._run(child, base)
            elif name == "hyperlink":
                yield self._hyperlink(child, base, depth), NO_MARKS
            elif name in _THROUGH:
                yield from self._pieces(child, base, depth + 1)
            elif name in _GONE:
                self._losses.counts["deletion"] += 1

    def _hyperlink(self, element: Element, base: Marks, depth: int) -> str:
        pieces = self._pieces(element, base, depth + 1)
        # Word underlines links; that is the link's look and not the writer's emphasis.
        inner = "".join(wrap_marks(html, marks - {"u"}) for html, marks in pieces)
        href = self._parts.links.get(link_id(element), "").strip()
        if not inner or not LINK.fullmatch(href):
            return inner
        return f'<a href="{escape(href, quote=True)}">{inner}</a>'

    def _run(self, run: Element, base: Marks) -> Pieces:
        properties = run.find(W + "rPr")
        if properties is not None and is_on(properties, "vanish"):
            return
        style = self._parts.styles.get(value(properties, "rStyle") or "", PLAIN)
        marks = marks_of(properties, base | style.marks)
        for child in run:
            html = self._run_part(child)
            if NOTE_OPEN in html:
                yield html, NO_MARKS
            elif html:
                yield html, marks

    def _run_part(self, part: Element) -> str:
        name = _word_name(part)
        if name == "t":
            self._has_text = self._has_text or bool(part.text and part.text.strip())
            return escape(part.text or "", quote=False)
        if name in _CHARACTERS:
            return _CHARACTERS[name]
        if name == "br":
            return self._break(part.get(W + "type", ""))
        if name in ("footnoteReference", "endnoteReference"):
            key = f"{name.removesuffix('Reference')}#{part.get(W + 'id', '')}"
            return f"{NOTE_OPEN}{escape(key, quote=True)}{NOTE_CLOSE}"
        self._set_aside(part, name)
        return ""

    def _break(self, kind: str) -> str:
        """Remember a page's end where it stands: before the paragraph's words or after them."""
        if kind == "page":
            self._page_after = self._has_text
            self._page_before = self._page_before or not self._has_text
        return " " if kind in ("page", "column") else "<br>"

    def _set_aside(self, part: Element, name: str) -> None:
        """Pictures go, but the words of a text box inside one are read after the paragraph."""
        if name == "commentReference":
            self._losses.counts["comment"] += 1
        if name not in _PICTURES and local_name(part) != "alternatecontent":
            return
        boxes = list(part.iter(W + "txbxContent"))
        # The same box is written twice, once for old versions of Word.
        self._boxes.extend(boxes[:1])
        self._losses.counts["picture"] += not boxes


def _word_name(element: Element) -> str:
    return element.tag.removeprefix(W) if isinstance(element.tag, str) else ""
