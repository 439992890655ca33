"""Joins two texts that grew apart from one base, paragraph by paragraph.

A three-way merge (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007) whose unit is
the block of the editor's schema. Blocks are the same block when they carry the same id, or read
the same; so a paragraph that was edited stays itself. What only one side changed is taken; only a
block that both changed differently, or that one changed and the other took away, is left to the
writer as a clash. Nothing either side added is ever left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from stories.comparing import common_runs
from stories.text import clean_html
from stories.text.blocks import Passage, passages


@dataclass(frozen=True)
class Part:
    """A stretch of the merged text.

    `kind` is `same` (both have it), `mine` or `theirs` (only that side has changed here; an empty
    `html` means that it was taken away), or `clash`, where `mine` and `theirs` are what to choose
    from and `html` is empty.
    """

    kind: str
    html: str = ""
    mine: str = ""
    theirs: str = ""


@dataclass(frozen=True)
class Merge:
    """What became of two texts with one base; all HTML is in the editor's schema."""

    parts: tuple[Part, ...]

    @property
    def clashes(self) -> int:
        return sum(part.kind == "clash" for part in self.parts)

    def html(self, choices: Sequence[str] = ()) -> str:
        """Return the whole text, given `mine`, `theirs` or `both` for each clash in order.

        Without a choice both sides are kept, theirs first.
        """
        waiting = iter(choices)
        chosen = [
            _chosen(part, next(waiting, "both")) if part.kind == "clash" else part.html
            for part in self.parts
        ]
        return clean_html("".join(chosen))


@dataclass
class Side:
    """One text against the base: what became of each block, and what was added before which.

    `kept` maps the place of a base block to the block it became; `added` maps the place of a base
    block to what was put in before it, with the length of the base for the end.
    """

    kept: dict[int, Passage] = field(default_factory=dict)
    added: dict[int, list[Passage]] = field(default_factory=lambda: defaultdict(list))


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Merge two schema texts that both came from `base`; see `Merge`."""
    blocks = passages(base)
    own, other = _against(blocks, passages(mine)), _against(blocks, passages(theirs))
    parts: list[Part] = []
    for place in range(len(blocks) + 1):
        mine_added, theirs_added = own.added[place], other.added[place]
        if place < len(blocks):
            clash = _deletion_clash(blocks[place], own.kept.get(place), other.kept.get(place))
            if clash:
                # Who took the block away may have put these in its stead.
                parts.append(_clash_with(clash, mine_added, theirs_added))
                continue
        parts += _additions(mine_added, theirs_added)
        if place < len(blocks):
            parts += _block(blocks[place], own.kept.get(place), other.kept.get(place))
    return Merge(tuple(_joined(parts)))


def merge_without_base(mine: str, theirs: str) -> Merge:
    """Join two texts whose common base nobody has any more.

    What both have is kept, what only one has is added, and where they differ the writer chooses.
    """
    own, other = passages(mine), passages(theirs)
    parts: list[Part] = []
    a = b = 0
    runs = common_runs([block.plain for block in own], [block.plain for block in other])
    for i, j, length in [*runs, (len(own), len(other), 0)]:
        left, right = _html(own[a:i]), _html(other[b:j])
        if left and right:
            parts.append(Part("clash", mine=left, theirs=right))
        elif left or right:
            parts.append(Part("mine" if left else "theirs", left or right))
        if length:
            parts.append(Part("same", _html(other[j : j + length])))
        a, b = i + length, j + length
    return Merge(tuple(parts))


def _against(base: list[Passage], text: list[Passage]) -> Side:
    side = Side()
    last = 0
    matched = dict(_pairs(base, text))
    for place, block in enumerate(text):
        if place in matched:
            last = matched[place] + 1
            side.kept[matched[place]] = block
        else:
            side.added[last].append(block)
    return side


def _pairs(base: list[Passage], text: list[Passage]) -> list[tuple[int, int]]:
    """Return (place in text, place in base) of blocks that are one block, rising on both sides."""
    ids = {block.block_id for block in base} & {block.block_id for block in text} - {""}
    old = [_name(block, ids) for block in base]
    new = [_name(block, ids) for block in text]
    pairs: list[tuple[int, int]] = []
    a = b = 0
    for i, j, length in [*common_runs(old, new), (len(old), len(new), 0)]:
        pairs += _stand_ins(base[a:i], text[b:j], a, b, ids)
        pairs += [(j + step, i + step) for step in range(length)]
        a, b = i + length, j + length
    return pairs


def _name(block: Passage, ids: set[str]) -> str:
    return f"#{block.block_id}" if block.block_id in ids else block.plain


def _stand_ins(
    gone: list[Passage], new: list[Passage], at_base: int, at_text: int, ids: set[str]
) -> list[tuple[int, int]]:
    """Pair blocks without ids that stand in the same place, when nothing was added or removed."""
    if len(gone) != len(new):
        return []
    return [
        (at_text + step, at_base + step)
        for step, (before, after) in enumerate(zip(gone, new, strict=True))
        if before.tag == after.tag and before.block_id not in ids and after.block_id not in ids
    ]


def _additions(mine: list[Passage], theirs: list[Passage]) -> list[Part]:
    if mine and [block.plain for block in mine] == [block.plain for block in theirs]:
        return [Part("same", _html(theirs))]
    return [
        Part(kind, _html(blocks)) for kind, blocks in (("theirs", theirs), ("mine", mine)) if blocks
    ]


def _block(base: Passage, mine: Passage | None, theirs: Passage | None) -> list[Part]:
    """Return what becomes of a block of the base, deletion clashes apart."""
    if mine is None or theirs is None:
        return [Part("mine" if mine is None else "theirs")] if (mine or theirs) else []
    if mine.html == theirs.html:
        return [Part("same", mine.html)]
    if mine.plain == base.plain:
        return [Part("theirs", theirs.html)]
    if theirs.plain == base.plain:
        return [Part("mine", mine.html)]
    if mine.plain == theirs.plain:
        return [Part("same", theirs.html)]
    return [Part("clash", mine=mine.html, theirs=theirs.html)]


def _deletion_clash(base: Passage, mine: Passage | None, theirs: Passage | None) -> Part | None:
    """Return a clash when one side took away what the other changed."""
    left = mine or theirs
    if (mine is None) == (theirs is None) or left is None or left.plain == base.plain:
        return None
    return Part("clash", mine=mine.html if mine else "", theirs=theirs.html if theirs else "")


def _clash_with(clash: Part, mine: list[Passage], theirs: list[Passage]) -> Part:
    return Part("clash", mine=_html(mine) + clash.mine, theirs=_html(theirs) + clash.theirs)


def _html(blocks: list[Passage]) -> str:
    return "".join(block.html for block in blocks)


def _chosen(clash: Part, choice: str) -> str:
    return {"mine": clash.mine, "theirs": clash.theirs}.get(choice, clash.theirs + clash.mine)


def _joined(parts: list[Part]) -> list[Part]:
    """Join neighbours of one kind; a clash stays by itself."""
    joined: list[Part] = []
    for kind, found in groupby(parts, key=lambda part: part.kind):
        run = list(found)
        one = [Part(kind, "".join(part.html for part in run))]
        joined += run if kind == "clash" else one
    return joined
