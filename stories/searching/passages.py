"""The passage around what was found, in parts that a page can mark. No Django, no database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from stories.searching.folding import PAIRED, fold, is_paired, lookup, marks, words
from stories.searching.question import Question, Term

# How much of the text is shown, and how much of that before the first word found; in characters.
WIDTH = 240
BEFORE = 60
LONG_BEFORE = 110
# Within so many characters a cut moves to the end of a word.
SHIFT = 24
MOST_SPANS = 1_000
# What of the text a link names for the browser to look for.
NAMED_WORDS = 5
_SPACE = re.compile(r"\s+")
_LIGATURES = (("ss", "ß"), ("ae", "æ"), ("oe", "œ"), ("th", "þ"))
# What is folded to the first letter and more may be written with the second.
_FIRST = {"a": "æ", "o": "œ", "t": "þ", "s": "ß"}
# “Dying” and “die”, for one, are forms of one word.
_CHANGING = re.compile("[dlt](?:ie|y)")
_MARKS = "[\u0300-\u036f]*"
_PARAGRAPH = "\n\n"
_SENTENCE_END = re.compile(r"[.!?…]['\"’”»)]*\s+|\n+|[。！？]")
# Anything but ASCII and the usual punctuation.
_FOREIGN = re.compile(r"[^\x00-\x7f\u2000-\u206f]")


@dataclass(frozen=True)
class Part:
    """A piece of text that is, or is not, what was looked for."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True)
class Passage:
    """Part of a text; `paragraph` says in which of the chapter's it is, from 0.

    `named` is how the first hit reads with a few words after it, "" without one. `is_cut_before`
    says that it begins within a sentence, `is_cut_after` that it is not the end of the text.
    """

    parts: tuple[Part, ...]
    paragraph: int
    named: str = ""
    is_cut_before: bool = False
    is_cut_after: bool = False


@dataclass(frozen=True)
class Span:
    """Where a term was found in a text."""

    start: int
    stop: int
    term: int


class Marker:
    """Finds the terms of one question in texts.

    Which words are other forms of a term is not known here: `candidates` says which might be, and
    `accept` is told which are.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        self._accepted: set[str] = set()
        self._runs = []
        self._singles = []
        for number, term in enumerate(question.wanted):
            if term.is_stemmed:
                self._singles.append((number, term, _beginning(term.words[0])))
            else:
                self._runs.append((number, _run_pattern(term)))
        self._seen: dict[str, dict[int, tuple[str, int]]] = {}
        self._terms: dict[str, int] = {}

    def candidates(self, texts: Iterable[str]) -> set[str]:
        """Return the folded words that begin like one of the question's."""
        return {word for text in texts for word, _stop in self._likely(text).values()}

    def accept(self, meant: set[str]) -> None:
        """Take these folded words for what was looked for."""
        self._accepted = meant

    def spans(self, text: str) -> list[Span]:
        """Return where the question's terms stand, in order, none within another."""
        view = _view(text) if self._runs else ""
        found = [
            Span(at.start(), at.end(), number)
            for number, pattern in self._runs
            for at in pattern.finditer(view)
        ]
        for start, (word, stop) in self._likely(text).items():
            if word in self._accepted:
                found.append(Span(start, stop, self._term_of(word)))
        return _apart(sorted(found, key=lambda span: (span.start, -span.stop)))

    def marked(self, text: str) -> tuple[Part, ...]:
        """Return the whole text in parts."""
        return tuple(_parts(text, 0, len(text), self.spans(text)))

    def passage(self, text: str, *, paragraph: int = 0) -> Passage:
        """Return where most of the terms stand together; the beginning when none is there."""
        spans = self.spans(text)
        return _shown(text, spans, _best(spans), paragraph=paragraph)

    def _likely(self, text: str) -> dict[int, tuple[str, int]]:
        """Return where words begin that begin like a term: each folded, and where it ends."""
        if not self._singles:
            return {}
        if text not in self._seen:
            view = _view(text)
            self._seen[text] = {
                at.start(): (_folded(at[0]), at.end())
                for _number, _term, pattern in self._singles
                for at in pattern.finditer(view)
            }
        return self._seen[text]

    def _term_of(self, word: str) -> int:
        """Return the term that a word most likely stands for, by how long they are alike."""
        if word not in self._terms:
            likeliest = max(self._singles, key=lambda one: _alike(one[1].words[0], word))
            self._terms[word] = likeliest[0]
        return self._terms[word]


def around(text: str, start: int, stop: int) -> Passage:
    """Return the passage around one place that was found, which alone is marked."""
    span = Span(start, stop, 0)
    return _shown(text, [span], span, paragraph=0)


