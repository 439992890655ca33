"""Schema HTML as the source of the page setter; every text stands in a string, so none is code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from stories.exporting.book import Chapter
from stories.exporting.direction import runs_leftward
from stories.exporting.fitting import breakable
from stories.text.builder import parse
from stories.text.schema import BREAK, LISTS, SMALL_CAPS, TEXT_BLOCKS, Block, Run

_HREF = re.compile(r'<a href="(.*)">')
_CALLS = {
    "<strong>": "strong",
    "<em>": "emph",
    "<u>": "underline",
    "<s>": "strike",
    SMALL_CAPS: "smallcaps",
    "<code>": "coded",
}
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def string(text: str) -> str:
    """Return text as a string literal; nothing in it can end the literal or be run."""
    return f'"{text.translate(_ESCAPES)}"'


def chapter(chapter: Chapter, *, deeper: int) -> str:
    part = f"#part-page({string(breakable(chapter.part))})\n" if chapter.part else ""
    return f"{part}{title(chapter.title, deeper=deeper)}{_kept(parse(chapter.content), deeper)}"


def title(text: str, *, deeper: int) -> str:
    return f"#chapter({string(breakable(text))}, level: {1 + deeper})\n\n"


def paragraphs(texts: Sequence[str]) -> str:
    return "".join(_directed([(text, ())], f"#{string(breakable(text))}") for text in texts)


def _kept(blocks: Sequence[Block], deeper: int) -> str:
    """Hold a chapter together: its lines are set once, however often pages are numbered anew."""
    return f"#block(width: 100%)[\n{_blocks(blocks, deeper)}]\n\n" if blocks else ""


def _blocks(blocks: Sequence[Block], deeper: int) -> str:
    return "".join(_block(block, deeper) for block in blocks)


def _block(block: Block, deeper: int) -> str:
    if block.tag == "hr":
        return "#scene\n\n"
    if block.tag == "p":
        return _directed(block.runs, _runs(block.runs)) if block.runs else "#linebreak()\n\n"
    if block.tag in TEXT_BLOCKS:
        level = int(block.tag[1]) + deeper
        return f"#heading(level: {level}, outlined: false)[{_runs(block.runs)}]\n\n"
    if block.tag in LISTS:
        items = ", ".join(f"[{_blocks(item.blocks, deeper)}]" for item in block.blocks)
        return f"#{'enum' if block.tag == 'ol' else 'list'}({items})\n\n"
    return f"#quote(block: true)[{_blocks(block.blocks, deeper)}]\n\n"


def _directed(runs: Sequence[Run], written: str) -> str:
    is_leftward = runs_leftward("".join(text for text, _marks in runs))
    return f"#leftward[{written}]\n\n" if is_leftward else f"{written}\n\n"


def _runs(runs: Sequence[Run]) -> str:
    return "".join(_run(text, marks) for text, marks in runs)


def _run(text: str, marks: tuple[str, ...]) -> str:
    if text == BREAK:
        return "#linebreak();"
    inner = string(breakable(text))
    for mark in reversed(marks):
        inner = _marked(mark, inner)
    return f"#{inner};"


def _marked(mark: str, inner: str) -> str:
    if href := _HREF.match(mark):
        return f"link({string(unescape(href[1]))}, {inner})"
    return f"{_CALLS[mark]}({inner})"
