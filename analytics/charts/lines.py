"""A book growing: its words day by day, the line of the plan, and the band of the forecast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.charts.chart import (
    LONG,
    Chart,
    long_date,
    month_and_year,
    nice_top,
    short_date,
    whole,
)
from analytics.charts.frame import NARROW, ROOMY, Frame, Key, fitted, grid, label_at, legend
from analytics.charts.svg import element, join, number, picture, text

MOST_POINTS = 120
# So far below its dot, in px, a number would not be taken for the dot's.
FAR_BELOW = 30


@dataclass(frozen=True, slots=True)
class Level:
    """The words of the book at a day's end, and what the plan had for it; None where neither."""

    day: date
    words: int | None
    par: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """From where the book stands to when it is thought to be finished."""

    today: date
    words: int
    total: int
    p10: date
    p50: date
    p90: date


def growth_chart(
    levels: Sequence[Level],
    *,
    title: str,
    ident: str,
    band: Band | None = None,
    why: str | SafeString = "",
    day_url: Callable[[date], str] | None = None,
    sentence: str = "",
) -> Chart:
    """Draw the words as a line over the days; beside it the plan's and the forecast, if any.

    Without a `sentence` it says how far the words grew.
    """
    shown = thin_out(levels)
    sentence = sentence or growth_sentence(levels, band)
    drawn = [
        _drawing(shown, band, frame, title, sentence, name)
        for frame, name in ((ROOMY, ident), (NARROW, f"{ident}-narrow"))
    ]
    has_par = any(level.par is not None for level in shown)
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=join(*drawn),
        headings=(_("Day"), _("Words"), *([_("Plan")] if has_par else [])),
        rows=(
            *((_day(one, day_url), *_cells(one.words, one.par, has_par)) for one in shown),
            *((name, *_cells(total, None, has_par)) for name, total in _foretold(band)),
        ),
        why=why,
    )


def _cells(words: int | None, par: int | None, has_par: bool) -> tuple[str, ...]:
    return (_told(words), _told(par)) if has_par else (_told(words),)


def _day(one: Level, day_url: Callable[[date], str] | None) -> str | SafeString:
    name = long_date(one.day)
    if day_url is None or one.words is None:
        return name
    return format_html('<a href="{}">{}</a>', day_url(one.day), name)


def _foretold(band: Band | None) -> list[tuple[str, int]]:
    """Return what the band says as rows: early, in the middle, late."""
    if band is None:
        return []
    early, middle, late = (long_date(day) for day in (band.p10, band.p50, band.p90))
    return [
        (_("%(day)s, forecast, early") % {"day": early}, band.total),
        (_("%(day)s, forecast") % {"day": middle}, band.total),
        (_("%(day)s, forecast, late") % {"day": late}, band.total),
    ]


