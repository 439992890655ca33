"""Who stayed: a row for each month's newcomers, a square for each month since, darker for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.charts.chart import Chart, whole
from analytics.charts.svg import Box, box, element, join, picture, text

NAMES, NUMBERS = 60, 40
TOP, ROW, FOOT = 22, 24, 26
ROOMY, NARROW = (560, "chart chart--roomy"), (340, "chart chart--narrow")
# Shares at which the next shade begins, in percent.
SHADES = (1, 25, 50, 75)


@dataclass(frozen=True, slots=True)
class Stayed:
    """Newcomers of a month, and how many wrote in it and in each month since; None is untold."""

    month: date
    size: int
    active: tuple[int | None, ...]

    def percent(self, since: int) -> int | None:
        """Return the whole percent that wrote so many months later; None where it is untold."""
        active = self.active[since] if since < len(self.active) else None
        return None if active is None else round(active * 100 / self.size)


def cohorts_chart(
    cohorts: Sequence[Stayed],
    *,
    title: str,
    ident: str,
    sentence: str,
    untold: str,
    why: str = "",
) -> Chart:
    """Draw the share of each month's newcomers that wrote in it and after."""
    months = max((len(one.active) for one in cohorts), default=0)
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=join(
            _drawing(cohorts, months, title, sentence, ident, ROOMY),
            _drawing(cohorts, months, title, sentence, f"{ident}-narrow", NARROW),
        ),
        headings=(
            _("Signed up"),
            _("Writers"),
            *(_("Month %(n)d") % {"n": since} for since in range(months)),
        ),
        rows=tuple(_row(one, months, untold) for one in cohorts),
        why=why,
    )


def _row(one: Stayed, months: int, untold: str) -> tuple[str, ...]:
    told = []
    for since in range(months):
        if since >= len(one.active):
            told.append("")
        else:
            active = one.active[since]
            told.append(untold if active is None else f"{whole(active)} ({one.percent(since)} %)")
    return (date_format(one.month, "F Y"), whole(one.size), *told)


def _drawing(
    cohorts: Sequence[Stayed],
    months: int,
    title: str,
    sentence: str,
    ident: str,
    frame: tuple[int, str],
) -> SafeString:
    width, css = frame
    step = (width - NAMES - NUMBERS) / max(1, months)
    height = TOP + max(1, len(cohorts)) * ROW + FOOT
    return picture(
        text(_("writers"), NAMES + NUMBERS - 8, TOP - 8, anchor="end", css="chart__label"),
        *(
            text(
                str(since), _x(since, step) + step / 2, TOP - 8, anchor="middle", css="chart__label"
            )
            for since in range(months)
        ),
        *(part for row, one in enumerate(cohorts) for part in _squares(one, row, step)),
        *_legend(height),
        ident=ident,
        title=title,
        description=_("%(sentence)s A row is a month of sign-ups, a column a month since.")
        % {"sentence": sentence},
        size=(width, height),
        css=css,
    )


def _x(since: int, step: float) -> float:
    return NAMES + NUMBERS + since * step


def _squares(one: Stayed, row: int, step: float) -> list[SafeString]:
    y = TOP + row * ROW
    name = date_format(one.month, "M Y")
    drawn = [
        text(name, NAMES - 4, y + 15, anchor="end", css="chart__label"),
        text(whole(one.size), NAMES + NUMBERS - 8, y + 15, anchor="end", css="chart__label"),
    ]
    for since, _active in enumerate(one.active):
        percent = one.percent(since)
        said = "–" if percent is None else f"{percent} %"
        drawn.append(
            box(
                f"{name}, {since}: {said}",
                Box(_x(since, step) + 1, y + 1, step - 2, ROW - 2, 3),
                css=f"heat__cell heat__cell--{shade_of(percent)}",
                data={} if percent is None else {"percent": percent},
            )
        )
    return drawn


def shade_of(percent: int | None) -> int:
    """Return 0 for untold, else 1 to 4 by `SHADES`."""
    return 0 if percent is None else max(1, sum(percent >= bound for bound in SHADES))


def _legend(height: float) -> list[SafeString]:
    names = [_("untold"), *(f"≥ {bound} %" for bound in SHADES)]
    drawn, x = [], 0.0
    for shade, name in enumerate(names):
        drawn.append(
            element(
                "rect",
                x=x,
                y=height - 14,
                width=11,
                height=11,
                rx=2,
                class_=f"heat__cell heat__cell--{shade}",
            )
        )
        drawn.append(text(name, x + 16, height - 4, css="chart__label"))
        x += 30 + 6.4 * len(name)
    return drawn
