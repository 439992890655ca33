"""Bars by day, with the line of the daily target: drawn twice, for wide and for narrow screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts.chart import Chart, long_date, nice_top, short_date, whole
from analytics.charts.svg import element, join, number, picture, text
from analytics.reports.days import DayWords
from analytics.reports.figures import Figures
from analytics.reports.stories import Row


@dataclass(frozen=True, slots=True)
class Frame:
    """The room of one drawing; the plot leaves space for labels on its left, top and foot."""

    width: int
    height: int
    css: str
    labels: int
    left: int = 40
    top: int = 34
    foot: int = 22

    @property
    def base(self) -> int:
        return self.height - self.foot

    @property
    def plot(self) -> int:
        return self.base - self.top

    def y(self, value: float, scale: int) -> float:
        return self.base - self.plot * value / scale


@dataclass(frozen=True, slots=True)
class Bar:
    """What one bar stands for, and how that is called in full and in short."""

    key: str
    name: str
    label: str
    words: int
    figures: Figures
    is_now: bool = False


ROOMY = Frame(760, 240, "chart chart--roomy", labels=6)
NARROW = Frame(340, 200, "chart chart--narrow", labels=3)


def bar_chart(
    days: Sequence[DayWords],
    *,
    goal: int | None,
    title: str,
    ident: str,
    why: str | SafeString = "",
) -> Chart:
    """Draw a bar a day, as high as its words, and the goal as a line when there is one."""
    bars = [
        Bar(
            day.day.isoformat(),
            long_date(day.day),
            short_date(day.day),
            day.words,
            day.figures,
            day.is_today,
        )
        for day in days
    ]
    return _chart(bars, goal, bars_sentence(days), (_("Day"), title, ident), why)


def period_chart(
    rows: Sequence[Row],
    *,
    goal: int | None,
    title: str,
    ident: str,
    why: str | SafeString = "",
) -> Chart:
    """Draw a bar a week or month."""
    bars = [
        Bar(
            row.period.first.isoformat(),
            _("%(first)s to %(last)s")
            % {"first": long_date(row.period.first), "last": long_date(row.period.last)},
            short_date(row.period.first),
            row.words,
            row.figures,
        )
        for row in rows
    ]
    words = sum(row.words for row in rows)
    sentence = ngettext("%(words)s word in all.", "%(words)s words in all.", words)
    return _chart(bars, goal, sentence % {"words": whole(words)}, (_("Period"), title, ident), why)


def _chart(
    bars: Sequence[Bar],
    goal: int | None,
    sentence: str,
    names: tuple[str, str, str],
    why: str | SafeString,
) -> Chart:
    heading, title, ident = names
    frames = ((ROOMY, ident), (NARROW, f"{ident}-narrow"))
    drawn = [
        _drawing(bars, goal, frame, title=title, sentence=sentence, ident=name)
        for frame, name in frames
    ]
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=join(*drawn),
        headings=(heading, _("Words"), _("Net"), _("Minutes")),
        rows=tuple(
            (bar.name, whole(bar.words), whole(bar.figures.net), whole(bar.figures.minutes))
            for bar in bars
        ),
        why=why,
    )


def bars_sentence(days: Sequence[DayWords]) -> str:
    """Say what the bars show: the sum, the writing days and the best of them."""
    words = sum(day.words for day in days)
    if not words:
        return ngettext("No words on this day.", "No words in these %(days)d days.", len(days)) % {
            "days": len(days)
        }
    best = max(days, key=lambda day: day.words)
    written = sum(day.words > 0 for day in days)
    said = ngettext(
        "%(words)s words on %(count)d writing day; the best was %(day)s with %(most)s.",
        "%(words)s words on %(count)d writing days; the best was %(day)s with %(most)s.",
        written,
    )
    return said % {
        "words": whole(words),
        "count": written,
        "day": long_date(best.day),
        "most": whole(best.words),
    }


def _drawing(
    bars: Sequence[Bar],
    goal: int | None,
    frame: Frame,
    *,
    title: str,
    sentence: str,
    ident: str,
) -> SafeString:
    scale = nice_top(max([bar.words for bar in bars] + [goal or 0, 1]))
    return picture(
        *_grid(scale, frame),
        *_bars(bars, scale, frame),
        *_line(goal, scale, frame),
        *_dates(bars, frame),
        ident=ident,
        title=title,
        description=_("%(sentence)s The scale ends at %(top)s words.")
        % {"sentence": sentence, "top": whole(scale)},
        size=(frame.width, frame.height),
        css=frame.css,
    )


def _grid(scale: int, frame: Frame) -> list[SafeString]:
    """Draw the base, the half and the top of the scale, each with its number."""
    drawn = []
    for value in (0, scale // 2, scale):
        y = number(frame.y(value, scale))
        css = "chart__grid" if value else "chart__axis"
        drawn.append(element("line", x1=frame.left, x2=frame.width, y1=y, y2=y, class_=css))
        drawn.append(
            text(
                whole(value),
                frame.left - 6,
                frame.y(value, scale) + 4,
                anchor="end",
                css="chart__label",
            )
        )
    return drawn


def _bars(bars: Sequence[Bar], scale: int, frame: Frame) -> list[SafeString]:
    slot = (frame.width - frame.left) / max(1, len(bars))
    best = max((bar.words for bar in bars), default=0)
    drawn = []
    for place, bar in enumerate(bars):
        if not bar.words:
            continue
        x, y = frame.left + place * slot + slot * 0.15, frame.y(bar.words, scale)
        css = "chart__bar chart__bar--today" if bar.is_now else "chart__bar"
        drawn.append(
            element(
                "rect",
                element("title", f"{bar.name}: {whole(bar.words)}"),
                x=number(x),
                y=number(y),
                width=number(slot * 0.7),
                height=number(frame.base - y),
                rx=number(min(2, slot / 5)),
                class_=css,
                data_day=bar.key,
                data_words=bar.words,
            )
        )
        if bar.words == best:
            drawn.append(_direct_label(bar.words, x + slot * 0.35, y, frame))
            best = -1
    return drawn


def _direct_label(words: int, middle: float, y: float, frame: Frame) -> SafeString:
    """Write the best day's number above its bar, inside the picture."""
    x = min(max(middle, frame.left + 16), frame.width - 16)
    return text(whole(words), x, y - 5, anchor="middle", css="chart__label")