def thin_out(levels: Sequence[Level]) -> list[Level]:
    """Return as many of the days as a line needs, evenly, the first and the last among them."""
    step = max(1, -(-len(levels) // MOST_POINTS))
    shown = list(levels[::-1][::step])[::-1]
    return shown if not levels or shown[0] == levels[0] else [levels[0], *shown]


def growth_sentence(levels: Sequence[Level], band: Band | None) -> str:
    known = [level for level in levels if level.words is not None]
    if not known:
        return _("There is nothing to draw yet.")
    came = (known[-1].words or 0) - (known[0].words or 0)
    said = _("%(words)s words on %(day)s, %(came)s more than on %(first)s.") % {
        "words": whole(known[-1].words or 0),
        "day": long_date(known[-1].day),
        "came": whole(came),
        "first": long_date(known[0].day),
    }
    if came < 0:
        said = _("%(words)s words on %(day)s, %(went)s fewer than on %(first)s.") % {
            "words": whole(known[-1].words or 0),
            "day": long_date(known[-1].day),
            "went": whole(-came),
            "first": long_date(known[0].day),
        }
    if band is None:
        return said
    finish = _("At your pace it is finished between %(p10)s and %(p90)s, most likely %(p50)s.")
    dates = {name: long_date(getattr(band, name)) for name in ("p10", "p50", "p90")}
    return f"{said} {finish % dates}"


def _told(words: int | None) -> str:
    return "–" if words is None else whole(words)


def _drawing(
    levels: Sequence[Level],
    band: Band | None,
    frame: Frame,
    title: str,
    sentence: str,
    ident: str,
) -> SafeString:
    values = [value for one in levels for value in (one.words, one.par) if value is not None]
    scale = nice_top(max([*values, band.total if band else 0, 1]))
    frame = fitted(frame, scale)
    days = _days(levels, band)
    return picture(
        *grid(scale, frame),
        *(_band(band, days, scale, frame) if band else []),
        *_line([(one.day, one.par) for one in levels], "chart__par", days, scale, frame),
        *_line([(one.day, one.words) for one in levels], "chart__line", days, scale, frame),
        *legend(_keys(levels, band), frame),
        *_names(days, frame),
        ident=ident,
        title=title,
        description=_("%(sentence)s The scale ends at %(top)s words.")
        % {"sentence": sentence, "top": whole(scale)},
        size=(frame.width, frame.height),
        css=frame.css,
    )


def _days(levels: Sequence[Level], band: Band | None) -> tuple[date, date]:
    """Return the first and the last day of the picture."""
    days = [one.day for one in levels] or [date.min]
    return days[0], max(days[-1], band.p90) if band else days[-1]


def _names(days: tuple[date, date], frame: Frame) -> list[SafeString]:
    """Name evenly spread days, as many as there is room for."""
    first, last = days
    length, is_long = (last - first).days, (last - first).days > LONG
    steps = min(frame.labels - 1, length)
    drawn = []
    for place in range(steps + 1):
        share = place / steps if steps else 0
        day = date.fromordinal(first.toordinal() + round(length * share))
        anchor = "start" if place == 0 else ("end" if place == steps else "middle")
        name = month_and_year(day) if is_long else short_date(day)
        x = frame.left + (frame.width - frame.left) * share
        drawn.append(text(name, x, frame.height - 6, anchor=anchor, css="chart__label"))
    return drawn


def _place(day: date, words: int, days: tuple[date, date], scale: int, frame: Frame) -> str:
    span = max(1, (days[1] - days[0]).days)
    x = frame.left + (frame.width - frame.left) * (day - days[0]).days / span
    return f"{number(x)},{number(frame.y(words, scale))}"


def _line(
    points: Sequence[tuple[date, int | None]],
    css: str,
    days: tuple[date, date],
    scale: int,
    frame: Frame,
) -> list[SafeString]:
    known = [(day, words) for day, words in points if words is not None]
    if not known:
        return []
    places = [_place(day, words, days, scale, frame) for day, words in known]
    drawn = [
        element(
            "polyline",
            points=" ".join(places),
            class_=css,
            data_words=" ".join(str(words) for _day, words in known),
        )
    ]
    if css == "chart__line":
        x, y = places[-1].split(",")
        drawn.append(element("circle", cx=x, cy=y, r=3.5, class_="chart__dot"))
        drawn.append(_last_label(whole(known[-1][1]), places, frame))
    return drawn


def _last_label(content: str, places: Sequence[str], frame: Frame) -> SafeString:
    """Write the number of the last place where nothing else runs.

    That is below it and below where the line ran last, since the plan and the forecast lead
    upwards; beside it, where the line comes up from far below, as after the import of a book.
    """
    (x, y), *others = [tuple(map(float, place.split(","))) for place in reversed(places)]
    half = 4 * len(content)
    left = min(x, frame.width - half) - half
    lowest = max([y, *(other_y for other_x, other_y in others if other_x > left)])
    below = min(lowest + 18, frame.base - 5)
    if lowest > min(y + FAR_BELOW, below - 12):
        return text(content, x - 9, y + 4, anchor="end", css="chart__label chart__label--on")
    return label_at(content, x, below, frame)


def _band(band: Band, days: tuple[date, date], scale: int, frame: Frame) -> list[SafeString]:
    """Draw the forecast from today's words to the plan's total, and its middle as a line."""

    def at(day: date, words: int) -> str:
        return _place(day, words, days, scale, frame)

    start = at(band.today, band.words)
    corners = f"{start} {at(band.p10, band.total)} {at(band.p90, band.total)}"
    middle = f"{start} {at(band.p50, band.total)}"
    return [
        element(
            "polygon", points=corners, class_="chart__band", data_p10=band.p10, data_p90=band.p90
        ),
        element(
            "polyline",
            points=middle,
            class_="chart__middle",
            data_p50=band.p50,
            data_total=band.total,
        ),
    ]


def _keys(levels: Sequence[Level], band: Band | None) -> list[Key]:
    keys = [Key("chart__line", _("words"), is_line=True)]
    if any(one.par is not None for one in levels):
        keys.append(Key("chart__par", _("plan"), is_line=True))
    if band:
        keys.append(Key("chart__band", _("forecast")))
    return keys
