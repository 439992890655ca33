"""One document of a Scrivener project: its text, its foot notes, its synopsis and its notes.

Scrivener keeps its own marks in the text as plain letters: annotations and foot notes made in the
line, styles. Those made in the inspector lie in a file beside, and a link leads to each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stories.importing.archive import Archive
from stories.importing.blocks import Block, Losses, settle_breaks
from stories.importing.encoding import decode
from stories.importing.footnotes import Footnotes
from stories.importing.formats.grouping import Grouped
from stories.importing.formats.named_styles import Style
from stories.importing.formats.rtf_body import RtfReader
from stories.importing.formats.rtf_state import Sink
from stories.importing.formats.rtf_tokens import Allowance
from stories.importing.formats.scrivener_binder import Item
from stories.importing.markup import parse_xml
from stories.importing.tree import block_html

_COMMENT_LINK = "scrivcmt://"
_MARK = re.compile(
    r"(?P<note>\{\\Scrv_fn=)"
    r"|(?P<annotation>\{\\Scrv_annot\b[^\n]{0,200}?\\text=)"
    r"|(?P<end>\\end_Scrv_(?:fn|annot)\})"
    r"|<\$Scr_H::(?P<level>[1-6])>"
    r"|<\$Scr_Ps::(?P<style>\d{1,4})>"
    r"|(?P<plain><!\$Scr_Ps::\d{1,4}>)"
    r"|<!?\$Scr[^<>]{0,60}>"
)
_NOTE_END, _ANNOTATION_END = b"end_Scrv_fn", b"end_Scrv_annot"


@dataclass(frozen=True)
class Document:
    blocks: list[Block]
    synopsis: str = ""
    notes: str = ""

    @property
    def has_text(self) -> bool:
        return any(block.is_text for block in self.blocks)


class Documents:
    """Finds and reads the documents of a project within its zip."""

    def __init__(self, archive: Archive, root: str, notes: Footnotes, losses: Losses) -> None:
        self._archive = archive
        self._root = root
        self._notes = notes
        self._losses = losses
        self._allowance = Allowance()
        self._quotes = _quote_styles(archive, f"{root}Files/styles.xml")

    def size_of(self, item: Item) -> int:
        return self._archive.size_of(self._name(item, "content.rtf", ".rtf"))

    def read(self, item: Item) -> Document:
        """Return a document; an item that has none is empty."""
        comments = self._bytes(item, "content.comments", ".comments")
        reader = _ScrivenerReader(
            self._notes,
            self._losses,
            name=item.keys[0] or item.keys[1],
            allowance=self._allowance,
            comments=_foot_notes(comments) if comments else {},
            quotes=self._quotes_of(item),
        )
        raw = self._bytes(item, "content.rtf", ".rtf")
        return Document(
            blocks=settle_breaks(reader.read(raw)) if raw else [],
            synopsis=decode(self._bytes(item, "synopsis.txt", "_synopsis.txt")).strip(),
            notes=self._plain(self._bytes(item, "notes.rtf", "_notes.rtf")),
        )

    def blocks_alone(self, item: Item) -> list[Block]:
        """Return only the text, for what will be left out: nothing of it is noted down."""
        raw = self._bytes(item, "content.rtf", ".rtf")
        reader = _ScrivenerReader(
            Footnotes(), Losses(), name="", allowance=self._allowance, comments={}
        )
        return reader.read(raw)

    def _quotes_of(self, item: Item) -> frozenset[int]:
        """Return which of a document's styles, by their places in its list, are quotations."""
        listed = decode(self._bytes(item, "content.styles", ".styles")).split(",")
        return frozenset(at for at, key in enumerate(listed) if key.strip() in self._quotes)

    def _plain(self, raw: bytes) -> str:
        """Return the text of an RTF file, paragraphs apart."""
        blocks = RtfReader(Footnotes(), Losses(), allowance=self._allowance).read(raw)
        return "\n\n".join(block.text for block in blocks if block.text)

    def _name(self, item: Item, modern: str, numbered: str) -> str:
        uuid, number = item.keys
        name = f"{self._root}Files/Data/{uuid}/{modern}"
        if uuid and name in self._archive:
            return name
        return f"{self._root}Files/Docs/{number}{numbered}"

    def _bytes(self, item: Item, modern: str, numbered: str) -> bytes:
        name = self._name(item, modern, numbered)
        return self._archive.read(name) if name in self._archive else b""


