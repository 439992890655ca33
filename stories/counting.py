"""Count words the way a reader would: rule ``nexus-1``.

``static/js/lib/counting.js`` is this module's twin; both must give the same number for every
text, because the server compares the editor's own counts with its recount. The tables below are
from Unicode 17.0 and are spelt out on purpose: the Unicode version of a Python or a browser may
not change what a chapter counts.
"""

import re
import unicodedata
from functools import cache

from stories.text import to_text

RULE = "nexus-1"

# Unicode White_Space (not str.isspace, which adds U+001C-1F), and what separates besides it:
# the zero-width space, the dashes U+2012-2015, U+2E3A and U+2E3B.
SEPARATORS = (
    r"\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    r"\u200b\u2012-\u2015\u2e3a\u2e3b"
)
# Soft hyphen and word joiner: dropped first, so that they cannot hide a double hyphen.
VANISHING = ("\u00ad", "\u2060")

# Script=Han, Hiragana and Katakana, with the two prolonged sound marks (Script=Common).
PER_CHARACTER = (
    r"\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3041-\u3096"
    r"\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u32d0-\u32fe\u3300-\u3357\u3400-\u4dbf"
    r"\u4e00-\u9fff\uf900-\ufa6d\ufa70-\ufad9\uff66-\uff9d\U00016fe2\U00016fe3"
    r"\U00016ff0-\U00016ff6\U0001aff0-\U0001aff3\U0001aff5-\U0001affb\U0001affd\U0001affe"
    r"\U0001b000-\U0001b122\U0001b132\U0001b150-\U0001b152\U0001b155\U0001b164-\U0001b167"
    r"\U0001f200\U00020000-\U0002a6df\U0002a700-\U0002b81d\U0002b820-\U0002cead"
    r"\U0002ceb0-\U0002ebe0\U0002ebf0-\U0002ee5d\U0002f800-\U0002fa1d\U00030000-\U0003134a"
    r"\U00031350-\U00033479"
)
# Halfwidth voicing marks are letters to Unicode but part of the kana before them to a reader.
VOICING = r"\uff9e\uff9f"

# Letters and digits that Python 3.11 (Unicode 14) does not know yet.
NEWER_LETTERS = (
    r"\u088f\u0c5c\u0cdc\u1c89\u1c8a\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dc\ua7f1"
    r"\U000105c0-\U000105f3\U00010940-\U00010959\U00010d40-\U00010d65\U00010d6f-\U00010d85"
    r"\U00010ec2-\U00010ec7\U0001123f-\U00011240\U00011380-\U00011389\U0001138b\U0001138e"
    r"\U00011390-\U000113b5\U000113b7\U000113d1\U000113d3\U000116d0-\U000116e3"
    r"\U00011bc0-\U00011be0\U00011bf0-\U00011bf9\U00011db0-\U00011ddb\U00011de0-\U00011de9"
    r"\U00011f02\U00011f04-\U00011f10\U00011f12-\U00011f33\U00011f50-\U00011f59\U0001342f"
    r"\U00013441-\U00013446\U00013460-\U000143fa\U00016100-\U0001611d\U00016130-\U00016139"
    r"\U00016d40-\U00016d6c\U00016d70-\U00016d79\U00016ea0-\U00016eb8\U00016ebb-\U00016ed3"
    r"\U000187f8-\U000187ff\U00018cff\U00018d09-\U00018d1e\U00018d80-\U00018df2"
    r"\U0001ccf0-\U0001ccf9\U0001d2c0-\U0001d2d3\U0001df25-\U0001df2a\U0001e030-\U0001e06d"
    r"\U0001e4d0-\U0001e4eb\U0001e4f0-\U0001e4f9\U0001e5d0-\U0001e5ed\U0001e5f0-\U0001e5fa"
    r"\U0001e6c0-\U0001e6de\U0001e6e0-\U0001e6e2\U0001e6e4\U0001e6e5\U0001e6e7-\U0001e6ed"
    r"\U0001e6f0-\U0001e6f4\U0001e6fe\U0001e6ff"
)

BEYOND_LATIN = re.compile(r"[\u2e80-\U0010ffff\u088f\u0c5c\u0cdc\u1c89\u1c8a]")


def _words(first: str, stop: str) -> re.Pattern[str]:
    """Match each piece from its first letter or digit on: one match is one word.

    ``stop`` ends a piece; so do two hyphens, while one hyphen joins.
    """
    rest = rf"[^{SEPARATORS}\-{stop}]*+"
    return re.compile(rf"{first}{rest}(?:-(?!-){rest})*+")