def _shown(text: str, spans: Sequence[Span], first: Span | None, *, paragraph: int) -> Passage:
    start, is_cut = _cut_before(text, first.start) if first else (0, False)
    stop = _cut_after(text, max(start + WIDTH, first.stop if first else 0))
    inside = [span for span in spans if span.start >= start and span.stop <= stop]
    return Passage(
        tuple(_parts(text, start, stop, inside)),
        paragraph + text.count(_PARAGRAPH, 0, first.start if first else start),
        named=_named(text, first) if first else "",
        is_cut_before=is_cut,
        is_cut_after=stop < len(text.rstrip()),
    )


@cache
def _one_to_one() -> dict[int, str]:
    """Return the folding of all characters that stay one: places in a text stay what they are."""
    table = {}
    for code in [*range(0x41, 0x3400), *range(0xF900, 0x10000)]:
        char = chr(code)
        # What becomes two letters stays one, but a small one.
        one = next((form for form in (fold(char), char.lower()) if len(form) == 1), char)
        if one != char:
            table[code] = one
    return table


def _view(text: str) -> str:
    """Return the text folded, each character in its place."""
    if _FOREIGN.search(text) is None:
        return text.lower()
    return text.translate(_one_to_one())


def _beginning(word: str) -> re.Pattern[str]:
    """Return the pattern of all words that may be another form of `word`.

    Stemmers take away at the end; what they change before it is in the second letter at most.
    """
    begun = word[:1] if _CHANGING.match(word) else word[:2]
    start = _letters(begun)
    if "|" not in start and begun[-1] in _FIRST:
        # Its last letter may be the first of two written as one.
        start = f"{start[:-1]}[{begun[-1]}{_FIRST[begun[-1]]}]"
    letter = rf"[^\W_{PAIRED}]"
    return re.compile(rf"{_starting(start)}(?:[{marks()}]++|{letter}++)*+")


def _starting(pattern: str) -> str:
    """Return the pattern of what begins a word; its first letter first, which is found fastest."""
    if pattern[0] in "([":
        return rf"(?<![^\W_]){pattern}"
    return rf"{pattern[0]}(?<![^\W_]\w){pattern[1:]}"


@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    found = lookup(word)
    return found[0] if found else ""


def _run_pattern(term: Term) -> re.Pattern[str]:
    """Return the pattern, for folded text, of words that follow each other."""
    pieces = [_letters(found[0]) for found in words().finditer(fold(term.typed))]
    run = r"[\W_]*".join(pieces)
    is_closed = "" if term.is_begun else rf"(?:(?![^\W_])|(?<=[{PAIRED}]))"
    return re.compile((run if is_paired(term.words[0]) else _starting(run)) + is_closed)


def _letters(word: str) -> str:
    pattern = _MARKS.join(map(re.escape, word))
    for letters, one in _LIGATURES:
        pair = _MARKS.join(letters)
        pattern = pattern.replace(pair, f"(?:{pair}|{one})")
    return pattern


def _alike(one: str, other: str) -> int:
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def _apart(spans: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans[:MOST_SPANS]:
        if not kept or span.start >= kept[-1].stop:
            kept.append(span)
    return kept


def _best(spans: Sequence[Span]) -> Span | None:
    """Return the first span of where most different terms, then most spans, stand together.

    The first place that has all of several terms will do.
    """
    best, most = None, (0, 0)
    all_terms = len({span.term for span in spans})
    for at, span in enumerate(spans):
        near = []
        for other in spans[at : at + 30]:
            if other.stop > span.start + WIDTH - BEFORE:
                break
            near.append(other.term)
        score = (len(set(near)), len(near))
        if best is None or score > most:
            best, most = span, score
        if all_terms > 1 and most[0] == all_terms:
            break
    return best


def _cut_before(text: str, found: int) -> tuple[int, bool]:
    """Return where to begin, and whether that is within a sentence that began long before."""
    before = text[max(0, found - LONG_BEFORE) : found]
    starts = [at.end() for at in _SENTENCE_END.finditer(before)]
    if starts or found <= LONG_BEFORE:
        return found - len(before) + (starts[-1] if starts else 0), False
    at = found - BEFORE
    space = text.find(" ", at, at + SHIFT)
    return (space + 1 if space >= 0 else at), True


def _cut_after(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - SHIFT, at)
    return space if space >= 0 else at


def _parts(text: str, start: int, stop: int, spans: Sequence[Span]) -> Iterator[Part]:
    at = start
    for span in spans:
        if span.start > at:
            yield Part(_SPACE.sub(" ", text[at : span.start]))
        yield Part(_SPACE.sub(" ", text[span.start : span.stop]), is_hit=True)
        at = span.stop
    if stop > at:
        yield Part(_SPACE.sub(" ", text[at:stop]))


def _named(text: str, span: Span) -> str:
    """Return the hit with what follows it in its line, in whole words."""
    line_end = text.find("\n", span.stop)
    rest = text[span.stop : line_end if line_end >= 0 else len(text)]
    following = rest[:120].split(" ")
    more = "".join(f" {word}" for word in following[1:NAMED_WORDS] if word)
    whole = text[span.start : span.stop] + following[0] + more
    return _SPACE.sub(" ", whole).strip()
