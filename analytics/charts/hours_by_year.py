"""When the words came, year by year: a square for each hour of the day, darker for more words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.charts.chart import Chart, said_alike, shades_sentence
from analytics.charts.hours import CELL, LEFT, STEP, TOP
from analytics.charts.svg import Box, box, join, picture, text
from analytics.reports.heat import quantile_bounds, shade_of

HOURS = range(24)
FOOT = 4


@dataclass(frozen=True, slots=True)
class YearHours:
    """One year's words by the hour in which their session began, and the address of their why."""

    year: int
    words: tuple[int, ...]
    url: str = ""


def hours_by_year_chart(
    years: Sequence[YearHours], *, title: str, ident: str, why: str = ""
) -> Chart:
    """Draw a row a year, in quantile shades over all of them; the table has a column a year."""
    bounds = quantile_bounds([words for one in years for words in one.words if words > 0])
    sentence, scale = hours_sentence(years), shades_sentence(bounds)
    say, _say_day = said_alike()
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=picture(
            *_labels(years),
            *(_row(one, place, bounds, say) for place, one in enumerate(years)),
            ident=ident,
            title=title,
            description=f"{sentence} {scale}".strip(),
            size=(LEFT + len(HOURS) * STEP + 2, TOP + len(years) * STEP + FOOT),
            css="chart chart--clock",
        ),
        headings=(_("Hour"), *(_heading(one) for one in years)),
        rows=tuple((_name(hour), *(say(one.words[hour]) for one in years)) for hour in HOURS),
        why=f"{scale} {why}".strip(),
    )


def hours_sentence(years: Sequence[YearHours]) -> str:
    """Say at which hour most words came in the first and in the last year that has any."""
    written = [one for one in years if any(one.words)]
    if not written:
        return _("No words yet.")
    first, last = written[0], written[-1]
    said = _("In %(year)s most words came from %(hour)d to %(end)d o’clock.")
    sentence = said % _best(last)
    if first is not last:
        before = _("In %(year)s it was from %(hour)d to %(end)d.")
        sentence = f"{sentence} {before % _best(first)}"
    return sentence


def _best(one: YearHours) -> dict[str, int]:
    hour = one.words.index(max(one.words))
    return {"year": one.year, "hour": hour, "end": (hour + 1) % len(HOURS)}


def _name(hour: int) -> str:
    return f"{hour:02}:00–{hour:02}:59"


def _heading(one: YearHours) -> str | SafeString:
    return format_html('<a href="{}">{}</a>', one.url, one.year) if one.url else str(one.year)


def _row(
    one: YearHours, place: int, bounds: Sequence[int], say: Callable[[int], str]
) -> SafeString:
    y = TOP + place * STEP
    cells = [
        box(
            f"{one.year}, {_name(hour)}: {say(words)}",
            Box(LEFT + hour * STEP, y, CELL, CELL),
            css=f"heat__cell heat__cell--{shade_of(words, bounds)}",
            data={"year": one.year, "hour": hour, "words": words},
        )
        for hour, words in enumerate(one.words)
    ]
    return join(*cells)


def _labels(years: Sequence[YearHours]) -> list[SafeString]:
    hours = [
        text(f"{hour}:00", LEFT + hour * STEP, TOP - 7, css="chart__label") for hour in HOURS[::6]
    ]
    return hours + [
        text(str(one.year), LEFT - 6, TOP + row * STEP + 9.5, anchor="end", css="chart__label")
        for row, one in enumerate(years)
    ]
