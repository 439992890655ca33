"""What a writer chose on the pages of a preview, carried from page to page in hidden fields.

`seen` names every chapter with hits as it was, “<id>:<base>” each; chapters are numbered by it.
`out` names the hits of other pages that are to stay, “<chapter>.<hit>” each, from 0; `shown` those
of this page, “<chapter>.<first>-<last>” each. Of the ones shown, whatever is not ticked stays.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from stories.finding import Found
from stories.replacing import ChapterHits
from stories.services.replacing import Part

PER_PAGE = 200
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SEEN = re.compile(rf"({_ID}):([1-9][0-9]{{0,8}}-[0-9a-f]{{8}})", re.ASCII)
_HIT = re.compile(r"([0-9]{1,5})\.([0-9]{1,7})", re.ASCII)
_RANGE = re.compile(r"([0-9]{1,5})\.([0-9]{1,7})-([0-9]{1,7})", re.ASCII)
Place = tuple[int, int]


@dataclass(frozen=True)
class Listed:
    """A hit as a page lists it: chapter and number within it, both from 0."""

    place: Place
    row: ChapterHits
    hit: Found
    is_taken: bool

    @property
    def name(self) -> str:
        return "{}.{}".format(*self.place)


def parts_of(fields: Mapping[str, str], ticked: Iterable[str]) -> list[Part]:
    """Return the chapters as they were seen, each with the hits that stay; nonsense is left out."""
    stays = set(_places(fields["out"].split()))
    for chapter, first, last in _matches(_RANGE, fields["shown"].split()):
        stays |= {(chapter, number) for number in range(first, min(last, first + PER_PAGE) + 1)}
    stays -= set(_places(ticked))
    by_chapter: dict[int, set[int]] = {}
    for chapter, number in stays:
        by_chapter.setdefault(chapter, set()).add(number)
    return [
        Part(chapter_id, base, frozenset(by_chapter.get(index, ())))
        for index, (chapter_id, base) in enumerate(_seen(fields["seen"]))
    ]


def carried(found: Sequence[ChapterHits], parts: Iterable[Part]) -> set[Place]:
    """Return the hits that stay, of the chapters that are still as they were seen."""
    known = {(part.chapter_id, part.base): part.leave_out for part in parts}
    return {
        (index, number)
        for index, row in enumerate(found)
        for number in known.get((row.chapter.pk, row.chapter.etag), ())
        if number < len(row.hits)
    }


def listed(found: Sequence[ChapterHits], stays: set[Place], page: int) -> list[Listed]:
    """Return the hits of one page, from 1."""
    every = (
        Listed((index, number), row, hit, (index, number) not in stays)
        for index, row in enumerate(found)
        for number, hit in enumerate(row.hits)
    )
    return list(islice(every, (page - 1) * PER_PAGE, page * PER_PAGE))


def hidden(
    found: Sequence[ChapterHits], stays: set[Place], on_page: Sequence[Listed]
) -> dict[str, str]:
    """Return the hidden fields of a page."""
    here = {one.place for one in on_page}
    ranges: dict[int, list[int]] = {}
    for chapter, number in sorted(here):
        ranges.setdefault(chapter, []).append(number)
    return {
        "seen": " ".join(f"{row.chapter.pk}:{row.chapter.etag}" for row in found),
        "out": " ".join(f"{chapter}.{number}" for chapter, number in sorted(stays - here)),
        "shown": " ".join(f"{index}.{all_[0]}-{all_[-1]}" for index, all_ in ranges.items()),
    }


def _seen(raw: str) -> Iterator[tuple[uuid.UUID, str]]:
    for name in raw.split():
        if match := _SEEN.fullmatch(name):
            yield uuid.UUID(match[1]), match[2]


def _places(names: Iterable[str]) -> Iterator[Place]:
    return ((place[0], place[1]) for place in _matches(_HIT, names))


def _matches(pattern: re.Pattern[str], names: Iterable[str]) -> Iterator[Sequence[int]]:
    for name in names:
        if match := pattern.fullmatch(name):
            yield tuple(map(int, match.groups()))