# \w is categories L and N plus the underscore in every Python; combining marks are not in it.
PLAIN_WORDS = _words(r"[^\W_]", "")
ALL_WORDS = re.compile(
    rf"[{PER_CHARACTER}]|"
    + _words(rf"(?![_{VOICING}{PER_CHARACTER}])[\w{NEWER_LETTERS}]", PER_CHARACTER).pattern
)


def _class_of(char: str) -> str:
    """Return what a character is to the count: part of a word, a hyphen, a space, or neither."""
    if re.match(r"[^\W_]", char):
        return "a"
    if re.match(f"[{SEPARATORS}]", char):
        return " "
    return "-" if char == "-" else "."


# The classes of cp1252, in which nearly all prose of Western Europe can be written. What it leaves
# undefined is never asked for.
_CLASSES = "".join(map(_class_of, bytes(range(256)).decode("cp1252", "replace"))).encode()
_VANISHING = "".join(VANISHING).encode("cp1252", "ignore")


def count_words(text: str) -> int:
    """Count the words of plain text."""
    try:
        return _count_western(text.encode("cp1252"))
    except UnicodeEncodeError:
        return _count_any(text)


def _count_western(text: bytes) -> int:
    """Count as `_count_any` does, in passes over bytes: it takes a sixth of the time."""
    classes = text.translate(_CLASSES, _VANISHING).replace(b"--", b"  ").translate(None, b"-.")
    # Of what is left, each run of letters and digits was one piece between two separators.
    return (b" " + classes).count(b" a")


def _count_any(text: str) -> int:
    for mark in VANISHING:
        if mark in text:
            text = text.replace(mark, "")
    # Ordinary prose is several times faster without the tables.
    words = ALL_WORDS if BEYOND_LATIN.search(text) else PLAIN_WORDS
    return len(words.findall(text))


def count_html(html: str) -> int:
    """Count the words a reader of this HTML sees."""
    return count_words(to_text(html))


# --- How others count -------------------------------------------------------------
# For display beside our own number, never stored and never summed.

SPACES = r"\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\u200b"
KATAKANA = (
    r"\u3031-\u3035\u309b\u309c\u30a0-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u32d0-\u32fe\u3300-\u3357"
    r"\uff66-\uff9f"
)
# Scripts written without spaces, for which UAX #29 has no letters but a dictionary.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
)
# MidNumLet and Single_Quote, MidLetter, MidNum of UAX #29.
WITHIN_BOTH = r".'\u2018\u2019\u2024\ufe52\uff07\uff0e"
WITHIN_LETTERS = rf":\xb7\u0387\u055f\u05f4\u2027\ufe13\ufe55\uff1a{WITHIN_BOTH}"
WITHIN_DIGITS = (
    r",;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b"
    + WITHIN_BOTH
)

LIBREOFFICE_WORDS = re.compile(rf"[{PER_CHARACTER}]|[^{SPACES}\u2013\u2014{PER_CHARACTER}]+")


def count_words_as(rule: str, text: str) -> int:
    """Count the words of plain text by a named rule; raise KeyError for one there is not.

    `nexus-1`: ours.

    `libreoffice`: what LibreOffice's help says of Tools ▸ Word Count, with Writer's own additional
    separators, the en and the em dash: every string between two of these or spaces is a word, a
    lone “*” or “…” too; of Asian text every character.

    `unicode`: the default word boundaries of UAX #29, counting what holds a letter or digit:
    “well-being” is two words, “1,204” one; each Han and Hiragana character is a word, and each
    letter of Thai, Lao, Khmer or Burmese, where the standard itself asks for a dictionary.
    """
    return {RULE: count_words, "libreoffice": _as_libreoffice, "unicode": _as_unicode}[rule](text)


def _as_libreoffice(text: str) -> int:
    return len(LIBREOFFICE_WORDS.findall(text))


def _as_unicode(text: str) -> int:
    return len(_unicode_words().findall(text))


@cache
def _unicode_words() -> re.Pattern[str]:
    """Write UAX #29 as one expression; built on first use, since the marks are looked up."""
    marks = "".join(
        char
        for char in map(chr, range(0x10000))
        if unicodedata.category(char) in {"Mn", "Me", "Mc", "Cf"} and char != "\u200b"
    )
    letter = rf"(?![{PER_CHARACTER}{KATAKANA}{UNSPACED}])[^\W\d_]"
    joined = (
        rf"{letter}[{marks}]*(?:[{WITHIN_LETTERS}][{marks}]*(?={letter}))?",
        rf"\d[{marks}]*(?:[{WITHIN_DIGITS}][{marks}]*(?=\d))?",
        rf"_[{marks}]*",
    )
    return re.compile(
        rf"(?=_*[^\W_])(?:{'|'.join(joined)})+|(?:[{KATAKANA}][{marks}]*)+"
        rf"|[{PER_CHARACTER}{UNSPACED}](?<=\w)"
    )
