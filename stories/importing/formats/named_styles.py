"""What the names of paragraph styles mean that word processors share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stories.importing.looks import NO_MARKS, Marks

HEADING = re.compile(r"heading ([1-9])")
QUOTES = {"quote", "intense quote", "block text", "quotations", "block quote", "blockquote"}
# Of letters within a paragraph.
CODES = {"code", "html code", "source text", "verbatim char"}
_CONTENTS = re.compile(r"(?:toc|contents) (?:\d|heading)")


@dataclass(frozen=True)
class Style:
    """A style by its name in small letters. `level` is 0 for what is no heading."""

    name: str = ""
    level: int = 0
    marks: Marks = NO_MARKS

    @property
    def is_quote(self) -> bool:
        return self.name in QUOTES

    @property
    def is_contents(self) -> bool:
        return _CONTENTS.fullmatch(self.name) is not None


PLAIN = Style()
