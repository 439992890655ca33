"""When the words come: a square for each hour of each weekday, darker for more words."""

from __future__ import annotations

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.charts.chart import Chart, Downloads, shades_sentence, whole
from analytics.charts.svg import Box, box, element, picture, text
from analytics.reports.clock import HOURS, Clock, ClockCell
from analytics.reports.clock import WEEKDAYS as DAYS

CELL, STEP = 11, 12.5
LEFT, TOP, LEGEND = 38, 20, 28
SIZE = (LEFT + HOURS * STEP + 2, TOP + DAYS * STEP + LEGEND)


def clock_chart(
    clock: Clock,
    *,
    title: str,
    ident: str,
    week_start: int = 1,
    why: str | SafeString = "",
    downloads: Downloads = (),
) -> Chart:
    """Draw the hours of the week in quantile shades; the first row is the writer's first day."""
    sentence = clock_sentence(clock)
    scale, order = shades_sentence(clock.upper_bounds), _order(week_start)
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=picture(
            *_labels(week_start),
            *(_cell(one, clock, week_start) for one in clock.cells),
            *_legend(clock),
            ident=ident,
            title=title,
            description=f"{sentence} {scale}".strip(),
            size=SIZE,
            css="chart chart--clock",
        ),
        headings=(_("Hour"), *(str(WEEKDAYS_ABBR[day]) for day in order)),
        rows=tuple(
            (f"{hour:02}:00–{hour:02}:59", *(whole(clock.rows[day][hour]) for day in order))
            for hour in range(HOURS)
        ),
        why=why or scale,
        downloads=downloads,
    )


def clock_sentence(clock: Clock) -> str:
    best = clock.best
    if best is None:
        return _("No words yet in these days.")
    return _("Your best hour is %(weekday)s from %(hour)d to %(end)d o’clock.") % {
        "weekday": WEEKDAYS[best.weekday],
        "hour": best.hour,
        "end": (best.hour + 1) % HOURS,
    }


def _name(one: ClockCell) -> str:
    return f"{WEEKDAYS[one.weekday]}, {one.hour:02}:00–{one.hour:02}:59"


def _cell(one: ClockCell, clock: Clock, week_start: int) -> SafeString:
    x, y = LEFT + one.hour * STEP, TOP + _row(one.weekday, week_start) * STEP
    return box(
        f"{_name(one)}: {whole(one.words)}",
        Box(x, y, CELL, CELL),
        css=f"heat__cell heat__cell--{clock.shade(one.words)}",
        data={"weekday": one.weekday, "hour": one.hour, "words": one.words},
    )


def _order(week_start: int) -> list[int]:
    """Return the weekdays, 0 for Monday, from the writer's first one on."""
    return [(week_start - 1 + place) % DAYS for place in range(DAYS)]


def _row(weekday: int, week_start: int) -> int:
    return (weekday + 1 - week_start) % DAYS


def _labels(week_start: int) -> list[SafeString]:
    """Name every sixth hour and every weekday."""
    hours = [
        text(f"{hour}:00", LEFT + hour * STEP, TOP - 7, css="chart__label")
        for hour in range(0, HOURS, 6)
    ]
    return hours + [
        text(
            str(WEEKDAYS_ABBR[weekday]),
            LEFT - 6,
            TOP + _row(weekday, week_start) * STEP + 9.5,
            anchor="end",
            css="chart__label",
        )
        for weekday in range(DAYS)
    ]


def _legend(clock: Clock) -> list[SafeString]:
    y, shades = TOP + DAYS * STEP + 10, len(clock.upper_bounds) + 1
    swatches = [
        element(
            "rect",
            x=LEFT + 36 + shade * STEP,
            y=y,
            width=CELL,
            height=CELL,
            rx=2,
            class_=f"heat__cell heat__cell--{shade}",
        )
        for shade in range(shades)
    ]
    end = LEFT + 36 + shades * STEP + 5
    return [
        text(_("none"), LEFT + 30, y + 9.5, anchor="end", css="chart__label"),
        *swatches,
        text(_("more"), end, y + 9.5, css="chart__label"),
    ]
