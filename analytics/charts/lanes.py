"""Horizontal bars with a name and a number each: words by cause, sessions on a day's time line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.charts.chart import Chart, nice_top, whole
from analytics.charts.svg import element, join, number, picture, text
from analytics.reports.figures import Figures
from analytics.words import ADDED, CAUSES

WIDTH, NAMES, NUMBERS, LANE = 340, 84, 52, 22
ROOMY = 760
# Room for the name of an hour, in px.
HOUR_NAME = 60
CAUSE_LABELS: dict[str, Promise] = {
    "typed": gettext_lazy("Typed"),
    "pasted": gettext_lazy("Pasted"),
    "imported": gettext_lazy("Imported"),
    "restored": gettext_lazy("Restored"),
    "replaced": gettext_lazy("Replaced"),
    "moved_in": gettext_lazy("Moved in"),
    "applied": gettext_lazy("Applied"),
    "removed": gettext_lazy("Removed"),
    "cut": gettext_lazy("Cut"),
    "moved_out": gettext_lazy("Moved out"),
    "undone": gettext_lazy("Undone"),
}
MOST_LANES = 12
HOUR = timedelta(hours=1)
SHORTEST = 3
TITLE_LETTERS = 44


def causes_chart(figures: Figures, *, title: str, ident: str, why: str | SafeString = "") -> Chart:
    """Draw a bar for each cause that has words; what was taken away in the second hue."""
    counts = {cause: getattr(figures, cause) for cause in CAUSES if getattr(figures, cause)}
    scale = nice_top(max(counts.values(), default=1))
    sentence = causes_sentence(figures)
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=picture(
            *_causes(counts, scale),
            ident=ident,
            title=title,
            description=_("%(sentence)s A whole bar is %(top)s words.")
            % {"sentence": sentence, "top": whole(scale)},
            size=(WIDTH, max(1, len(counts)) * LANE + 4),
            css="chart chart--lanes",
        ),
        headings=(_("Cause"), _("Words")),
        rows=tuple((str(CAUSE_LABELS[cause]), _signed(cause, n)) for cause, n in counts.items()),
        why=why,
    )


def causes_sentence(figures: Figures) -> str:
    """Say what came, what went, and what is left of it."""
    if not figures.added and not figures.taken:
        return _("No words came or went.")
    return _("%(added)s words came, %(taken)s went: %(net)s net.") % {
        "added": whole(figures.added),
        "taken": whole(figures.taken),
        "net": whole(figures.net),
    }


def _signed(cause: str, words: int) -> str:
    return whole(words) if cause in ADDED else f"−{whole(words)}"


def _causes(counts: dict[str, int], scale: int) -> list[SafeString]:
    drawn = []
    room = WIDTH - NAMES - NUMBERS
    for place, (cause, words) in enumerate(counts.items()):
        y = 4 + place * LANE
        css = "chart__bar" if cause in ADDED else "chart__removed"
        drawn += [
            text(str(CAUSE_LABELS[cause]), NAMES - 8, y + 12, anchor="end", css="chart__label"),
            element(
                "rect",
                x=NAMES,
                y=y + 2,
                width=number(max(1, room * words / scale)),
                height=12,
                rx=2,
                class_=css,
                data_cause=cause,
                data_words=words,
            ),
            text(
                _signed(cause, words),
                NAMES + max(1, room * words / scale) + 6,
                y + 12,
                css="chart__label chart__label--strong",
            ),
        ]
    return drawn


@dataclass(frozen=True, slots=True)
class Stretch:
    """One session on the day's time line; both instants on the writer's clock."""

    name: str
    began: datetime
    ended: datetime
    words: int
    net: int


def day_chart(
    stretches: Sequence[Stretch], *, title: str, ident: str, why: str | SafeString = ""
) -> Chart:
    """Draw the sessions of a day, a lane for each chapter, between whole hours."""
    sentence = day_sentence(stretches)
    drawings = (
        _day(stretches, width, title=title, sentence=sentence, ident=name, css=css)
        for width, name, css in (
            (ROOMY, ident, "chart chart--day chart--roomy"),
            (WIDTH, f"{ident}-narrow", "chart chart--day chart--narrow"),
        )
    )
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=join(*drawings),
        headings=(_("Time"), _("Chapter"), _("Words"), _("Net")),
        rows=tuple((_time(one), one.name, whole(one.words), whole(one.net)) for one in stretches),
        why=why,
    )


def _day(
    stretches: Sequence[Stretch], width: int, *, title: str, sentence: str, ident: str, css: str
) -> SafeString:
    lanes = _lanes(stretches)
    size = (width, (len(lanes) or 1) * (LANE + 14) + 24)
    clock = _clock(stretches, width) if stretches else None
    return picture(
        *(_hours(clock, size[1]) if clock else []),
        *(_stretches(lanes, clock) if clock else []),
        ident=ident,
        title=title,
        description=_("%(sentence)s A line stands at each whole hour it names.")
        % {"sentence": sentence},
        size=size,
        css=css,
    )


def day_sentence(stretches: Sequence[Stretch]) -> str:
    if not stretches:
        return _("Nothing was written on this day. Rest is part of the work.")
    said = ngettext(
        "%(count)d session between %(began)s and %(ended)s.",
        "%(count)d sessions between %(began)s and %(ended)s.",
        len(stretches),
    )
    return said % {
        "count": len(stretches),
        "began": f"{min(one.began for one in stretches):%H:%M}",
        "ended": f"{max(one.ended for one in stretches):%H:%M}",
    }


def _time(stretch: Stretch) -> str:
    return f"{stretch.began:%H:%M}–{stretch.ended:%H:%M}"


def _lanes(stretches: Sequence[Stretch]) -> dict[str, list[Stretch]]:
    """Gather the sessions by chapter; what has no lane of its own shares the last one."""
    lanes: dict[str, list[Stretch]] = {}
    for stretch in stretches:
        is_full = len(lanes) >= MOST_LANES - 1 and stretch.name not in lanes
        lanes.setdefault(_("Other chapters") if is_full else stretch.name, []).append(stretch)
    return lanes


@dataclass(frozen=True, slots=True)
class Clock:
    """The hours of the day's sessions, from the whole hour before the first, over a width."""

    first: datetime
    hours: int
    width: int

    def x(self, moment: datetime) -> float:
        return (self.width - 2) * ((moment - self.first) / HOUR) / self.hours + 1

    def extent(self, stretch: Stretch) -> tuple[float, float]:
        x = self.x(stretch.began)
        width = max(SHORTEST, self.x(stretch.ended) - x)
        x = min(x, self.width - width)
        return x, x + width