class _ScrivenerReader(RtfReader):
    """RTF with the marks that Scrivener keeps in its text."""

    def __init__(
        self,
        notes: Footnotes,
        losses: Losses,
        *,
        name: str,
        allowance: Allowance,
        comments: Mapping[str, bytes],
        quotes: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(notes, losses, name=name, allowance=allowance)
        self._comments = comments
        self._quotes = quotes
        self._in_quote = False
        self._quote_ends = False
        self._open_note: Sink | None = None
        self._in_annotation = False
        self._is_heading = False
        self._notes_left = 0
        self._annotations_left = 0

    def read(self, source: bytes) -> list[Block]:
        # A mark without its end must not swallow the rest of the document.
        self._notes_left = source.count(_NOTE_END)
        self._annotations_left = source.count(_ANNOTATION_END)
        return super().read(source)

    def _emit(self, text: str) -> None:
        if not self._is_running() or ("Scr" not in text and not self._in_annotation):
            super()._emit(text)
            return
        at = 0
        for match in _MARK.finditer(text):
            self._emit_plain(text[at : match.start()])
            self._meet(match)
            at = match.end()
        self._emit_plain(text[at:])

    def _emit_plain(self, text: str) -> None:
        if text and not self._in_annotation:
            super()._emit(text)

    def _meet(self, match: re.Match[str]) -> None:
        if match["end"]:
            self._end_mark(is_note=match["end"].endswith("fn}"))
        elif match["annotation"] and self._annotations_left > 0:
            self._in_annotation = True
            self._losses.counts["comment"] += 1
        elif match["note"] and self._notes_left > 0 and self._open_note is None:
            self._begin_note()
        elif match["style"]:
            self._in_quote, self._quote_ends = int(match["style"]) in self._quotes, False
        elif match["plain"]:
            self._quote_ends = True
        elif match["level"] and not self._in_annotation:
            self._state.sink.level = int(match["level"])
            self._is_heading = True

    def _begin_note(self) -> None:
        self._open_note = Sink(key=f"{self._name}#{len(self._notes.texts) + 1}")
        self._notes.texts[self._open_note.key] = []
        self._state.sink = self._open_note

    def _end_mark(self, *, is_note: bool) -> None:
        self._notes_left -= is_note
        self._annotations_left -= not is_note
        if not is_note:
            self._in_annotation = False
        elif self._open_note is not None:
            sink, self._open_note = self._open_note, None
            self._state.sink = self._body
            self._keep_note(sink)

    def _close(self) -> None:
        super()._close()
        if self._open_note is not None:
            self._state.sink = self._open_note
        elif self._state.target == "body":
            self._state.sink = self._body

    def _end_paragraph(self, *, is_last: bool = False) -> None:
        if self._in_annotation:
            return
        super()._end_paragraph(is_last=is_last)
        if self._is_heading:
            self._state.sink.level, self._is_heading = 0, False
        if self._quote_ends:
            self._in_quote = self._quote_ends = False

    def _placed(self, block: Block, style: Style, sink: Sink) -> Block | Grouped:
        placed = super()._placed(block, style, sink)
        is_quote = self._in_quote and sink is self._body and placed is block and block.is_text
        return Grouped("blockquote", 0, block) if is_quote else placed

    def _leave_link(self, link: str) -> None:
        if not link.startswith(_COMMENT_LINK):
            return
        identifier = link.removeprefix(_COMMENT_LINK)
        if identifier not in self._comments:
            self._losses.counts["comment"] += 1
            return
        key = f"{self._name}#{identifier}"
        if key not in self._notes.texts:
            reader = RtfReader(Footnotes(), Losses(), allowance=self._allowance)
            blocks = reader.read(self._comments[identifier])
            self._notes.texts[key] = [block_html(block) for block in blocks if block.is_text]
        self._refer_to(key)


def _quote_styles(archive: Archive, name: str) -> set[str]:
    """Return the identifiers of the project's styles that are quotations by their names."""
    if name not in archive:
        return set()
    styles = parse_xml(archive.read(name)).iter("Style")
    return {one.get("ID", "") for one in styles if "quot" in one.get("Name", "").lower()} - {""}


def _foot_notes(raw: bytes) -> dict[str, bytes]:
    """Return the notes of the inspector that are foot notes, as RTF, by their identifiers."""
    return {
        element.get("ID", ""): (element.text or "").encode("latin-1", errors="replace")
        for element in parse_xml(raw).iter("Comment")
        if element.get("Footnote", "").lower() == "yes"
    }
