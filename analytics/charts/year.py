"""A year as a field of small squares, a column a week, darker for more words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts.chart import Chart, Downloads, said_alike, shades_sentence, whole
from analytics.charts.svg import Box, box, element, picture, text
from analytics.reports.heat import HeatYear

CELL = 11
STEP = 13
LEFT = 30
TOP = 20
WEEKS = 54
LEGEND = 26
SIZE = (LEFT + WEEKS * STEP, TOP + 7 * STEP + LEGEND)


def year_chart(
    year: HeatYear,
    *,
    title: str,
    ident: str,
    week_start: int = 1,
    why: str = "",
    downloads: Downloads = (),
    day_url: Callable[[date], str] | None = None,
) -> Chart:
    """Draw the year's days in quantile shades, with the scale stated below.

    The table has a row for each day of the month, a column for each month.
    """
    sentence = year_sentence(year)
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=picture(
            *_labels(_last_day(year), week_start),
            *_cells(year, week_start),
            *_legend(year),
            ident=ident,
            title=title,
            description=f"{sentence} {scale_sentence(year)}".strip(),
            size=SIZE,
            css="chart chart--year",
        ),
        headings=(_("Day"), *(date_format(date(year.year, n, 1), "M") for n in range(1, 13))),
        rows=_rows(year, day_url),
        why=" ".join(filter(None, [scale_sentence(year), why])),
        downloads=downloads,
    )


def year_sentence(year: HeatYear) -> str:
    said = ngettext(
        "%(words)s words on %(count)d day in %(year)d.",
        "%(words)s words on %(count)d days in %(year)d.",
        year.writing_days,
    )
    return said % {"words": whole(year.words), "count": year.writing_days, "year": year.year}


def scale_sentence(year: HeatYear) -> str:
    """State the shades: each holds about as many days as the others."""
    return shades_sentence(year.upper_bounds)


def _rows(
    year: HeatYear, day_url: Callable[[date], str] | None
) -> tuple[tuple[str | SafeString, ...], ...]:
    """Return the words of each day; days that do not exist or have not come are left empty."""
    told, _dates = said_alike()
    said: dict[tuple[int, int], str | SafeString] = {}
    for day in year.days:
        words = told(day.words)
        if day_url and day.words:
            words = format_html('<a href="{}">{}</a>', day_url(day.day), words)
        said[day.day.day, day.day.month] = words
    return tuple(
        (str(number), *(said.get((number, month), "") for month in range(1, 13)))
        for number in range(1, 32)
    )


def _cells(year: HeatYear, week_start: int) -> list[SafeString]:
    told, dated = said_alike()
    return [
        box(
            f"{dated(day.day)}: {told(day.words)}",
            Box(
                LEFT + _column(day.day, week_start) * STEP,
                TOP + _row(day.day, week_start) * STEP,
                CELL,
                CELL,
            ),
            css=f"heat__cell heat__cell--{year.shade(day.words)}",
            data={"day": day.day.isoformat(), "words": day.words},
        )
        for day in year.days
    ]


def _labels(last: date, week_start: int) -> list[SafeString]:
    """Name the months that have begun, and every other day of the week."""
    months = [date(last.year, month, 1) for month in range(1, last.month + 1)]
    drawn = [
        text(
            date_format(month, "M"),
            LEFT + _column(month, week_start) * STEP + (STEP if _row(month, week_start) else 0),
            TOP - 7,
            css="chart__label",
        )
        for month in months
    ]
    for row in (0, 2, 4):
        name = str(WEEKDAYS_ABBR[(week_start - 1 + row) % 7])
        drawn.append(text(name, LEFT - 5, TOP + row * STEP + 9.5, anchor="end", css="chart__label"))
    return drawn


def _legend(year: HeatYear) -> list[SafeString]:
    """Draw the shades at the right, where a narrow screen begins to read."""
    y, shades = TOP + 7 * STEP + 8, len(year.upper_bounds) + 1
    more = _("more")
    x = SIZE[0] - 32 - shades * STEP
    swatches = [
        element(
            "rect",
            x=x + shade * STEP,
            y=y,
            width=CELL,
            height=CELL,
            rx=2,
            class_=f"heat__cell heat__cell--{shade}",
        )
        for shade in range(shades)
    ]
    return [
        text(_("none"), x - 5, y + 9.5, anchor="end", css="chart__label"),
        *swatches,
        text(more, SIZE[0] - 29, y + 9.5, css="chart__label"),
    ]


def _last_day(year: HeatYear) -> date:
    return year.days[-1].day if year.days else date(year.year, 1, 1)


def _row(day: date, week_start: int) -> int:
    return (day.isoweekday() - week_start) % 7


def _column(day: date, week_start: int) -> int:
    first = date(day.year, 1, 1)
    return ((day - first).days + _row(first, week_start)) // 7
