"""Cut an RTF file into its tokens, in one pass, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from stories.importing.archive import DAMAGED
from stories.importing.book import ImportRefused

# A novel of 250,000 words as word processors write it has about 500,000 tokens.
MAX_TOKENS = 1_000_000
OVERWROUGHT = "This file holds far more formatting than text, so it was not read."


class Kind(IntEnum):
    """What a token is: the number of its group in the pattern."""

    BRACE = 1
    WORD = 2
    BYTE = 4
    SIGN = 5
    TEXT = 6


Token = tuple[Kind, str, int | None]

# In this order: a brace; a control word with its number; a byte in hexadecimal; a control sign;
# plain text. Ends of lines mean nothing and are passed over, as is a lone backslash at the end.
_TOKEN = re.compile(
    r"([{}])"
    r"|\\([A-Za-z]{1,40})(-?\d{1,9})?\d*[ ]?"
    r"|\\'([0-9A-Fa-f]{2})"
    r"|\\([^A-Za-z])"
    r"|([^\\{}\r\n\0]+)"
    r"|[\r\n\0]+|\\"
)
_KINDS = {2: Kind.WORD, 3: Kind.WORD, 1: Kind.BRACE, 4: Kind.BYTE, 5: Kind.SIGN, 6: Kind.TEXT}


@dataclass
class Allowance:
    """How many tokens may still be read: of one file, or of all files of a project together."""

    left: int = MAX_TOKENS


def tokens(source: str, allowance: Allowance) -> Iterator[Token]:
    """Yield the tokens of `source`, which holds a byte in each character (Latin-1).

    Raises ImportRefused for more tokens than are allowed, and for binary stretches cut short.
    """
    at, end, match = 0, len(source), _TOKEN.match
    while at < end:
        allowance.left -= 1
        if allowance.left < 0:
            raise ImportRefused(OVERWROUGHT)
        found = match(source, at)
        if found is None:
            raise ImportRefused(DAMAGED)
        at = found.end()
        group = found.lastindex
        if group is None:
            continue
        if group > 3 or group == 1:
            yield _KINDS[group], found[group], None
            continue
        word, number = found[2], found[3]
        if word == "bin" and number:
            at += max(0, int(number))
            if at > end:
                raise ImportRefused(DAMAGED)
        else:
            yield Kind.WORD, word, int(number) if number else None
