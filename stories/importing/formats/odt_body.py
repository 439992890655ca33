"""The running text of an OpenDocument to blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from stories.importing.blocks import (
    BREAK,
    MAX_BLOCKS,
    NOTE_CLOSE,
    NOTE_OPEN,
    PAGE,
    TOO_MANY_BLOCKS,
    Block,
    Losses,
    heading,
    paragraph,
)
from stories.importing.book import ImportRefused
from stories.importing.footnotes import Footnotes
from stories.importing.formats.grouping import Grouped, gather
from stories.importing.formats.odt_styles import (
    DRAW,
    HIDDEN,
    HREF,
    OFFICE,
    TABLE,
    TEXT,
    Style,
    Styles,
    level_of,
)
from stories.importing.looks import NO_MARKS, Marks
from stories.importing.markup import Element
from stories.importing.tree import LINK, block_html, tidy, wrap_marks

MAX_DEPTH = 100
MAX_LIST_DEPTH = 8
_CHARACTERS = {"s": " ", "tab": " ", "line-break": "<br>"}
_UNSEEN = {"page-number", "page-count", "hidden-text", "hidden-paragraph", "script"}
_SHAPES = {"custom-shape", "line", "rect", "ellipse", "path", "polyline", "polygon", "control", "g"}

# Stretches of inline HTML with their look; neighbours of one look are joined before marking.
Pieces = Iterator[tuple[str, Marks]]


class BodyReader:
    def __init__(self, styles: Styles, notes: Footnotes, losses: Losses) -> None:
        self._styles = styles
        self._notes = notes
        self._losses = losses
        self._boxes: list[Element] = []
        self._in_note = False
        self._items_left = MAX_BLOCKS
        self.title = ""
        self.contents: list[Block] = []

    def read(self, flow: Iterable[Element]) -> list[Block]:
        return gather(self._blocks(flow, 0))

    def _blocks(self, flow: Iterable[Element], depth: int) -> Iterator[Block | Grouped]:
        for element in flow if depth < MAX_DEPTH else ():
            yield from self._block(element, _name(element, TEXT), depth)
            boxes, self._boxes = self._boxes, []
            for box in boxes:
                yield from self._blocks(box, depth + 1)

    def _block(self, element: Element, name: str, depth: int) -> Iterator[Block | Grouped]:
        if name in ("p", "h"):
            yield from self._paragraph(element, is_heading=name == "h")
        elif name == "list":
            yield from self._list(element, depth)
        elif name == "tracked-changes":
            self._losses.counts["deletion"] += sum(1 for _ in element.iter(TEXT + "deletion"))
        elif name in ("section", "numbered-paragraph"):
            yield from self._blocks(element, depth + 1)
        elif element.tag == TABLE + "table":
            yield from self._table(element, depth)
        elif element.tag == DRAW + "frame":
            self._set_aside(element)
        elif name:
            self.contents.extend(paragraph(self._inline(p)) for p in element.iter(TEXT + "p"))

    def _paragraph(self, element: Element, *, is_heading: bool) -> Iterator[Block | Grouped]:
        style = self._styles.paragraph(element)
        if style.breaks_page:
            yield PAGE
        if style.is_contents:
            self.contents.append(paragraph(self._inline(element)))
            return
        level = style.level
        if is_heading:
            level = level_of(element.get(TEXT + "outline-level", "1")) or 1
        inline = self._inline(element, NO_MARKS if level else style.marks(NO_MARKS))
        block = heading(inline, level) if level else paragraph(inline)
        if style.is_rule and block.kind == "blank":
            block = BREAK
        yield self._placed(block, style)

    def _placed(self, block: Block, style: Style) -> Block | Grouped:
        if style.is_title and not self.title and block.is_text:
            self.title = block.text
        return Grouped("blockquote", 0, block) if style.is_quote and block.is_text else block

    def _list(self, element: Element, depth: int) -> Iterator[Block | Grouped]:
        """Yield one block for a list; headings numbered through a list stay headings."""
        if next(element.iter(TEXT + "h"), None) is not None:
            for item in element:
                yield from self._blocks(item, depth + 1)
            return
        name = element.get(TEXT + "style-name", "")
        html, texts = self._items(element, name, 0)
        if html:
            yield Block("text", html, " ".join(texts))

    def _items(self, element: Element, style: str, depth: int) -> tuple[str, list[str]]:
        """Return a list with those inside it as HTML, and its texts."""
        kind = self._styles.list_kind(style, min(depth, MAX_LIST_DEPTH))
        html, texts = "", list[str]()
        for item in element if depth < MAX_LIST_DEPTH else ():
            inner = ""
            for child in item:
                if child.tag == TEXT + "list":
                    nested, found = self._items(
                        child, child.get(TEXT + "style-name") or style, depth + 1
                    )
                    inner += nested
                    texts += found
                elif child.tag == TEXT + "p":
                    self._count_item()
                    block = paragraph(
                        self._inline(child, self._styles.paragraph(child).marks(NO_MARKS))
                    )
                    if block.is_text:
                        inner += block_html(block)
                        texts.append(block.text)
            if inner:
                html += f"<li>{inner}</li>" if kind else inner
        return (f"<{kind}>{html}</{kind}>" if kind and html else html), texts

    def _count_item(self) -> None:
        self._items_left -= 1
        if self._items_left < 0:
            raise ImportRefused(TOO_MANY_BLOCKS)

    def _table(self, table: Element, depth: int) -> Iterator[Block | Grouped]:
        rows = list(table.iter(TABLE + "table-row"))
        if len(rows) == 1 and len(cells := rows[0].findall(TABLE + "table-cell")) == 1:
            yield from self._blocks(cells[0], depth + 1)
            return
        self._losses.counts["table"] += 1
        for row in rows:
            texts = [self._cell(cell) for cell in row.findall(TABLE + "table-cell")]
            yield paragraph(" | ".join(text for text in texts if text))

    def _cell(self, cell: Element) -> str:
        inline = (self._inline(p) for p in cell.iter(TEXT + "p", TEXT + "h"))
        return "<br>".join(text for text in inline if text)

    def _inline(self, element: Element, base: Marks = NO_MARKS) -> str:
        joined = (
            wrap_marks("".join(html for html, _ in run), marks)
            for marks, run in groupby(self._pieces(element, base, 0), key=lambda piece: piece[1])
            if HIDDEN not in marks
        )
        return tidy("".join(joined))

    def _pieces(self, parent: Element, marks: Marks, depth: int) -> Pieces:
        if parent.text:
            yield escape(parent.text, quote=False), marks
        for child in parent if depth < MAX_DEPTH else ():
            yield from self._piece(child, marks, depth + 1)
            if child.tail:
                yield escape(child.tail, quote=False), marks

    def _piece(self, element: Element, marks: Marks, depth: int) -> Pieces:
        name = _name(element, TEXT)
        if name == "span":
            yield from self._pieces(element, self._styles.span(element).marks(marks), depth)
        elif name in _CHARACTERS:
            yield _CHARACTERS[name], marks
        elif name == "a":
            yield self._link(element, marks, depth), NO_MARKS
        elif name == "note":
            yield self._note(element), NO_MARKS
        elif name == "ruby-text":
            yield f"({escape(''.join(element.itertext()), quote=False)})", marks
        elif name in _UNSEEN or element.tag == OFFICE + "annotation":
            self._losses.counts["comment"] += element.tag == OFFICE + "annotation"
        elif element.tag == DRAW + "frame":
            self._set_aside(element)
        elif _name(element, DRAW) in _SHAPES:
            self._losses.counts["picture"] += 1
        else:
            yield from self._pieces(element, marks, depth)

    def _link(self, element: Element, marks: Marks, depth: int) -> str:
        # Links are underlined; that is the link's look and not the writer's emphasis.
        inner = "".join(
            wrap_marks(html, own - {"u"})
            for html, own in self._pieces(element, marks, depth)
            if HIDDEN not in own
        )
        href = element.get(HREF, "").strip()
        if not inner or not LINK.fullmatch(href):
            return inner
        return f'<a href="{escape(href, quote=True)}">{inner}</a>'

    def _note(self, element: Element) -> str:
        """Keep a note's text for the chapter's end; a note inside a note is left out."""
        body = element.find(TEXT + "note-body")
        if body is None or self._in_note:
            return ""
        key = f"note#{len(self._notes.texts) + 1}"
        self._in_note = True
        boxes, self._boxes = self._boxes, []
        blocks = self.read(body)
        self._in_note, self._boxes = False, boxes
        self._notes.texts[key] = [block_html(block) for block in blocks if block.is_text]
        return f"{NOTE_OPEN}{key}{NOTE_CLOSE}"

    def _set_aside(self, frame: Element) -> None:
        """Pictures go, but the words of a text box are read after the paragraph."""
        boxes = frame.findall(DRAW + "text-box")
        self._boxes.extend(boxes)
        self._losses.counts["picture"] += not boxes


def _name(element: Element, space: str) -> str:
    tag = element.tag
    return tag.removeprefix(space) if isinstance(tag, str) and tag.startswith(space) else ""
