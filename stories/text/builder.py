"""Build a document of the editor's schema out of any stream of tags and text."""

import re
from collections import Counter

from stories.text.schema import (
    BLOCK_ID,
    BLOCKS,
    BREAK,
    LISTS,
    MARK_ORDER,
    MAX_DEPTH,
    SMALL_CAPS,
    Block,
    Marks,
    Run,
    link_tag,
)
from stories.text.tokens import Tag, tokens

_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
_CONTAINERS = {"blockquote": "blockquote", "ul": "ul", "ol": "ol", "menu": "ul", "dir": "ul"}
_PREFORMATTED = {"pre", "listing", "xmp", "textarea", "plaintext"}
# Elements that a browser sets on lines of their own.
# fmt: off
_FLOW = {
    *_PREFORMATTED,
    "address", "article", "aside", "body", "caption", "center", "col", "colgroup", "dd",
    "details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "frameset", "head", "header", "hgroup", "html", "legend", "main", "nav", "optgroup", "option",
    "search", "section", "select", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "title", "tr",
}
# fmt: on
_MARKS = {
    "strong": "strong",
    "b": "strong",
    "em": "em",
    "i": "em",
    "cite": "em",
    "dfn": "em",
    "var": "em",
    "u": "u",
    "ins": "u",
    "s": "s",
    "strike": "s",
    "del": "s",
    "code": "code",
    "tt": "code",
    "kbd": "code",
    "samp": "code",
}
# White space with a line feed or tab is layout of the source; plain spaces were typed.
_LAYOUT_SPACE = re.compile(r"(?<! ) *+[\t\n][ \t\n]*+")
_ADDRESS = re.compile(r"(?:https?|mailto):[^\s]", re.IGNORECASE)
_UNSAFE_IN_ADDRESS = re.compile(r"[\s\"<>`]")


def parse(raw: str) -> list[Block]:
    """Return the blocks of any HTML, valid against the schema."""
    builder = _Builder()
    for token in tokens(raw):
        if isinstance(token, str):
            builder.add_text(token)
        elif token.is_end:
            builder.end(token.name)
        else:
            builder.start(token)
    return builder.finish()


def link_address(raw: str) -> str | None:
    """Return an address a link may have, or None."""
    address = raw.strip()
    if not _ADDRESS.match(address):
        return None
    return _UNSAFE_IN_ADDRESS.sub(_percent_encoded, address)


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


