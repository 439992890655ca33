"""Gather neighbouring list items and quotations: word processors know only paragraphs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from stories.importing.blocks import Block
from stories.importing.tree import block_html


@dataclass(frozen=True)
class Grouped:
    """A paragraph that belongs in a list ("ul", "ol") at a depth, or in a "blockquote"."""

    kind: str
    depth: int
    block: Block


def gather(stream: Iterable[Block | Grouped]) -> list[Block]:
    blocks: list[Block] = []
    for kind, run in groupby(stream, key=_family):
        members = list(run)
        if kind == "":
            blocks.extend(block for block in members if isinstance(block, Block))
        else:
            grouped = [member for member in members if isinstance(member, Grouped)]
            html = _quote(grouped) if kind == "blockquote" else _lists(grouped, 0)
            text = " ".join(member.block.text for member in grouped)
            blocks.append(Block("text", html, text))
    return blocks


def _family(member: Block | Grouped) -> str:
    if isinstance(member, Block):
        return ""
    return "blockquote" if member.kind == "blockquote" else "list"


def _quote(members: list[Grouped]) -> str:
    return f"<blockquote>{''.join(block_html(member.block) for member in members)}</blockquote>"


def _lists(members: list[Grouped], depth: int) -> str:
    """Nest deeper items into the item above them."""
    lists: list[str] = []
    at = 0
    while at < len(members):
        kind, items = members[at].kind, list[str]()
        while at < len(members) and members[at].kind == kind:
            start = at + 1
            at = start
            while at < len(members) and members[at].depth > depth:
                at += 1
            nested = _lists(members[start:at], depth + 1) if at > start else ""
            items.append(f"<li>{block_html(members[start - 1].block)}{nested}</li>")
        lists.append(f"<{kind}>{''.join(items)}</{kind}>")
    return "".join(lists)
