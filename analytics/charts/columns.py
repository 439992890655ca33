"""Columns under names of any kind; a place of which nothing may be said is hatched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.charts.bars import hatching
from analytics.charts.chart import Chart, nice_top, whole
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
)
from analytics.charts.svg import Box, box, element, join, number, picture


@dataclass(frozen=True, slots=True)
class Column:
    """A number under its name, in full and in short; None where it may not be told."""

    name: str
    label: str
    value: int | None


def columns_chart(
    columns: Sequence[Column],
    *,
    title: str,
    ident: str,
    sentence: str,
    headings: tuple[str, str],
    untold: str,
    why: str = "",
) -> Chart:
    """Draw a column for each; `untold` says what stands where nothing may be said."""
    drawn = [
        _drawing(columns, frame, title, sentence, untold, name)
        for frame, name in ((ROOMY, ident), (NARROW, f"{ident}-narrow"))
    ]
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=join(*drawn),
        headings=headings,
        rows=tuple(
            (one.name, untold if one.value is None else whole(one.value)) for one in columns
        ),
        why=why,
    )


def _drawing(
    columns: Sequence[Column], frame: Frame, title: str, sentence: str, untold: str, ident: str
) -> SafeString:
    values = [one.value for one in columns if one.value is not None]
    scale = nice_top(max([*values, 1]))
    frame = fitted(frame, scale)
    is_partly = len(values) < len(columns)
    hatch = f"{ident}-hatch"
    key = Key("chart__rest", untold, fill=f"url(#{hatch})")
    return picture(
        *([hatching(hatch)] if is_partly else []),
        *grid(scale, frame),
        *_columns(columns, scale, frame, untold, hatch),
        *legend([key] if is_partly else [], frame),
        *labels_below([one.label for one in columns], frame),
        ident=ident,
        title=title,
        description=_("%(sentence)s The scale ends at %(top)s.")
        % {"sentence": sentence, "top": whole(scale)},
        size=(frame.width, frame.height),
        css=frame.css,
    )


def _columns(
    columns: Sequence[Column], scale: int, frame: Frame, untold: str, hatch: str
) -> list[SafeString]:
    slot = (frame.width - frame.left) / max(1, len(columns))
    most = max((one.value or 0 for one in columns), default=0)
    drawn = []
    for place, one in enumerate(columns):
        x = frame.left + place * slot
        if one.value is None:
            drawn.append(_gap(f"{one.name}: {untold}", x, slot, frame, hatch))
        elif one.value:
            y = frame.y(one.value, scale)
            spot = Box(x + slot * 0.15, y, slot * 0.7, frame.base - y, min(2, slot / 5))
            title = f"{one.name}: {whole(one.value)}"
            drawn.append(box(title, spot, css="chart__bar", data={"value": one.value}))
            if one.value == most:
                drawn.append(label_at(whole(most), x + slot / 2, y - 5, frame))
                most = -1
    return drawn


def _gap(title: str, x: float, slot: float, frame: Frame, hatch: str) -> SafeString:
    """Hatch a strip at the foot: nothing is drawn, so nothing can be measured."""
    return element(
        "rect",
        element("title", title),
        x=number(x),
        y=number(frame.base - 12),
        width=number(slot),
        height=12,
        fill=f"url(#{hatch})",
        class_="chart__rest",
    )
