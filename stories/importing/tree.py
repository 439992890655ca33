"""Turn a parsed page into blocks of the editor's schema, losing marks rather than words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import escape

from stories.importing.blocks import (
    BLANK,
    BREAK,
    MAX_BLOCKS,
    NOTE_CLOSE,
    NOTE_OPEN,
    TOO_MANY_BLOCKS,
    Block,
    Losses,
    heading,
    paragraph,
    plain,
)
from stories.importing.book import ImportRefused
from stories.importing.footnotes import Footnotes, is_back_link, is_note_list
from stories.importing.looks import NO_MARKS, Marks, marks_of_element
from stories.importing.markup import Element, local_name

MAX_DEPTH = 120

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = {"ul", "ol"}
_CONTAINERS = {
    "html", "body", "div", "section", "article", "main", "header", "footer", "aside", "figure",
    "hgroup", "center", "nav", "address", "details", "fieldset", "dl", "tbody", "thead", "tfoot",
    "form", "blockquote", "li", "dd", "dt", "table", "summary", "figcaption", "legend",
}  # fmt: skip
_LEAVES = {"p", "pre", "hr", "tr", "caption", *_HEADINGS, *_LISTS}
_BLOCKS = _CONTAINERS | _LEAVES
_MARKS = {
    "em": "em", "i": "em", "cite": "em", "dfn": "em", "var": "em",
    "strong": "strong", "b": "strong", "u": "u", "s": "s", "strike": "s", "del": "s",
    "code": "code", "tt": "code", "kbd": "code", "samp": "code",
}  # fmt: skip
_UNSEEN = {
    "head", "script", "style", "template", "noscript", "title", "meta", "link", "param", "source",
    "track", "col", "colgroup", "datalist", "area", "map",
}  # fmt: skip
_PICTURES = {"img", "image", "svg", "picture", "canvas"}
_MEDIA = {"audio", "video", "object", "embed", "iframe", "input", "button", "select", "textarea"}
_SPACES = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(r" ?<br> ?")
LINK = re.compile(r"(?:https?://|mailto:)[^\s\"<>]{1,2000}", re.IGNORECASE)


class TreeReader:
    """Read pages one after another into blocks; notes and losses gather over the whole book."""

    def __init__(self, sheet: Mapping[str, Marks], notes: Footnotes, losses: Losses) -> None:
        self._sheet = sheet
        self._notes = notes
        self._losses = losses
        self._file = ""
        self._anchors: list[str] = []
        self._in_note = False
        self._blocks_left = MAX_BLOCKS

    def read(self, root: Element, file: str) -> list[Block]:
        self._file = file
        self._anchors = [file]
        body = next((child for child in root if local_name(child) == "body"), root)
        blocks = list(self._container(body, 0))
        if self._anchors:
            blocks.append(Block("anchor", anchors=self._taken()))
        return blocks

    def _container(self, element: Element, depth: int) -> Iterator[Block]:
        """Yield the blocks of an element; loose text between them becomes paragraphs."""
        loose = [_text(element.text)]
        for child in element:
            name = local_name(child)
            if name in _BLOCKS or self._wraps_blocks(child):
                yield from self._loose(loose)
                loose = []
                yield from self._block(child, name, depth + 1)
            else:
                loose.append(self._inline(child, name, NO_MARKS, depth + 1))
            loose.append(_text(child.tail))
        yield from self._loose(loose)

    def _wraps_blocks(self, element: Element) -> bool:
        if not len(element) or local_name(element) in _PICTURES | _UNSEEN | _MEDIA:
            return False
        return any(local_name(inner) in _BLOCKS for inner in element.iterdescendants())

    def _loose(self, pieces: list[str]) -> Iterator[Block]:
        inline = tidy("".join(pieces))
        if plain(inline) or NOTE_OPEN in inline:
            yield paragraph(inline, self._taken())

    def _block(self, element: Element, name: str, depth: int) -> Iterator[Block]:
        if depth > MAX_DEPTH:
            yield paragraph(tidy(_text(" ".join(element.itertext()))), self._taken())
            return
        key = None if self._in_note else self._notes.key_of(element, self._file)
        if key is not None:
            self._keep_note(key, element, depth)
            return
        self._meet(element)
        if _is_boilerplate(element):
            self._losses.boilerplate.append(" ".join(element.itertext()))
        elif name in _HEADINGS:
            yield self._heading(element, name, depth)
        elif name == "hr":
            yield Block("break", BREAK.html, anchors=self._taken())
        elif is_note_list(element):
            yield from (b for b in self._container(element, depth) if b.is_text)
        else:
            yield from self._structure(element, name, depth)

    def _structure(self, element: Element, name: str, depth: int) -> Iterator[Block]:
        if name in ("p", "pre", "caption") and not self._wraps_blocks(element):
            yield self._paragraph(element, name, depth)
        elif name == "blockquote":
            yield from self._wrapped(element, depth)
        elif name in _LISTS:
            yield from self._list(element, name, depth)
        elif name == "tr":
            yield self._row(element, depth)
        else:
            self._losses.counts["table"] += name == "table"
            yield from self._container(element, depth)

    def _heading(self, element: Element, name: str, depth: int) -> Block:
        inline = tidy(self._children(element, frozenset({"strong"}), depth))
        return heading(inline, _HEADINGS[name], self._taken())

    def _paragraph(self, element: Element, name: str, depth: int) -> Block:
        marks = marks_of_element(element.attrib, self._sheet)
        pictures = self._losses.counts["picture"]
        inline = wrap_marks(self._children(element, marks, depth), marks)
        if name == "pre":
            inline = inline.strip("\n").replace("\n", "<br>")
        block = paragraph(tidy(inline), self._taken())
        if block.kind == "blank" and self._losses.counts["picture"] > pictures:
            return replace(block, kind="break" if _is_ornamental(element) else "anchor")
        return block

    def _wrapped(self, element: Element, depth: int) -> Iterator[Block]:
        anchors = self._taken()
        inner = list(self._container(element, depth))
        html = "".join(block_html(block) for block in inner)
        if html:
            text = " ".join(block.text for block in inner)
            yield Block("text", f"<blockquote>{html}</blockquote>", text, anchors=anchors)

    def _list(self, element: Element, name: str, depth: int) -> Iterator[Block]:
        anchors = self._taken()
        items: list[str] = []
        texts: list[str] = []
        for child in element:
            if local_name(child) != "li":
                inner = list(self._block(child, local_name(child), depth + 1))
            elif not self._in_note and (key := self._notes.key_of(child, self._file)):
                self._keep_note(key, child, depth + 1)
                continue
            else:
                self._meet(child)
                inner = list(self._container(child, depth + 1))
            html = "".join(block_html(block) for block in inner)
            if html:
                items.append(f"<li>{html}</li>")
                texts.extend(block.text for block in inner)
        if items:
            yield Block(
                "text", f"<{name}>{''.join(items)}</{name}>", " ".join(texts), anchors=anchors
            )
        elif anchors:
            self._anchors.extend(anchors)

    def _row(self, element: Element, depth: int) -> Block:
        cells = [tidy(self._children(cell, NO_MARKS, depth + 1)) for cell in element]
        return paragraph(" | ".join(cell for cell in cells if cell), self._taken())

    def _keep_note(self, key: str, element: Element, depth: int) -> None:
        self._in_note = True
        kept, self._anchors = self._anchors, []
        blocks = list(self._container(element, depth))
        self._in_note, self._anchors = False, kept
        self._notes.texts[key] = [block_html(block) for block in blocks if block.is_text]

    def _children(self, element: Element, marks: Marks, depth: int) -> str:
        pieces = [_text(element.text)]
        for child in element:
            pieces.append(self._inline(child, local_name(child), marks, depth + 1))
            pieces.append(_text(child.tail))
        return "".join(pieces)

    def _inline(self, element: Element, name: str, marks: Marks, depth: int) -> str:
        self._meet(element)
        if name == "br":
            return "<br>"
        if name in _PICTURES or name in _MEDIA:
            self._losses.counts["picture" if name in _PICTURES else "media"] += 1
            return ""
        if name in _UNSEEN or not name:
            return ""
        if depth > MAX_DEPTH:
            return _text(" ".join(element.itertext()))
        if name == "a" and element.get("href"):
            return self._link(element, marks, depth)
        return self._marked(element, name, marks, depth)

    def _marked(self, element: Element, name: str, marks: Marks, depth: int) -> str:
        new = marks_of_element(element.attrib, self._sheet)
        if name in _MARKS:
            new |= {_MARKS[name]}
        inner = self._children(element, marks | new, depth)
        if name == "q":
            inner = f"“{inner}”"
        elif name == "rt":
            inner = f"({inner})"
        elif name == "rp":
            return ""
        elif name in _BLOCKS:
            inner = f" {inner} "
        return wrap_marks(inner, new - marks)

    def _link(self, element: Element, marks: Marks, depth: int) -> str:
        if self._in_note and is_back_link(element):
            return ""
        key = None if self._in_note else self._notes.target_of(element, self._file)
        if key is not None:
            return f"{NOTE_OPEN}{escape(key, quote=True)}{NOTE_CLOSE}"
        inner = self._marked(element, "a", marks | {"link"}, depth)
        href = element.get("href", "").strip()
        if "link" in marks or not LINK.fullmatch(href) or not plain(inner):
            return inner
        return f'<a href="{escape(href, quote=True)}">{inner}</a>'

    def _meet(self, element: Element) -> None:
        for name in ("id", "name"):
            identifier = element.get(name)
            if identifier and not self._in_note:
                self._anchors.append(f"{self._file}#{identifier}")

    def _taken(self) -> tuple[str, ...]:
        """Return the anchors met since the last block; each block asks once."""
        self._blocks_left -= 1
        if self._blocks_left < 0:
            raise ImportRefused(TOO_MANY_BLOCKS)
        taken, self._anchors = tuple(self._anchors), []
        return taken


def block_html(block: Block) -> str:
    """Return a block as it stands inside a quotation, a list or a chapter."""
    if block.kind == "heading":
        level = min(max(block.level, 2), 4)
        return f"<h{level}>{block.html}</h{level}>"
    return block.html if block.kind in ("text", "break") else BLANK.html


def _is_ornamental(element: Element) -> bool:
    """A picture may be a printed scene break or an illustration; only names can tell."""
    words = " ".join(
        f"{inner.get('class', '')} {inner.get('alt', '')} {inner.get('src', '')}"
        for inner in element.iter()
    ).lower()
    return any(word in words for word in ("ornament", "break", "fleuron", "divider", "asterism"))


def _is_boilerplate(element: Element) -> bool:
    """Project Gutenberg fences its licence text with these."""
    names = f"{element.get('class', '')} {element.get('id', '')}".split()
    return any(name in ("pg-boilerplate", "pg-header", "pg-footer", "pgheader") for name in names)


def wrap_marks(inner: str, marks: Marks) -> str:
    if not marks or not plain(inner):
        return inner
    for mark in ("code", "s", "u", "em", "strong"):
        if mark in marks:
            inner = f"<{mark}>{inner}</{mark}>"
    return f'<span class="small-caps">{inner}</span>' if "small-caps" in marks else inner


def _text(text: str | None) -> str:
    return escape(text, quote=False) if text else ""


def tidy(inline: str) -> str:
    inline = _AROUND_BREAK.sub("<br>", _SPACES.sub(" ", inline)).strip(" ")
    start, end = 0, len(inline)
    while inline.startswith("<br>", start, end):
        start += 4
    while inline.endswith("<br>", start, end):
        end -= 4
    return inline[start:end].strip(" ")
