"""Compares two texts word by word, fast enough for two whole books.

The method is patience diff: words that occur once on both sides anchor the comparison, and what
lies between two anchors is compared by itself. Small remainders go to `difflib`, large ones
without any anchor count as replaced, so that the time stays close to linear.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# A word with the spaces after it; or the break between two paragraphs, so that a paragraph's last
# word stays the same word when another paragraph follows.
WORD = re.compile(r"\S+[^\S\n]*|\s+")
SMALL = 10_000
# Words shown on either side of a change.
CONTEXT = 24


@dataclass(frozen=True)
class Piece:
    """A stretch that both texts have (`equal`), or only one (`delete`, `insert`)."""

    op: str
    text: str


@dataclass(frozen=True)
class Gap:
    """A stretch that both texts have, left out but for its number of words."""

    words: int


@dataclass(frozen=True)
class Span:
    """A part of both word lists still to be compared."""

    a: int
    a_end: int
    b: int
    b_end: int


def compare(before: str, after: str) -> list[Piece]:
    """Return how `before` becomes `after`; deletions come before insertions."""
    old, new = WORD.findall(before), WORD.findall(after)
    pieces: list[Piece] = []
    a = b = 0
    for i, j, length in [*common_runs(old, new), (len(old), len(new), 0)]:
        _add(pieces, "delete", old[a:i])
        _add(pieces, "insert", new[b:j])
        _add(pieces, "equal", old[i : i + length])
        a, b = i + length, j + length
    return pieces


def folded(pieces: Iterable[Piece], *, context: int = CONTEXT) -> list[Piece | Gap]:
    """Return only the changes with `context` words on either side; a Gap stands for the rest."""
    shown: list[Piece | Gap] = []
    waiting = list(pieces)
    for place, piece in enumerate(waiting):
        words = WORD.findall(piece.text) if piece.op == "equal" else []
        before = context if place else 0
        after = context if place < len(waiting) - 1 else 0
        hidden = len(words) - before - after
        if hidden < max(context, 1):
            shown.append(piece)
            continue
        if before:
            shown.append(Piece("equal", "".join(words[:before])))
        gap = words[before : len(words) - after]
        shown.append(Gap(sum(not word.isspace() for word in gap)))
        if after:
            shown.append(Piece("equal", "".join(words[-after:])))
    return shown


def _add(pieces: list[Piece], op: str, words: Sequence[str]) -> None:
    if words:
        pieces.append(Piece(op, "".join(words)))


def common_runs(old: list[str], new: list[str]) -> list[tuple[int, int, int]]:
    """Return common runs as (start in old, start in new, length), adjacent ones joined.

    Near-linear in time; runs rise on both sides.
    """
    runs: list[tuple[int, int, int]] = []
    for i, j, length in sorted(_matches(old, new)):
        if runs and (runs[-1][0] + runs[-1][2], runs[-1][1] + runs[-1][2]) == (i, j):
            runs[-1] = (runs[-1][0], runs[-1][1], runs[-1][2] + length)
        else:
            runs.append((i, j, length))
    return runs


def _matches(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int]]:
    waiting = [Span(0, len(old), 0, len(new))]
    while waiting:
        span, common = _trim(old, new, waiting.pop())
        yield from common
        if span.a == span.a_end or span.b == span.b_end:
            continue
        anchors = _anchors(old, new, span)
        if anchors:
            yield from ((i, j, 1) for i, j in anchors)
            waiting += _between(span, anchors)
        elif (span.a_end - span.a) * (span.b_end - span.b) <= SMALL:
            yield from _small(old, new, span)


def _trim(old: list[str], new: list[str], span: Span) -> tuple[Span, list[tuple[int, int, int]]]:
    """Take the common beginning and end off a span."""
    a, a_end, b, b_end = span.a, span.a_end, span.b, span.b_end
    while a < a_end and b < b_end and old[a] == new[b]:
        a, b = a + 1, b + 1
    while a < a_end and b < b_end and old[a_end - 1] == new[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    common = [(span.a, span.b, a - span.a), (a_end, b_end, span.a_end - a_end)]
    return Span(a, a_end, b, b_end), [run for run in common if run[2]]


def _anchors(old: list[str], new: list[str], span: Span) -> list[tuple[int, int]]:
    """Return the longest rising sequence of words that occur once on each side."""
    once_old = _unique(old, span.a, span.a_end)
    once_new = _unique(new, span.b, span.b_end)
    pairs = [(i, once_new[word]) for word, i in once_old.items() if word in once_new]
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, (_i, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        previous.append(ends[place - 1] if place else -1)
        if place == len(tails):
            tails.append(j)
            ends.append(index)
        else:
            tails[place], ends[place] = j, index
    chain = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = previous[index]
    return chain[::-1]


def _unique(words: list[str], start: int, end: int) -> dict[str, int]:
    counts = Counter(words[start:end])
    return {words[i]: i for i in range(start, end) if counts[words[i]] == 1}


def _between(span: Span, anchors: list[tuple[int, int]]) -> list[Span]:
    spans = []
    a, b = span.a, span.b
    for i, j in [*anchors, (span.a_end, span.b_end)]:
        spans.append(Span(a, i, b, j))
        a, b = i + 1, j + 1
    return [span for span in spans if span.a < span.a_end and span.b < span.b_end]


def _small(old: list[str], new: list[str], span: Span) -> Iterator[tuple[int, int, int]]:
    matcher = SequenceMatcher(
        None, old[span.a : span.a_end], new[span.b : span.b_end], autojunk=False
    )
    for block in matcher.get_matching_blocks():
        if block.size:
            yield span.a + block.a, span.b + block.b, block.size
