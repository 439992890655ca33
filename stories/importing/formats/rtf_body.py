"""The tokens of an RTF file to blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

from stories.importing.blocks import (
    BLANK,
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
from stories.importing.formats.named_styles import Style
from stories.importing.formats.rtf_letters import MAX_STAND_IN, Letters
from stories.importing.formats.rtf_state import CELL, Sink, State, inline_of
from stories.importing.formats.rtf_styles import StyleSheet, level_of
from stories.importing.formats.rtf_tokens import OVERWROUGHT, Allowance, Kind, tokens
from stories.importing.formats.rtf_words import (
    CODE_PAGES,
    LETTERS,
    LITERAL,
    LOST,
    MARKS,
    SIGNS,
    SKIPPED,
    STARRED,
)
from stories.importing.looks import NO_MARKS
from stories.importing.tree import block_html

MAX_DEPTH = 400
MAX_LIST_DEPTH = 8
_HYPERLINK = re.compile(r'HYPERLINK\s+"?([^"\s]{1,2000})', re.IGNORECASE)
_ORDERED = re.compile(r"\s*\(?(?:\d{1,4}|[A-Za-z]|[ivxlcIVXLC]{1,7})[.)]")


class RtfReader:
    """Reads one file; its notes are kept under keys that begin with `name`."""

    def __init__(
        self,
        notes: Footnotes,
        losses: Losses,
        *,
        name: str = "rtf",
        allowance: Allowance | None = None,
    ) -> None:
        self._allowance = allowance or Allowance()
        self._notes = notes
        self._losses = losses
        self._name = name
        self._body = Sink()
        self._state = State(self._body)
        self._stack: list[State] = []
        self._letters = Letters()
        self._styles = StyleSheet()
        self._captured: list[str] = []
        self._is_starred = False
        self._in_table = False
        self.title = ""
        self.author = ""
        self.contents: list[Block] = []

    def read(self, source: bytes) -> list[Block]:
        """Return the blocks of one file.

        Raises ImportRefused for groups nested deeper than any book's, and as `tokens` does.
        """
        for kind, text, number in tokens(source.decode("latin-1"), self._allowance):
            if kind is Kind.TEXT:
                self._take(text)
            elif kind is Kind.BYTE:
                self._take(chr(int(text, 16)))
            elif kind is Kind.SIGN:
                self._sign(text)
            else:
                self._flush()
                if kind is Kind.WORD:
                    self._word(text, number)
                elif text == "{":
                    self._open()
                else:
                    self._close()
        self._flush()
        while self._stack:
            self._close()
        self._end_paragraph(is_last=True)
        return gather(self._body.blocks)

    # Groups

    def _open(self) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise ImportRefused(OVERWROUGHT)
        self._stack.append(self._state)
        self._state = self._state.copy()
        if self._state.target == "stylesheet":
            self._state.target, self._captured = "style", []
            self._styles.begin()

    def _close(self) -> None:
        self._is_starred = False
        if not self._stack:
            return
        inner, self._state = self._state, self._stack.pop()
        if inner.target != self._state.target:
            self._leave(inner)
        if inner.link and not self._state.link:
            self._leave_link(inner.link)

    def _leave(self, inner: State) -> None:
        """Use what a group held that is not running text."""
        captured = "".join(self._captured)
        if inner.target == "note":
            self._keep_note(inner.sink)
        elif inner.target == "style":
            self._styles.keep(captured)
        elif inner.target == "title":
            self.title = captured.strip()
        elif inner.target == "author":
            self.author = captured.strip()
        elif inner.target == "listtext":
            self._state.sink.list_kind = "ol" if _ORDERED.match(captured) else "ul"

    def _leave_link(self, link: str) -> None:
        """Called where a linked stretch ends, for links that stand for something else."""

    def _enter(self, target: str) -> None:
        self._state.target, self._captured = target, []

    def _enter_note(self) -> None:
        """Begin a note; one inside another is left out."""
        if not self._is_running() or self._state.sink is not self._body:
            self._state.target = "skip"
            return
        sink = Sink(key=f"{self._name}#{len(self._notes.texts) + 1}")
        self._notes.texts[sink.key] = []
        self._state.target, self._state.sink = "note", sink
        self._state.marks, self._state.link = NO_MARKS, ""

    def _keep_note(self, sink: Sink) -> None:
        self._write_paragraph(sink)
        blocks = gather(sink.blocks)
        self._notes.texts[sink.key] = [block_html(block) for block in blocks if block.is_text]
        self._refer_to(sink.key)

    def _refer_to(self, key: str) -> None:
        mark = f"{NOTE_OPEN}{escape(key, quote=True)}{NOTE_CLOSE}"
        self._state.sink.pieces.append((mark, NO_MARKS, ""))

    # Words and signs

    def _word(self, word: str, number: int | None) -> None:
        starred, self._is_starred = self._is_starred, False
        if self._state.target == "skip":
            return
        if word in SKIPPED or (starred and word not in STARRED):
            if word in LOST:
                self._losses.counts[LOST[word]] += 1
            self._state.target = "skip"
        elif word in _WORDS:
            _WORDS[word](self, number)
        elif word in MARKS:
            self._mark(MARKS[word], is_on=number != 0)
        elif word in LETTERS:
            self._emit(LETTERS[word])
        elif word in CODE_PAGES:
            self._letters.codec = CODE_PAGES[word]

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._is_starred = True
        elif self._letters.passes_sign():
            return
        elif sign in "\r\n":
            self._flush()
            self._end_paragraph()
        elif sign in SIGNS:
            self._flush()
            self._emit(SIGNS[sign])
        elif sign in LITERAL:
            self._take(sign)

    def _mark(self, mark: str, *, is_on: bool) -> None:
        state = self._state
        if state.target == "style":
            self._styles.add_mark(mark)
        state.marks = state.marks | {mark} if is_on else state.marks - {mark}

    def _plain(self, number: int | None) -> None:
        self._state.marks, self._state.hidden, self._state.font = NO_MARKS, False, -1

    def _hide(self, number: int | None) -> None:
        self._state.hidden = number != 0

    def _delete(self, number: int | None) -> None:
        self._losses.counts["deletion"] += number != 0 and not self._state.hidden
        self._hide(number)

    def _font(self, number: int | None) -> None:
        self._state.font = number or 0

    def _charset(self, number: int | None) -> None:
        if self._state.target == "fonttbl":
            self._letters.set_font(self._state.font, charset=number or 0)

    def _font_page(self, number: int | None) -> None:
        if self._state.target == "fonttbl":
            self._letters.set_font(self._state.font, page=number or 0)

    def _first_font(self, number: int | None) -> None:
        self._letters.first_font = number or 0

    def _stand_in(self, number: int | None) -> None:
        self._state.stand_in = 1 if number is None else min(max(0, number), MAX_STAND_IN)

    def _reset_paragraph(self, number: int | None) -> None:
        sink = self._state.sink
        sink.style, sink.level, sink.list_depth, sink.list_kind = 0, 0, 0, ""

    def _style(self, number: int | None) -> None:
        if self._state.target == "style":
            self._styles.set_number(number or 0)
        else:
            self._state.sink.style = number or 0

    def _base(self, number: int | None) -> None:
        if self._state.target == "style":
            self._styles.set_base(number or 0)

    def _outline(self, number: int | None) -> None:
        if self._state.target == "style":
            self._styles.set_outline(number or 0)
        else:
            self._state.sink.level = level_of(number or 0)

    def _list_level(self, number: int | None) -> None:
        self._state.sink.list_depth = min(max(0, number or 0), MAX_LIST_DEPTH)

    def _line(self, number: int | None) -> None:
        if self._is_running():
            self._state.sink.pieces.append(("<br>", NO_MARKS, ""))

    def _new_page(self, number: int | None) -> None:
        if self._is_running() and self._state.sink is self._body:
            self._end_paragraph(is_last=True)
            self._body.blocks.append(PAGE)

    def _same_page(self, number: int | None) -> None:
        """The section just begun starts where the one before it ended."""
        if self._body.blocks and self._body.blocks[-1] is PAGE:
            self._body.blocks.pop()

    def _row(self, number: int | None) -> None:
        if self._is_running():
            self._losses.counts["table"] += not self._in_table
            self._end_paragraph(is_last=True)
            self._in_table = True

    def _of_info(self, target: str) -> None:
        if self._state.target == "info":
            self._enter(target)

    def _field_result(self, number: int | None) -> None:
        match = _HYPERLINK.search("".join(self._captured))
        self._captured = []
        if match:
            self._state.link = match[1]

    # Text

    def _is_running(self) -> bool:
        return self._state.target in ("body", "note")

    def _take(self, raw: str) -> None:
        if self._state.target != "skip":
            self._letters.take(raw)

    def _flush(self) -> None:
        text = self._letters.flush(self._state.font)
        if text:
            self._emit(text)

    def _numbered(self, number: int | None) -> None:
        self._emit(self._letters.numbered(number or 0, self._state.stand_in))

    def _emit(self, text: str) -> None:
        state = self._state
        if not self._is_running():
            self._captured.append(text)
        elif text and not state.hidden:
            state.sink.pieces.append((escape(text, quote=False), state.marks, state.link))

    def _end_paragraph(self, *, is_last: bool = False) -> None:
        """End a paragraph, empty ones included unless `is_last`: nothing need follow the last."""
        if not self._is_running():
            return
        if self._state.sink.pieces or not is_last:
            self._write_paragraph(self._state.sink)
        self._in_table = False

    def _write_paragraph(self, sink: Sink) -> None:
        if len(sink.blocks) >= MAX_BLOCKS:
            raise ImportRefused(TOO_MANY_BLOCKS)
        if not sink.pieces:
            sink.blocks.append(BLANK)
            return
        style = self._styles[sink.style]
        level = sink.level or style.level
        inline = inline_of(sink.pieces, style.marks | {"strong"} if level else NO_MARKS)
        sink.pieces = []
        if style.is_contents:
            self.contents.append(paragraph(inline))
        elif level:
            sink.blocks.append(heading(inline, level))
        else:
            sink.blocks.append(self._placed(paragraph(inline), style, sink))

    def _placed(self, block: Block, style: Style, sink: Sink) -> Block | Grouped:
        if not block.is_text:
            return block
        if style.name == "title" and not self.title:
            self.title = block.text
        if sink.list_kind:
            return Grouped(sink.list_kind, sink.list_depth, block)
        return Grouped("blockquote", 0, block) if style.is_quote else block


_WORDS: Mapping[str, Callable[[RtfReader, int | None], None]] = {
    "par": lambda reader, _: reader._end_paragraph(),
    "line": RtfReader._line,
    "page": RtfReader._new_page,
    "pagebb": RtfReader._new_page,
    "sect": RtfReader._new_page,
    "sbknone": RtfReader._same_page,
    "cell": lambda reader, _: reader._emit(CELL),
    "row": RtfReader._row,
    "pard": RtfReader._reset_paragraph,
    "plain": RtfReader._plain,
    "ulnone": lambda reader, _: reader._mark("u", is_on=False),
    "v": RtfReader._hide,
    "deleted": RtfReader._delete,
    "f": RtfReader._font,
    "fcharset": RtfReader._charset,
    "cpg": RtfReader._font_page,
    "ansicpg": lambda reader, page: reader._letters.set_page(page or 0),
    "deff": RtfReader._first_font,
    "uc": RtfReader._stand_in,
    "u": RtfReader._numbered,
    "s": RtfReader._style,
    "sbasedon": RtfReader._base,
    "outlinelevel": RtfReader._outline,
    "ilvl": RtfReader._list_level,
    "footnote": lambda reader, _: reader._enter_note(),
    "title": lambda reader, _: reader._of_info("title"),
    "author": lambda reader, _: reader._of_info("author"),
    "fldinst": lambda reader, _: reader._enter("fldinst"),
    "fldrslt": RtfReader._field_result,
    "fonttbl": lambda reader, _: reader._enter("fonttbl"),
    "stylesheet": lambda reader, _: reader._enter("stylesheet"),
    "info": lambda reader, _: reader._enter("info"),
    "listtext": lambda reader, _: reader._enter("listtext"),
}
