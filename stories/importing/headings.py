"""Recognise and clean the titles of chapters and parts, in the languages books come in."""

from __future__ import annotations

import re
import unicodedata

from nexus.lib.characters import TURNS_TEXT

_CHAPTER_WORDS = (
    "chapter|chap\\.|kapitel|chapitre|cap[ií]tulo|capitolo|capítol|hoofdstuk|rozdzia[łl]|глава|"
    "kapitola|kapitull|capitolul|luku|fejezet|κεφάλαιο|canto|stave|letter|scene|szene|scène"
)
_PART_WORDS = (
    "part|book|volume|vol\\.|teil|buch|band|partie|livre|tome|parte|libro|deel|часть|act|akt"
)
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|"
    "eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|"
    "un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|premier|première|"
    "uno|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|primero|primera"
)
_NUMBER = (
    f"(?:\\d{{1,4}}|[ivxlcdm]{{1,9}}|(?:the )?(?:{_NUMBER_WORDS})(?:[- ](?:{_NUMBER_WORDS}))?)"
)
_TAIL = r"(?:\s*[.:]?\s*$|\s*[.:–—-]\s*\S.*$|\.?\s+\S.*$)"
_CHAPTER = re.compile(f"(?:{_CHAPTER_WORDS})\\s+{_NUMBER}\\b{_TAIL}", re.IGNORECASE)
_PART = re.compile(f"(?:the )?(?:{_PART_WORDS})\\s+(?:the )?{_NUMBER}\\b{_TAIL}", re.IGNORECASE)
_CJK = re.compile(r"第[\d一二三四五六七八九十百千〇零两]{1,8}[章回節节话話]")
_CJK_PART = re.compile(r"第[\d一二三四五六七八九十百千〇零两]{1,8}[部卷編编]")
_NAMED = {
    "prologue", "prolog", "epilogue", "epilog", "interlude", "intermezzo", "preface", "foreword",
    "introduction", "afterword", "coda", "postscript", "author's note", "prólogo", "epílogo",
    "prologo",
    "epilogo", "préface", "épilogue", "vorwort", "nachwort", "author’s note",
}  # fmt: skip
_ROMAN = re.compile(r"([IVXLC]{1,8})\.?")
_ARABIC = re.compile(r"(\d{1,3})\.?")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_SPACE = re.compile(r"\s+")
MAX_HEADING = 100
MAX_TITLE = 255


def is_chapter_line(text: str) -> bool:
    """Tell "Chapter 4", "CHAPTER FOUR. In which…", "Prologue", "第四章"."""
    if len(text) > MAX_HEADING:
        return False
    return is_named(text) or _CHAPTER.match(text) is not None or _CJK.match(text) is not None


def is_strict_chapter_line(text: str) -> bool:
    """Tell a chapter line in running prose, where "Chapter 4 was dull." must stay a sentence."""
    if not is_chapter_line(text):
        return False
    return not _reads_as_sentence(text)


def is_part_line(text: str) -> bool:
    if len(text) > MAX_HEADING:
        return False
    return _PART.match(text) is not None or _CJK_PART.match(text) is not None


def is_strict_part_line(text: str) -> bool:
    return is_part_line(text) and not _reads_as_sentence(text)


def is_named(text: str) -> bool:
    return title_key(text).rstrip(".:") in _NAMED


def number_of(text: str) -> int | None:
    """Return the value of a line that is only a number, Roman or Arabic; None for others."""
    if match := _ARABIC.fullmatch(text):
        return int(match[1])
    if match := _ROMAN.fullmatch(text):
        return _roman(match[1])
    return None


def is_all_caps(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= 3 and len(text) <= 60 and all(c.isupper() for c in letters)


def clean_title(raw: str) -> str:
    """Put a title on one line, in NFC, without control characters, short enough to store."""
    text = "".join(
        c
        for c in raw
        if c.isspace()
        or (c not in TURNS_TEXT and unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    )
    text = _SPACE.sub(" ", text.replace("\u2060", "").replace("\ufeff", "").replace("\u00ad", ""))
    text = unicodedata.normalize("NFC", text).strip(" \u200b")
    if all(unicodedata.category(c) in ("Cf", "Zs") for c in text):
        return ""
    if len(text) > MAX_TITLE:
        text = text[: MAX_TITLE - 1].rsplit(" ", 1)[0].rstrip() + "…"
    return text


def title_key(title: str) -> str:
    return unicodedata.normalize("NFC", clean_title(title)).casefold()


def letters_of(text: str) -> str:
    """Reduce a title to letters and digits, to compare headings with tables of contents."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


class UniqueTitles:
    """Hand out titles no other chapter of the book has, compared without case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}

    def claim(self, title: str) -> str:
        key, candidate = title_key(title), title
        number = self._last.get(key, 1)
        while title_key(candidate) in self._taken:
            number += 1
            self._last[key] = number
            ending = f" ({number})"
            candidate = title[: MAX_TITLE - len(ending)] + ending
        self._taken.add(title_key(candidate))
        return candidate


def _reads_as_sentence(text: str) -> bool:
    """A title ends without a full stop, or is short; a sentence has lower-case verbs and an end."""
    first = text.split(".", 1)[0]
    words_after = text.split()[2:]
    if not words_after:
        return False
    ends = text.rstrip("”\"'’").endswith((".", "!", "?", ",", ";"))
    separated = any(mark in text for mark in (":", "—", "–", " - ")) or "." in text.rstrip(".")
    starts_lower = words_after[0][0].islower()
    return (ends and not separated and starts_lower) or (
        starts_lower and not separated and first == text
    )


def _roman(numeral: str) -> int | None:
    total = 0
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    for value, following in zip(values, [*values[1:], 0], strict=True):
        total += -value if value < following else value
    return total if _to_roman(total) == numeral else None


def _to_roman(number: int) -> str:
    pairs = (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
    )
    text = ""
    for value, letters in (*pairs, (1, "I")):
        while number >= value:
            text, number = text + letters, number - value
    return text
