"""What a writer typed into the search field, taken apart. No Django, no database.

Words must all be there, in any order; “a phrase” as it stands; -word not at all; the last word may
be only begun. Nothing typed is an error: what means nothing is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from stories.searching.folding import is_paired, lookup
from stories.searching.language import is_common
from stories.text.tokens import drop_invisible

LONGEST = 300
MOST_TERMS = 12
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»〝〞＂", '"'))
_PIECES = re.compile(r'(?<!\S)-"([^"]*)"?|"([^"]*)"?|(\S+?)(?="|\s|$)')


@dataclass(frozen=True)
class Term:
    """One thing to look for: words that follow each other, or a single one.

    A single word that was not quoted is found in its other forms, too; a `begun` one however it
    goes on.
    """

    words: tuple[str, ...]
    # As it was typed, for marking; two that look for the same are equal.
    typed: str = field(compare=False)
    is_exact: bool = False
    is_begun: bool = False

    @property
    def is_stemmed(self) -> bool:
        """Say whether other forms of it will do: a single word, in letters that make words."""
        return not self.is_exact and len(self.words) == 1 and not is_paired(self.words[0])


@dataclass(frozen=True)
class Question:
    """What must be there, and what must not."""

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    is_shortened: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.wanted


@dataclass
class _Found:
    wanted: list[Term] = field(default_factory=list)
    unwanted: list[Term] = field(default_factory=list)


def parse(raw: str) -> Question:
    """Read what was typed; at most 300 characters and 12 terms of it."""
    text = " ".join(drop_invisible(raw).translate(_QUOTES).split())
    found = _Found()
    for piece in _PIECES.finditer(text[:LONGEST]):
        _take(piece, found)
    if found.wanted:
        found.wanted[-1] = _begun(found.wanted[-1], text)
    terms = len(found.wanted) + len(found.unwanted)
    return Question(
        tuple(found.wanted[:MOST_TERMS]),
        tuple(found.unwanted[:MOST_TERMS]),
        is_shortened=len(text) > LONGEST or terms > MOST_TERMS,
    )


def _take(piece: re.Match[str], found: _Found) -> None:
    without, phrase, word = piece.groups()
    is_unwanted = without is not None or (word or "").startswith("-")
    typed = without if without is not None else phrase if phrase is not None else word
    words = tuple(lookup(typed))
    if not words:
        return
    term = Term(words, typed.lstrip("-") if word else typed, is_exact=word is None)
    terms = found.unwanted if is_unwanted else found.wanted
    if term not in terms:
        terms.append(term)


def _begun(term: Term, text: str) -> Term:
    """Take the last word typed as the beginning of one, unless so many words begin like it."""
    is_last = not term.is_exact and text[:LONGEST].endswith(term.typed)
    word = term.words[-1]
    says_little = len(word) == 1 and word.isascii()
    if not is_last or says_little or is_common(word):
        return term
    return Term(term.words, term.typed, is_begun=True)
