"""What every chart is made of, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.charts.svg import join

ROUND_TENTHS = (10, 12, 16, 20, 30, 40, 60, 80)


# Beyond so many days the days themselves say less than the months.
LONG = 200
# (label, address) of what can be taken away.
Downloads = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """One sentence, one picture, the exact numbers drawn, and where they come from."""

    id: str
    title: str
    sentence: str
    svg: SafeString
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    why: str | SafeString = ""
    downloads: Downloads = ()

    @property
    def body(self) -> SafeString:
        """The rows of the table, ready: some pages have thousands of cells."""
        return join(*(_row(row) for row in self.rows))


def _row(cells: tuple[str, ...]) -> SafeString:
    first, *numbers = cells
    written = "".join([f'<td class="table__number">{join(cell)}</td>' for cell in numbers])
    return SafeString(f'<tr><th scope="row">{join(first)}</th>{written}</tr>')


def whole(value: int) -> str:
    return _whole(value, get_language())


def long_date(day: date) -> str:
    return _long_date(day, get_language())


def said_alike() -> tuple[Callable[[int], str], Callable[[date], str]]:
    """Return `whole` and `long_date` for many of them: the language is looked up once."""
    language = get_language()
    return (lambda value: _whole(value, language)), (lambda day: _long_date(day, language))


# A page says hundreds of numbers and days, most of them more than once.
@lru_cache(10_000)
def _whole(value: int, language: str | None) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)


@lru_cache(10_000)
def _long_date(day: date, language: str | None) -> str:
    return date_format(day, "j F Y")


def short_date(day: date) -> str:
    return date_format(day, "j M")


def month_and_year(day: date) -> str:
    return date_format(day, "M Y")


def nice_top(most: int) -> int:
    """Return the round number a scale should end at, whose half is round too."""
    power = 10
    while True:
        for tenths in ROUND_TENTHS:
            if power * tenths // 10 >= most:
                return power * tenths // 10
        power *= 10


def shades_sentence(upper_bounds: Sequence[int]) -> str:
    """State a scale of shades by the most words of each; nothing without any."""
    if not upper_bounds:
        return ""
    lows = [1, *(bound + 1 for bound in upper_bounds[:-1])]
    spans = [
        f"{whole(low)}–{whole(high)}" if low != high else whole(high)
        for low, high in zip(lows, upper_bounds, strict=True)
    ]
    return _("Shades: %(spans)s words.") % {"spans": ", ".join(spans)}
