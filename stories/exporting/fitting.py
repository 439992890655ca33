"""Words made to fit: a title cut for the head of a page, a word without end broken anywhere."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

# Left alone are scripts that are broken between any two letters, and those that join theirs.
_ENDLESS = re.compile("[!-,.-\u058f\u1e00-\u1fff]{40,}")
_BREAK_HERE = "\u200b"


def breakable(text: str) -> str:
    """Let a line end anywhere within a word of forty letters or more: no dictionary knows it."""
    return _ENDLESS.sub(lambda word: _BREAK_HERE.join(word[0]), text)


def shortened(text: str, most: int) -> str:
    """Cut a title at a word where it is more than `most` letters wide; those of East Asia are two.

    In one line, without the sign that the cut leaves at its end.
    """
    plain = " ".join(text.split())
    room, end = most, 0
    while end < len(plain) and (room := room - _width(plain[end])) >= 0:
        end += 1
    if end == len(plain):
        return plain
    whole = plain[: end + 1].rsplit(" ", 1)[0] if " " in plain[: end + 1] else plain[:end]
    return whole.rstrip(" ,;:–—-")


def _width(letter: str) -> int:
    return 2 if east_asian_width(letter) in "WF" else 1
