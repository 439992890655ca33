"""Find literal words in schema HTML, and put others in their place. No Django.

Text is searched as a reader sees it: a word stays one although half of it is italic, and no hit
reaches over a line break or out of its paragraph. What replaces it takes the formatting of its
first letter. Tags, links and block ids are never looked at, so they stay as they are.

`static/js/editor/find-words.js` is the twin for the open chapter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from stories.counting import PER_CHARACTER
from stories.text.builder import parse
from stories.text.schema import TEXT_BLOCKS, Block, Run, serialise

# What a keyboard has one key for, in whatever shape it was set.
_SHAPES = {"'": "'‘’", '"': '"“”„', " ": " \u00a0\u202f"}
# Letters that know capitals end here; only pictures and Han come behind.
_LAST_CASED = 0x1F000
# Written without spaces, each of these is a word, and so none is part of its neighbour.
_LETTER = rf"[^\W{PER_CHARACTER}]"


@dataclass(frozen=True, slots=True)
class Found:
    """A hit in the text of one block: its place there, and the whole text of the block."""

    start: int
    end: int
    text: str

    @property
    def words(self) -> str:
        return self.text[self.start : self.end]


def pattern_of(words: str, *, match_case: bool, whole_words: bool) -> re.Pattern[str]:
    """Return what finds the literal `words`, in either normal form of Unicode.

    Without `match_case` capitals do not matter, a straight quotation mark finds the curly ones and
    a space the one that does not break. No hit ends within a letter and its accents. With
    `whole_words` no letter or digit may stand beside it.
    """
    letters = list(_letters(unicodedata.normalize("NFD", words)))
    found = "".join(_any_form(letter, match_case=match_case) for letter in letters)
    before = after = ""
    if whole_words and re.match(_LETTER, letters[0]):
        before = rf"(?<!{_LETTER})(?<![{_marks()}])"
    if whole_words and re.match(_LETTER, letters[-1]):
        after = rf"(?!{_LETTER})"
    return re.compile(rf"{before}(?:{found})(?![{_marks()}]){after}")


def find(content: str, pattern: re.Pattern[str], replacement: str) -> list[Found]:
    """Return every hit in schema HTML, in order, but those that read like `replacement` already."""
    blocks = _text_blocks(parse(content))
    return [hit for block in blocks for hit in _hits(block, pattern, replacement)]


def replace(
    content: str,
    pattern: re.Pattern[str],
    replacement: str,
    *,
    leave_out: frozenset[int] = frozenset(),
) -> tuple[str, int]:
    """Return the HTML with the hits of `find` replaced, and how many were.

    `leave_out` names those that stay, by their number from 0.
    """
    blocks = parse(content)
    number = replaced = 0
    for block in _text_blocks(blocks):
        hits = _hits(block, pattern, replacement)
        taken = [hit for at, hit in enumerate(hits, number) if at not in leave_out]
        number += len(hits)
        replaced += len(taken)
        if taken:
            edited = _edited(block.runs, taken, replacement)
            block.runs = [run for run in edited if run[0]]
    return serialise(blocks), replaced


def _text_blocks(blocks: list[Block]) -> Iterator[Block]:
    for block in blocks:
        if block.tag in TEXT_BLOCKS:
            yield block
        else:
            yield from _text_blocks(block.blocks)


def _hits(block: Block, pattern: re.Pattern[str], replacement: str) -> list[Found]:
    text = "".join(run[0] for run in block.runs)
    hits = (Found(*match.span(), text) for match in pattern.finditer(text))
    return [hit for hit in hits if hit.words != replacement]


def _edited(runs: list[Run], hits: list[Found], replacement: str) -> Iterator[Run]:
    """Yield the runs with each hit cut out, and the replacement where its first letter stood."""
    waiting = iter(hits)
    hit = next(waiting, None)
    at = 0
    for text, marks in runs:
        end, kept = at + len(text), at
        while hit is not None and hit.start < end:
            yield text[kept - at : max(hit.start, kept) - at], marks
            if hit.start >= at:
                yield replacement, marks
            kept = min(hit.end, end)
            if hit.end > end:
                break
            hit = next(waiting, None)
        yield text[kept - at :], marks
        at = end


def _letters(decomposed: str) -> Iterator[str]:
    """Yield each letter with its accents; a Hangul syllable is one."""
    letter = ""
    for char in decomposed:
        if letter and not (unicodedata.combining(char) or "\u1160" <= char <= "\u11ff"):
            yield letter
            letter = ""
        letter += char
    yield letter


def _any_form(letter: str, *, match_case: bool) -> str:
    """Return an expression for a letter in either normal form and, if allowed, any case."""
    forms = {letter} if match_case else {first + letter[1:] for first in _alike(letter[0])}
    forms |= {unicodedata.normalize("NFC", form) for form in forms}
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return "(?:" + "|".join(map(re.escape, ordered)) + ")"


def _alike(char: str) -> str:
    return _SHAPES.get(char) or _cases().get(_folded(char), char)


def _folded(char: str) -> str:
    """Fold one character's case to one character, as simple case folding does."""
    for folded in (char.casefold(), char.lower()):
        if len(folded) == 1:
            return folded
    return char


@cache
def _cases() -> dict[str, str]:
    """Return the characters that differ by case alone, for each that has such."""
    groups: dict[str, str] = defaultdict(str)
    for char in map(chr, range(_LAST_CASED)):
        groups[_folded(char)] += char
    return {folded: alike for folded, alike in groups.items() if len(alike) > 1}


@cache
def _marks() -> str:
    """Return, for a character class, whatever changes the character before it."""
    accents = "".join(char for char in map(chr, range(0x10000)) if unicodedata.combining(char))
    # The rest of a Hangul syllable, joiners, enclosing marks, shapes and colours of pictures.
    return (
        accents
        + "\u1160-\u11ff\u200d\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
    )
