"""Bars by day, week or month: words up, what revising took away down, rest days hatched.

Drawn twice, for wide and for narrow screens.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.charts.chart import (
    LONG,
    Chart,
    long_date,
    month_and_year,
    nice_top,
    short_date,
    whole,
)
from analytics.charts.frame import (
    NARROW,
    ROOMY,
    Frame,
    Key,
    fitted,
    grid,
    label_at,
    labels_below,
    legend,
    level,
)
from analytics.charts.svg import Box, box, element, join, number, picture
from analytics.periods import Period
from analytics.reports.days import DayWords
from analytics.reports.figures import Figures
from analytics.reports.overview import BestDay
from analytics.reports.series import SeriesRow
from analytics.reports.stories import Row

MEASURE_NAMES: dict[str, Promise] = {
    "words": gettext_lazy("Words"),
    "net": gettext_lazy("Net"),
    "gross": gettext_lazy("Gross"),
    "minutes": gettext_lazy("Minutes"),
    "average": gettext_lazy("Words on average"),
}
# Beyond half of what was written, a bar downwards is cut and its number says the rest.
DEPTH = 0.5


@dataclass(frozen=True, slots=True)
class Bar:
    """What one bar stands for, and how that is called in full and in short.

    `down` hangs below the line: words removed, or what a net value lacks.
    """

    key: str
    name: str
    label: str
    value: int
    down: int
    figures: Figures
    is_now: bool = False
    is_rest: bool = False
    url: str = ""
    goal: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all bars of a chart share; `goals` holds those of single days, instead of one `goal`."""

    heading: str
    title: str
    ident: str
    goal: int | None = None
    measure: str = "words"
    sentence: str = ""
    goals: Mapping[date, int] | None = None


def bar_chart(
    days: Sequence[DayWords],
    *,
    goal: int | None,
    title: str,
    ident: str,
    why: str | SafeString = "",
    rest: Collection[date] = (),
    goals: Mapping[date, int] | None = None,
) -> Chart:
    """Draw a bar a day, as high as its words, and as a line the goal, or each day's own."""
    bars = [
        _bar(Period(day.day, day.day), day.figures, is_now=day.is_today, is_rest=day.day in rest)
        for day in days
    ]
    # A day may be given by its words alone.
    bars = [replace(bar, value=day.words) for bar, day in zip(bars, days, strict=True)]
    sheet = Sheet(_("Day"), title, ident, goal, sentence=bars_sentence(days), goals=goals)
    return _chart(bars, sheet, why)


def period_chart(
    rows: Sequence[Row],
    *,
    goal: int | None,
    title: str,
    ident: str,
    why: str | SafeString = "",
) -> Chart:
    """Draw a bar a week or month."""
    is_long = _is_long([row.period for row in rows])
    bars = [_bar(row.period, row.figures, is_long=is_long) for row in rows]
    words = sum(row.words for row in rows)
    sentence = ngettext("%(words)s word in all.", "%(words)s words in all.", words)
    sheet = Sheet(_("Period"), title, ident, goal, sentence=sentence % {"words": whole(words)})
    return _chart(bars, sheet, why)


def series_chart(
    rows: Sequence[SeriesRow],
    sheet: Sheet,
    *,
    why: str | SafeString = "",
    urls: Sequence[str] = (),
) -> Chart:
    """Draw rows of a series by the sheet's measure; `urls` lead from the table to each row's why.

    Days of rest are hatched where a bar is a day.
    """
    is_long = _is_long([row.period for row in rows])
    bars = [
        _bar(
            row.period,
            row.figures,
            measure=sheet.measure,
            is_now=row.is_now,
            is_rest=len(row.period) == row.rest_days == 1,
            is_long=is_long,
            url=urls[place] if urls else "",
        )
        for place, row in enumerate(rows)
    ]
    return _chart(bars, sheet, why)


def named_chart(bars: Sequence[Bar], sheet: Sheet, *, why: str | SafeString = "") -> Chart:
    """Draw bars that have their names already: years, months of every year."""
    return _chart(bars, sheet, why)


