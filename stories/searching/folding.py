"""What search takes for the same: text as the words that are looked up. No Django, no database.

Case and accents are folded, punctuation parts words, and scripts written without spaces are cut
into pairs of characters, so that Postgres needs no extension and no dictionary for them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from stories.counting import PER_CHARACTER, UNSPACED

# A change of what this module gives makes every entry of the index old.
RULE = "1"
# Postgres knows places up to 16383 and 256 of them for each word; a stretch stays below both,
# although it is written twice, as words and as stems.
STRETCH = 3_000
# What two stretches share, so that no phrase is lost between them.
OVERLAP = 40
LONGEST_WORD = 40

# Accents of Latin and Greek letters, and the points of Hebrew and Arabic that many leave out.
# Cyrillic keeps its own, since й is no и, but for ё.
_ACCENTS = re.compile(
    r"(?<=[a-z\u0250-\u02af\u0370-\u03ff\u1ab0-\u1aff\u0300-\u036f])[\u0300-\u036f\u1ab0-\u1aff]+"
    r"|(?<=\u0435)\u0308"
    r"|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]"
)
# Letters that Unicode does not take apart, by what people type for them.
_SPELT = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "ŋ": "ng",
        "\u00ad": "",
        "\u2060": "",
        "\u200c": "",
        "\u200d": "",
    }
)
HANGUL = r"\uac00-\ud7a3"
PAIRED = rf"{PER_CHARACTER}{UNSPACED}{HANGUL}"
_RUN = re.compile(rf"[{PAIRED}]+")


@cache
def marks() -> str:
    """Return, for a character class, what is part of the letter before it and no pair's."""
    found = (chr(code) for code in range(0x300, 0x10000))
    found = (char for char in found if unicodedata.category(char) in {"Mn", "Mc"})
    return "".join(char for char in found if not is_paired(char))


@cache
def words() -> re.Pattern[str]:
    """Return the pattern of a word, or of one character of a script without spaces."""
    letter = rf"[^\W_{PAIRED}]"
    return re.compile(rf"[{PAIRED}]|{letter}++(?:[{marks()}]++{letter}*+)*+")


@cache
def _between() -> re.Pattern[str]:
    return re.compile(rf"(?:[\W_](?<![{marks()}{PAIRED}]))+")


@cache
def _alone() -> re.Pattern[str]:
    """Return the pattern of marks without a letter, which are no words."""
    return re.compile(rf"(?<![^\W_])(?<![{marks()}])[{marks()}]+")


_TOO_LONG = re.compile(rf"(\w{{{LONGEST_WORD}}})\w+")


@dataclass(frozen=True)
class Stretch:
    """A part of a text, by its first character and the one after its last."""

    start: int
    stop: int


def fold(text: str) -> str:
    """Return `text` without case and accents: “Café” and “CAFE” are one."""
    # Twice, since some letters show their case only when they are taken apart.
    once = unicodedata.normalize("NFKD", text.casefold())
    apart = unicodedata.normalize("NFKD", once.casefold()).translate(_SPELT)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart))


def indexable(text: str) -> str:
    """Return the words to index, a space between each two, in their order.

    Of a run of characters written without spaces these are its pairs and its last character, which
    so is found alone, too.
    """
    return _joined(_RUN.sub(_pairs_and_last, fold(text)))


def lookup(word: str) -> list[str]:
    """Return the words that must follow each other where `word` stands."""
    return _joined(_RUN.sub(_pairs, fold(word))).split()


def is_paired(word: str) -> bool:
    """Say whether a word is of a script that is looked up in pairs of characters."""
    return _RUN.match(word) is not None


def stretches(text: str) -> list[Stretch]:
    """Cut a text into parts short enough to index, each overlapping the next a little."""
    starts = [found.start() for found in words().finditer(text)]
    if len(starts) <= STRETCH + OVERLAP:
        return [Stretch(0, len(text))] if starts else []
    cuts = range(0, len(starts) - OVERLAP, STRETCH)
    return [Stretch(starts[cut], _start(starts, cut + STRETCH + OVERLAP, text)) for cut in cuts]


def _start(starts: list[int], number: int, text: str) -> int:
    return starts[number] if number < len(starts) else len(text)


def _joined(folded: str) -> str:
    words = _between().sub(" ", _alone().sub(" ", folded)).strip()
    return _TOO_LONG.sub(r"\1", words)


def _pairs_and_last(run: re.Match[str]) -> str:
    chars = run[0]
    pairs = [chars[at : at + 2] for at in range(len(chars) - 1)]
    return f" {' '.join([*pairs, chars[-1]])} "


def _pairs(run: re.Match[str]) -> str:
    chars = run[0]
    if len(chars) == 1:
        return f" {chars} "
    return f" {' '.join(chars[at : at + 2] for at in range(len(chars) - 1))} "