def _line(goal: int | None, scale: int, frame: Frame) -> list[SafeString]:
    if not goal:
        return []
    y = number(frame.y(goal, scale))
    x1, x2 = frame.left, frame.width
    label = _("target %(goal)s") % {"goal": whole(goal)}
    return [
        element("line", x1=x1, x2=x2, y1=y, y2=y, class_="chart__target", data_goal=goal),
        # Above the plot, where no bar can run through the words.
        element("line", x1=x1, x2=x1 + 24, y1=8, y2=8, class_="chart__target"),
        text(label, x1 + 30, 12, css="chart__label chart__label--target"),
    ]


def _dates(bars: Sequence[Bar], frame: Frame) -> list[SafeString]:
    """Write some dates below the bars, counted back from the last, so that it always has one."""
    if not bars:
        return []
    slot = (frame.width - frame.left) / len(bars)
    step = max(1, -(-len(bars) // frame.labels))
    drawn = []
    for place in range(len(bars) - 1, -1, -step):
        is_last = place == len(bars) - 1
        x = frame.width if is_last else frame.left + (place + 0.5) * slot
        if not is_last and x < frame.left + 14:
            continue
        drawn.append(
            text(
                bars[place].label,
                x,
                frame.height - 6,
                anchor="end" if is_last else "middle",
                css="chart__label",
            )
        )
    return drawn
