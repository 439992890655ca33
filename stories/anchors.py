"""Find a passage again in a text that was edited since. No Django.

A passage is known by its words and by those around it, as in the TextQuoteSelector of the W3C's Web
Annotation Data Model, and by the place it had. It is looked for in this order, and the first that
is sure enough counts: its words, best where it stood and among the same neighbours; its words with
other spaces or line ends, as after a paragraph was divided; what stands between the same
neighbours now, if some of its words do; and where most of its pairs of words stand together.

`static/js/editor/comment-find.js` is the twin for the open chapter; both are held to the same cases
(stories/tests/anchor-cases.json).
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise

from stories.counting import PER_CHARACTER

# How much of the neighbours is kept, in characters.
CONTEXT = 32
# Words and neighbours that agree, in characters; fewer could be any passage.
ENOUGH = 24
SAME_BLOCK, SAME_START = 16, 8
# A quote of one letter stands everywhere; so many places are compared.
MOST_PLACES = 2_000
# What a passage may have become: as a share of its words, of its pairs of words, and its length.
KEPT_WORDS, KEPT_PAIRS, GROWN = 0.25, 0.4, 3
FEW_WORDS = 3
# How sure each way of looking is, before what else agrees; pairs of words count one each.
EXACT, RESPACED, REPLACED = 1_000, 500, 200

_BLOCK = re.compile(r'<(p|h[2-4])(?: data-b="([^"]*)")?>(.*?)</\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]*+>")
_WORD = re.compile(rf"[{PER_CHARACTER}]|[^\W{PER_CHARACTER}]+")


@dataclass(frozen=True)
class Anchor:
    """What is known of a passage. `start` counts characters from where its block begins."""

    quote: str
    prefix: str = ""
    suffix: str = ""
    block: str = ""
    paragraph: int | None = None
    start: int | None = None


@dataclass(frozen=True)
class Found:
    """Where a passage stands; of two texts that have it, the one where it is surer is its own."""

    anchor: Anchor
    sure: int

    @property
    def is_exact(self) -> bool:
        """Whether it is there word for word, not only something like it."""
        return self.sure >= EXACT


class Reading:
    """A chapter as its reader sees it: the text of each block, parted by a line feed."""

    def __init__(self, content: str) -> None:
        blocks = _BLOCK.findall(content)
        texts = [_text(inner) for _tag, _id, inner in blocks]
        self.ids = [block_id for _tag, block_id, _inner in blocks]
        self.text = "\n".join(texts)
        self.starts: list[int] = []
        at = 0
        for text in texts:
            self.starts.append(at)
            at += len(text) + 1

    @cached_property
    def words(self) -> list[tuple[str, int, int]]:
        """Return each word, folded, with where it begins and ends."""
        return [(one[0].casefold(), *one.span()) for one in _WORD.finditer(self.text)]

    def paragraph_of(self, at: int) -> int:
        return max(bisect_right(self.starts, at) - 1, 0)

    def home_of(self, sought: Anchor) -> tuple[int, int]:
        """Return where the block begins and ends that held the passage, (0, -1) when it is gone.

        Without an id it is the block of the same number.
        """
        if not sought.block and (sought.paragraph or 0) < len(self.starts):
            return self.stretch(sought.paragraph or 0)
        if sought.block not in self.ids:
            return 0, -1
        return self.stretch(self.ids.index(sought.block))

    def stretch(self, paragraph: int) -> tuple[int, int]:
        is_last = paragraph + 1 >= len(self.starts)
        end = len(self.text) if is_last else self.starts[paragraph + 1] - 1
        return self.starts[paragraph], end

    def anchor(self, start: int, end: int) -> Anchor:
        """Return the passage between two places, without the spaces at its ends."""
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and self.text[end - 1].isspace():
            end -= 1
        paragraph = self.paragraph_of(start)
        return Anchor(
            quote=self.text[start:end],
            prefix=self.text[max(0, start - CONTEXT) : start],
            suffix=self.text[end : end + CONTEXT],
            block=self.ids[paragraph] if self.ids else "",
            paragraph=paragraph,
            start=start - self.starts[paragraph] if self.starts else 0,
        )


def find_passage(reading: Reading, sought: Anchor) -> Found | None:
    """Return where the passage stands now, None when it is gone."""
    if not sought.quote.strip():
        return None
    for look in (_exactly, _respaced, _between, _alike):
        span = look(reading, sought)
        if span is not None:
            start, end, sure = span
            # Nothing between the same neighbours: that is what a deletion leaves.
            return Found(reading.anchor(start, end), sure) if end > start else None
    return None


Span = tuple[int, int, int]


def _exactly(reading: Reading, sought: Anchor) -> Span | None:
    length = len(sought.quote)
    places = ((at, at + length) for at in _occurrences(reading.text, sought.quote))
    return _surest(reading, sought, places, bonus=EXACT)


def _respaced(reading: Reading, sought: Anchor) -> Span | None:
    pieces = sought.quote.split()
    if len(pieces) < 2:
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, pieces)))
    places = (one.span() for one in islice(pattern.finditer(reading.text), MOST_PLACES))
    return _surest(reading, sought, places, bonus=RESPACED)


def _surest(
    reading: Reading, sought: Anchor, places: Iterable[tuple[int, int]], *, bonus: int
) -> Span | None:
    """Return the place whose neighbours agree most; of two alike the nearest to the old one."""
    best: tuple[tuple[int, int], Span] | None = None
    around = len(sought.prefix) + len(sought.suffix)
    low, high = reading.home_of(sought)
    for start, end in places:
        before = _alike_before(sought.prefix, reading.text, start)
        agreed = before + _alike_after(sought.suffix, reading.text, end)
        score = agreed + (SAME_BLOCK if low <= start <= high else 0)
        score += SAME_START if score > agreed and start - low == sought.start else 0
        if agreed < around and len(sought.quote) + score < ENOUGH:
            continue
        near = -abs(reading.paragraph_of(start) - (sought.paragraph or 0))
        if best is None or (score, near) > best[0]:
            best = (score, near), (start, end, bonus + score)
    return best[1] if best else None


def _between(reading: Reading, sought: Anchor) -> Span | None:
    """Return what stands between the same neighbours, wherever those are; nothing may stand there.

    Some of the words must have stayed, unless they were very few.
    """
    before, after = sought.prefix, sought.suffix
    if len(before.strip()) + len(after.strip()) < ENOUGH // 2:
        return None
    for start in _beginnings(reading, sought):
        longest = start + GROWN * len(sought.quote) + CONTEXT
        end = reading.text.find(after, start, longest + len(after)) if after else len(reading.text)
        if start <= end <= longest and _is_kin(sought.quote, reading.text[start:end]):
            return start, end, REPLACED
    return None


def _beginnings(reading: Reading, sought: Anchor) -> list[int]:
    """Return where what precedes the passage ends, its own block first."""
    if not sought.prefix:
        return [0]
    ends = [at + len(sought.prefix) for at in _occurrences(reading.text, sought.prefix)]
    low, high = reading.home_of(sought)
    return sorted(ends, key=lambda end: not low <= end <= high)


def _is_kin(quote: str, now: str) -> bool:
    words, kept = _words(quote), set(_words(now))
    if not now.strip() or len(words) <= FEW_WORDS:
        return True
    return sum(word in kept for word in words) >= KEPT_WORDS * len(words)


def _alike(reading: Reading, sought: Anchor) -> Span | None:
    """Return the stretch in which most of the passage's pairs of neighbouring words stand."""
    quoted = _words(sought.quote)
    pairs = set(pairwise(quoted))
    words = reading.words
    hits = [
        number
        for number in range(len(words) - 1)
        if (words[number][0], words[number + 1][0]) in pairs
    ]
    needed = max(2, KEPT_PAIRS * len(pairs))
    longest = len(quoted) * 3 // 2 + 2
    best: tuple[tuple[int, int, int], Span] | None = None
    inside: Counter[tuple[str, str]] = Counter()
    first = 0
    for last, number in enumerate(hits):
        inside[words[number][0], words[number + 1][0]] += 1
        while number - hits[first] + 2 > longest:
            _drop(inside, (words[hits[first]][0], words[hits[first] + 1][0]))
            first += 1
        start, end = words[hits[first]][1], words[number + 1][2]
        near = -abs(reading.paragraph_of(start) - (sought.paragraph or 0))
        score = (len(inside), near, -(last - first))
        if len(inside) >= needed and (best is None or score > best[0]):
            best = score, (start, end, len(inside))
    return best[1] if best else None


def _drop(inside: Counter[tuple[str, str]], pair: tuple[str, str]) -> None:
    inside[pair] -= 1
    if not inside[pair]:
        del inside[pair]


def _occurrences(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    for _number in range(MOST_PLACES):
        if at < 0:
            return
        yield at
        at = text.find(words, at + 1)


def _alike_before(prefix: str, text: str, start: int) -> int:
    most = min(len(prefix), start)
    return next(
        (n for n in range(most) if prefix[len(prefix) - 1 - n] != text[start - 1 - n]), most
    )


def _alike_after(suffix: str, text: str, end: int) -> int:
    most = min(len(suffix), len(text) - end)
    return next((n for n in range(most) if suffix[n] != text[end + n]), most)


def _text(inner: str) -> str:
    return html.unescape(_TAG.sub("", inner.replace("<br>", "\n")))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