def _clock(stretches: Sequence[Stretch], width: int) -> Clock:
    first = min(one.began for one in stretches).replace(minute=0, second=0, microsecond=0)
    hours = -(-(max(one.ended for one in stretches) - first) // HOUR)
    return Clock(first, max(2, hours), width)


def _hours(clock: Clock, height: float) -> list[SafeString]:
    """Draw a line for some whole hours, with the hour at its foot."""
    most = min(8, clock.width // HOUR_NAME)
    step = next(step for step in (1, 2, 3, 4, 6, 12, 24) if clock.hours / step <= most)
    drawn = []
    for hour in range(0, clock.hours + 1, step):
        x = clock.x(clock.first + hour * HOUR)
        anchor = "start" if hour == 0 else ("end" if hour == clock.hours else "middle")
        at = number(x)
        drawn.append(element("line", x1=at, x2=at, y1=0, y2=height - 18, class_="chart__grid"))
        name = f"{(clock.first.hour + hour) % 24}:00"
        drawn.append(text(name, x, height - 4, anchor=anchor, css="chart__label"))
    return drawn


def _stretches(lanes: dict[str, list[Stretch]], clock: Clock) -> list[SafeString]:
    drawn = []
    for place, (name, lane) in enumerate(lanes.items()):
        y = place * (LANE + 14)
        short = name if len(name) <= TITLE_LETTERS else f"{name[: TITLE_LETTERS - 1]}…"
        drawn.append(text(short, 4, y + 14, css="chart__label chart__label--strong"))
        spans = [clock.extent(stretch) for stretch in lane]
        rooms = [x for x, _end in spans[1:]] + [clock.width]
        for stretch, (x, end), room in zip(lane, spans, rooms, strict=True):
            drawn.append(_stretch(stretch, x, end - x, y + 19))
            label = _said(stretch)
            if end + 5 + 6.4 * len(label) <= room:
                drawn.append(text(label, end + 4, y + 30, css="chart__label"))
    return drawn


def _said(stretch: Stretch) -> str:
    """Return the words written, or of a session without any what it came to."""
    net = stretch.net
    return whole(stretch.words) if stretch.words else f"{'−' if net < 0 else ''}{whole(abs(net))}"


def _stretch(stretch: Stretch, x: float, width: float, y: float) -> SafeString:
    return element(
        "rect",
        element("title", f"{_time(stretch)}: {_said(stretch)}"),
        x=number(x),
        y=number(y),
        width=number(width),
        height=13,
        rx=2,
        class_="chart__bar" if stretch.words else "chart__removed",
        data_words=stretch.words,
        data_net=stretch.net,
    )