def _bar(
    period: Period,
    figures: Figures,
    *,
    measure: str = "words",
    is_now: bool = False,
    is_rest: bool = False,
    is_long: bool = False,
    url: str = "",
) -> Bar:
    value = figures.measured(measure)
    revised = figures.removed if measure in ("words", "gross") else 0
    return Bar(
        period.first.isoformat(),
        _name(period),
        month_and_year(period.first) if is_long else short_date(period.first),
        value,
        max(-value, revised),
        figures,
        is_now,
        is_rest,
        url,
    )


def _is_long(periods: Sequence[Period]) -> bool:
    """Say whether the days are so many that a month tells more with its year than with a day."""
    return bool(periods) and (periods[-1].last - periods[0].first).days > LONG


def _name(period: Period) -> str:
    if len(period) == 1:
        return long_date(period.first)
    dates = {"first": long_date(period.first), "last": long_date(period.last)}
    return _("%(first)s to %(last)s") % dates


def _chart(bars: Sequence[Bar], sheet: Sheet, why: str | SafeString) -> Chart:
    if sheet.goal or sheet.goals:
        bars = [replace(bar, goal=_goal(bar, sheet)) for bar in bars]
    columns = _columns(bars, sheet)
    drawn = [
        _drawing(bars, frame, sheet, ident)
        for frame, ident in ((ROOMY, sheet.ident), (NARROW, f"{sheet.ident}-narrow"))
    ]
    return Chart(
        id=sheet.ident,
        title=sheet.title,
        sentence=sheet.sentence,
        svg=join(*drawn),
        headings=(sheet.heading, *columns),
        rows=tuple(
            (_heading(bar), *(column[place] for column in columns.values()))
            for place, bar in enumerate(bars)
        ),
        why=why,
    )


def _goal(bar: Bar, sheet: Sheet) -> int | None:
    """Return the height of the target line above the bar; 0 draws none."""
    if sheet.goals is not None:
        return sheet.goals.get(date.fromisoformat(bar.key)) or None
    return sheet.goal or None


def _columns(bars: Sequence[Bar], sheet: Sheet) -> dict[str, list[str]]:
    """Return the numbers that are drawn, by name: the measure, what hangs below, the target."""
    columns = {str(MEASURE_NAMES[sheet.measure]): [whole(bar.value) for bar in bars]}
    if sheet.measure in ("words", "gross"):
        columns[_("Removed")] = [whole(bar.down) for bar in bars]
    if any(bar.goal for bar in bars):
        columns[_("Target")] = ["–" if bar.goal is None else whole(bar.goal) for bar in bars]
    return columns


def _heading(bar: Bar) -> str | SafeString:
    name = format_html('<a href="{}">{}</a>', bar.url, bar.name) if bar.url else bar.name
    return format_html("{} ({})", name, _("rest")) if bar.is_rest else name


def bars_sentence(days: Sequence[DayWords]) -> str:
    """Say what the bars show: the sum, the writing days and the best of them."""
    best = max(days, key=lambda day: day.words, default=None)
    return words_sentence(
        sum(day.words for day in days),
        days=len(days),
        written=sum(day.words > 0 for day in days),
        best=BestDay(best.day, best.words) if best else None,
    )


def words_sentence(words: int, *, days: int, written: int, best: BestDay | None) -> str:
    """Say the same of sums at hand."""
    if not words or best is None:
        return ngettext("No words on this day.", "No words in these %(days)d days.", days) % {
            "days": days
        }
    said = ngettext(
        "%(words)s words on %(count)s writing day; the best was %(day)s with %(most)s.",
        "%(words)s words on %(count)s writing days; the best was %(day)s with %(most)s.",
        written,
    )
    return said % {
        "words": whole(words),
        "count": whole(written),
        "day": long_date(best.day),
        "most": whole(best.words),
    }


def _drawing(bars: Sequence[Bar], frame: Frame, sheet: Sheet, ident: str) -> SafeString:
    scale = nice_top(max([max(bar.value, bar.goal or 0) for bar in bars] + [1]))
    frame = _sunk(bars, scale, fitted(frame, scale))
    hatch = f"{ident}-hatch"
    is_rested = any(bar.is_rest for bar in bars)
    unit = _("minutes") if sheet.measure == "minutes" else _("words")
    return picture(
        *([hatching(hatch)] if is_rested else []),
        *grid(scale, frame),
        *_bars(bars, scale, frame, hatch),
        *_goals(bars, scale, frame),
        *legend(_keys(bars, sheet, hatch if is_rested else ""), frame),
        *labels_below([bar.label for bar in bars], frame),
        ident=ident,
        title=sheet.title,
        description=_("%(sentence)s The scale ends at %(top)s %(unit)s.")
        % {"sentence": sheet.sentence, "top": whole(scale), "unit": unit},
        size=(frame.width, frame.height),
        css=frame.css,
    )


