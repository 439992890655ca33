"""Which way a line runs: Arabic and Hebrew begin at the right, whatever the book's language."""

from __future__ import annotations

import re
from unicodedata import bidirectional

_IS_LEFTWARD = {"L": False, "R": True, "AL": True}
# The scripts that run to the left; what has none of their letters need not be looked at closely.
_LETTER = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001eeff]"
)
_BLOCK = re.compile(r"<(p|h[2-6])>(.*?)(?=</\1>)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def runs_leftward(text: str) -> bool:
    """Tell by the first letter that has a direction (rule P2 of Unicode's annex 9)."""
    if not _LETTER.search(text):
        return False
    kinds = (kind for kind in map(bidirectional, text) if kind in _IS_LEFTWARD)
    return _IS_LEFTWARD[next(kinds, "L")]


def dir_of(text: str) -> str:
    """Return the attribute that an element with this text needs, with a space before it."""
    return ' dir="rtl"' if runs_leftward(text) else ""


def directed(html: str) -> str:
    """Say of each paragraph and heading that runs to the left that it does."""
    return _BLOCK.sub(_with_direction, html) if _LETTER.search(html) else html


def _with_direction(match: re.Match[str]) -> str:
    return f"<{match[1]}{dir_of(_TAG.sub('', match[2]))}>{match[2]}"
