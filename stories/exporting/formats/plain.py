"""Plain text: underlined titles, a blank line between paragraphs, _emphasis_ in underscores."""

from __future__ import annotations

import re
import textwrap
from itertools import groupby
from typing import IO

from stories.exporting import words
from stories.exporting.book import Book, Chapter, Tick
from stories.text.builder import parse
from stories.text.schema import BREAK, LISTS, TEXT_BLOCKS, Block, Run

SCENE_BREAK = "* * *"
_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
MAX_LINE = 60


def write(book: Book, target: IO[bytes], tick: Tick) -> None:
    if book.look.front_matter:
        byline = f"\n\n{book.author}" if book.author else ""
        _put(target, f"{book.title}{byline}\n\n\n")
    for chapter in book.chapters:
        _put(target, f"{_underlined(chapter.part, '=')}\n\n" if chapter.part else "")
        _put(target, _chapter(chapter))
        tick()
    if book.note:
        title = _underlined(words.authors_note(book.language), "-")
        _put(target, f"{title}\n\n" + "\n\n".join(book.note_paragraphs) + "\n")


def _chapter(chapter: Chapter) -> str:
    pieces = [_underlined(chapter.title, "-"), *_pieces(parse(chapter.content))]
    return "\n\n".join(pieces) + "\n\n\n"


def _underlined(title: str, sign: str) -> str:
    return f"{title}\n{sign * min(max(len(title), 5), MAX_LINE)}"


def _pieces(blocks: list[Block]) -> list[str]:
    return [piece for block in blocks for piece in _block(block)]


def _block(block: Block) -> list[str]:
    if block.tag == "hr":
        return [SCENE_BREAK]
    if block.tag in TEXT_BLOCKS:
        text = _inline(block.runs)
        return [text] if text.strip() else []
    if block.tag in LISTS:
        return _list(block)
    return [textwrap.indent(piece, "    ") for piece in _pieces(block.blocks)]


def _list(block: Block) -> list[str]:
    lines = []
    for number, item in enumerate(block.blocks, start=1):
        sign = f"{number}. " if block.tag == "ol" else "- "
        inner = "\n\n".join(_pieces(item.blocks))
        lines.append(sign + textwrap.indent(inner, " " * len(sign))[len(sign) :])
    return lines


def _inline(runs: list[Run]) -> str:
    """Write emphasis as _underscores_, line by line, as typists did."""
    out = []
    for (is_emphasis, is_break), group in groupby(
        runs, key=lambda run: ("<em>" in run[1], run[0] == BREAK)
    ):
        text = "".join(text for text, _ in group)
        out.append(_emphasised(text) if is_emphasis and not is_break else text)
    return "".join(out)


def _emphasised(text: str) -> str:
    match = _EDGES.fullmatch(text)
    if match is None or not match[2] or "_" in match[2]:
        return text
    return f"{match[1]}_{match[2]}_{match[3]}"


def _put(target: IO[bytes], text: str) -> None:
    target.write(text.encode("utf-8", "replace"))