def _sunk(bars: Sequence[Bar], scale: int, frame: Frame) -> Frame:
    """Make room below the line, on the same scale as above, up to half as much."""
    depth = min(max((bar.down for bar in bars), default=0) / scale, DEPTH)
    # With room for the number of the deepest bar.
    room = frame.plot * depth / (1 + depth)
    return replace(frame, sunk=room + 14) if room else frame


def hatching(ident: str) -> SafeString:
    """Define the hatching of rest days, lines that read without colour."""
    return element(
        "defs",
        element(
            "pattern",
            element("path", d="M0 6L6 0", class_="chart__hatch"),
            id=ident,
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
        ),
    )


def _bars(bars: Sequence[Bar], scale: int, frame: Frame, hatch: str) -> list[SafeString]:
    slot = (frame.width - frame.left) / max(1, len(bars))
    best = max((bar.value for bar in bars), default=0)
    deepest = max((bar.down for bar in bars), default=0)
    drawn = []
    for place, bar in enumerate(bars):
        x, middle = frame.left + place * slot, frame.left + (place + 0.5) * slot
        if bar.is_rest:
            drawn.append(_rest(bar, x, slot, frame, hatch))
        if bar.value > 0:
            y = frame.y(bar.value, scale)
            css = "chart__bar chart__bar--today" if bar.is_now else "chart__bar"
            drawn.append(_rect(bar, x, slot, (y, frame.base - y), css, bar.value))
            if bar.value == best:
                drawn.append(label_at(whole(best), middle, y - 5, frame))
                best = -1
        if bar.down:
            depth = min(frame.plot * bar.down / scale, frame.sunk - 14)
            drawn.append(_rect(bar, x, slot, (frame.base, depth), "chart__removed", -bar.down))
            if bar.down == deepest:
                below = frame.base + depth + 11
                drawn.append(label_at(f"−{whole(deepest)}", middle, below, frame))
                deepest = -1
    return drawn


def _rect(
    bar: Bar, x: float, slot: float, span: tuple[float, float], css: str, words: int
) -> SafeString:
    place = Box(x + slot * 0.15, span[0], slot * 0.7, span[1], min(2, slot / 5))
    data = {"day": bar.key, "words": words}
    return box(f"{bar.name}: {whole(words)}", place, css=css, data=data)


def _rest(bar: Bar, x: float, slot: float, frame: Frame, hatch: str) -> SafeString:
    return element(
        "rect",
        element("title", f"{bar.name}: {_('rest')}"),
        x=number(x),
        y=number(frame.top),
        width=number(slot),
        height=number(frame.plot),
        fill=f"url(#{hatch})",
        class_="chart__rest",
        data_rest=bar.key,
    )


def _goals(bars: Sequence[Bar], scale: int, frame: Frame) -> list[SafeString]:
    """Draw the target as a line over the bars that had it, a step wherever it was changed."""
    slot = (frame.width - frame.left) / max(1, len(bars))
    drawn, place = [], 0
    for goal, group in groupby(bar.goal for bar in bars):
        count = len(list(group))
        if goal:
            ends = frame.left + place * slot, frame.left + (place + count) * slot
            data = {"data_goal": goal, "data_from": bars[place].key, "data_bars": count}
            y = frame.y(goal, scale)
            drawn.append(level(y, frame, "chart__target", ends=ends, **data))
        place += count
    return drawn


def _keys(bars: Sequence[Bar], sheet: Sheet, hatch: str) -> list[Key]:
    """Name whatever is drawn and not plainly words."""
    keys = []
    if goals := [bar.goal for bar in bars if bar.goal]:
        target = _("target %(goal)s") % {"goal": whole(goals[-1])}
        keys.append(Key("chart__target", target, is_line=True))
    if any(bar.down for bar in bars):
        is_net = sheet.measure == "net"
        keys.append(Key("chart__removed", _("less than before") if is_net else _("removed")))
    if hatch:
        keys.append(Key("chart__rest", _("rest"), fill=f"url(#{hatch})"))
    return keys