class _Builder:
    """Formatting is tracked apart from the block structure, as browsers do for misnested tags."""

    def __init__(self) -> None:
        self.open = [Block("doc")]
        self.ignored: Counter[str] = Counter()  # containers beyond MAX_DEPTH, still to be ended
        self.block_ids: set[str] = set()
        self.heading: str | None = None
        self.text: Block | None = None
        self.is_explicit = False  # the text block was written as one, not made for bare text
        self.space: Marks | None = None  # marks of a layout space not yet known to be needed
        self.preformatted = 0
        self.drop_line_feed = False
        self.counts: Counter[str] = Counter()
        self.href: str | None = None
        self.spans: list[bool] = []
        self.marks: Marks = ()

    def finish(self) -> list[Block]:
        self._close_text()
        while len(self.open) > 1:
            self._pop()
        return self.open[0].blocks

    # Tags

    def start(self, tag: Tag) -> None:
        name = tag.name
        if name == "p" or name in _HEADINGS:
            self._close_text()
            self.heading = _HEADINGS.get(name, self.heading)
            self._open_text(self._block_id(tag), is_explicit=True)
        elif name in _CONTAINERS:
            self._open_container(_CONTAINERS[name], tag)
        elif name == "li":
            self._open_item(tag)
        elif name == "hr":
            self._close_text()
            self._add(Block("hr", self._block_id(tag)))
        elif name in _FLOW:
            self._close_text()
            self._preformat(name, 1)
        else:
            self._start_inline(tag)

    def end(self, name: str) -> None:
        if name == "p" or name in _HEADINGS:
            self._close_text(by_own_tag=self.is_explicit)
            self.heading = None if name in _HEADINGS else self.heading
        elif name in _CONTAINERS:
            self._end_container(_CONTAINERS[name])
        elif name == "li":
            self._end_item()
        elif name in _FLOW:
            self._close_text()
            self._preformat(name, -1)
        else:
            self._end_inline(name)

    def _preformat(self, name: str, change: int) -> None:
        if name in _PREFORMATTED:
            self.preformatted = max(0, self.preformatted + change)
            self.drop_line_feed = change > 0

    def _block_id(self, tag: Tag) -> str | None:
        """Take a block id; of two alike the later block loses it."""
        if tag.name not in BLOCKS or "data-b" not in tag.source.lower():
            return None
        block_id = tag.attributes().get("data-b", "")
        if not BLOCK_ID.fullmatch(block_id) or block_id in self.block_ids:
            return None
        self.block_ids.add(block_id)
        return block_id

    # Inline

    def _start_inline(self, tag: Tag) -> None:
        name = tag.name
        if name == "br":
            self._break()
        elif name == "q":
            self.add_text("“")
            self.counts["q"] += 1
        elif name in _MARKS:
            self.counts[_MARKS[name]] += 1
        elif name == "a":
            self.href = link_address(tag.attributes().get("href", ""))
        elif name == "span":
            self.spans.append("small-caps" in tag.attributes().get("class", "").split())
            self.counts["small-caps"] += self.spans[-1]
        else:
            return
        self._set_marks()

    def _end_inline(self, name: str) -> None:
        if name == "br":
            self._break()
        elif name == "q" and self.counts["q"]:
            self.add_text("”")
            self.counts["q"] -= 1
        elif name in _MARKS and self.counts[_MARKS[name]]:
            self.counts[_MARKS[name]] -= 1
        elif name == "a":
            self.href = None
        elif name == "span" and self.spans:
            self.counts["small-caps"] -= self.spans.pop()
        else:
            return
        self._set_marks()

    def _set_marks(self) -> None:
        link = (link_tag(self.href),) if self.href else ()
        self.marks = link + tuple(
            SMALL_CAPS if mark == "small-caps" else f"<{mark}>"
            for mark in MARK_ORDER
            if self.counts[mark]
        )

    def _break(self) -> None:
        text = self.text or self._open_text(None, is_explicit=False)
        self.space = None
        text.runs.append((BREAK, self.marks))

    def add_text(self, text: str) -> None:
        if self.preformatted:
            self._add_lines(text)
            return
        for index, part in enumerate(_LAYOUT_SPACE.split(text)):
            if index and self.text:
                self.space = self.marks
            if part:
                self._append(part)

    def _add_lines(self, text: str) -> None:
        if self.drop_line_feed:
            text = text.removeprefix("\n")
            self.drop_line_feed = False
        for index, line in enumerate(text.replace("\t", " ").split("\n")):
            if index:
                self._break()
            if line:
                self._append(line, keep_spaces=True)

    def _append(self, text: str, *, keep_spaces: bool = False) -> None:
        if self.text is None:
            text = text if keep_spaces else text.lstrip(" ")
            if not text.strip(" "):
                return
            self._open_text(None, is_explicit=False)
        runs = self.text.runs if self.text else []
        if self.space is not None and not text.startswith(" ") and _wants_space(runs):
            runs.append((" ", self.space))
        self.space = None
        runs.append((text, self.marks))

    # Blocks

    def _open_text(self, block_id: str | None, *, is_explicit: bool) -> Block:
        self.text = Block(self.heading or "p", block_id)
        self.is_explicit = is_explicit
        self._add(self.text)
        return self.text

    def _close_text(self, *, by_own_tag: bool = False) -> None:
        """End the text block; one that holds nothing stays only when written out in full."""
        block, self.text, self.space = self.text, None, None
        if block is None:
            return
        if not self.is_explicit:
            by_own_tag = _trim_end(block.runs)
        if not block.runs and not by_own_tag:
            self.open[-1].blocks.pop()

    def _add(self, block: Block) -> None:
        """Append to the innermost container, with the item or paragraph that must come first."""
        parent = self.open[-1]
        if parent.tag in LISTS and block.tag != "li":
            if not (block.tag in LISTS and parent.blocks):
                parent.blocks.append(Block("li"))
            parent = parent.blocks[-1]
            self.open.append(parent)
        if parent.tag == "li" and not parent.blocks and block.tag != "p":
            parent.blocks.append(Block("p"))
        parent.blocks.append(block)

    def _open_container(self, name: str, tag: Tag) -> None:
        self._close_text()
        self.heading = None
        if len(self.open) > MAX_DEPTH:
            self.ignored[name] += 1
            return
        block = Block(name, self._block_id(tag))
        self._add(block)
        self.open.append(block)

    def _end_container(self, name: str) -> None:
        self._close_text()
        self.heading = None
        if self.ignored[name]:
            self.ignored[name] -= 1
        elif any(block.tag == name for block in self.open):
            while self._pop().tag != name:
                pass

    def _open_item(self, tag: Tag) -> None:
        self._close_text()
        self.heading = None
        while self.open[-1].tag == "li":
            self._pop()
        if self.open[-1].tag not in LISTS:
            self._open_container("ul", Tag("ul", is_end=False, source=""))
        item = Block("li", self._block_id(tag))
        if self.open[-1].tag in LISTS:
            self._add(item)
            self.open.append(item)

    def _end_item(self) -> None:
        self._close_text()
        self.heading = None
        depth = len(self.open) - 1
        while depth and self.open[depth].tag not in (*LISTS, "li"):
            depth -= 1
        if self.open[depth].tag == "li":
            while len(self.open) > depth:
                self._pop()

    def _pop(self) -> Block:
        """End a container: an empty item gets its paragraph, anything else empty goes."""
        block = self.open.pop()
        if not block.blocks and block.tag == "li":
            block.blocks.append(Block("p"))
        elif not block.blocks:
            self.open[-1].blocks.pop()
        return block


def _wants_space(runs: list[Run]) -> bool:
    return bool(runs) and not runs[-1][0].endswith((" ", BREAK))


def _trim_end(runs: list[Run]) -> bool:
    """Drop what a browser does not show at a line's end; say whether a break was dropped."""
    while runs and runs[-1][0] != BREAK and not runs[-1][0].strip(" "):
        runs.pop()
    if not runs:
        return False
    if runs[-1][0] == BREAK:
        runs.pop()
        return True
    runs[-1] = (runs[-1][0].rstrip(" "), runs[-1][1])
    return False
