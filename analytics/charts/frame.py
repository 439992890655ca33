"""The room of a drawing, its scale and its labels: what bars and lines have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString

from analytics.charts.chart import whole
from analytics.charts.svg import element, number, text


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot leaves space for labels on its left, top and foot; `sunk` pixels of it lie below
    the zero line.
    """

    width: int
    height: int
    css: str
    labels: int
    left: int = 40
    top: int = 34
    foot: int = 22
    sunk: float = 0

    @property
    def floor(self) -> int:
        return self.height - self.foot

    @property
    def base(self) -> float:
        return self.floor - self.sunk

    @property
    def plot(self) -> float:
        return self.base - self.top

    def y(self, value: float, scale: int) -> float:
        return self.base - self.plot * value / scale


ROOMY = Frame(760, 240, "chart chart--roomy", labels=6)
NARROW = Frame(340, 200, "chart chart--narrow", labels=3)


def fitted(frame: Frame, scale: int) -> Frame:
    """Make room on the left for the longest number of the scale."""
    return replace(frame, left=max(frame.left, 14 + round(6.6 * len(whole(scale)))))


def grid(scale: int, frame: Frame) -> list[SafeString]:
    """Draw the base, the half and the top of the scale, each with its number."""
    drawn = []
    for value in (0, scale // 2, scale):
        y = frame.y(value, scale)
        css = "chart__grid" if value else "chart__axis"
        drawn.append(level(y, frame, css))
        drawn.append(text(whole(value), frame.left - 6, y + 4, anchor="end", css="chart__label"))
    return drawn


def level(
    y: float, frame: Frame, css: str, *, ends: tuple[float, float] | None = None, **data: object
) -> SafeString:
    """Draw a line across the plot, or between two `ends`."""
    written = number(y)
    x1, x2 = (number(end) for end in ends or (frame.left, frame.width))
    return element("line", x1=x1, x2=x2, y1=written, y2=written, class_=css, **data)


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend above the plot: a sign and what it means."""

    css: str
    label: str
    is_line: bool = False
    fill: str = ""


def legend(keys: Sequence[Key], frame: Frame, *, y: int = 8) -> list[SafeString]:
    """Draw the legend where no bar can run through the words."""
    drawn, x = [], float(frame.left)
    for key in keys:
        drawn.append(_sign(key, x, y))
        room = 30 if key.is_line else 15
        drawn.append(text(key.label, x + room, y + 4, css="chart__label"))
        x += room + 16 + 6.2 * len(key.label)
    return drawn


def _sign(key: Key, x: float, y: int) -> SafeString:
    if key.is_line:
        return element("line", x1=number(x), x2=number(x + 24), y1=y, y2=y, class_=key.css)
    fill = {"fill": key.fill} if key.fill else {}
    return element("rect", x=number(x), y=y - 5, width=10, height=10, rx=2, class_=key.css, **fill)


def labels_below(names: Sequence[str], frame: Frame) -> list[SafeString]:
    """Write some names below the plot, counted back from the last, so that it always has one.

    Where there is room for all, each stands below its own place.
    """
    if not names:
        return []
    slot = (frame.width - frame.left) / len(names)
    step = max(1, -(-len(names) // frame.labels))
    drawn = []
    for place in range(len(names) - 1, -1, -step):
        is_last = step > 1 and place == len(names) - 1
        x = frame.width if is_last else frame.left + (place + 0.5) * slot
        if not is_last and x < frame.left + 14:
            continue
        anchor = "end" if is_last else "middle"
        drawn.append(text(names[place], x, frame.height - 6, anchor=anchor, css="chart__label"))
    return drawn


def label_at(content: str, middle: float, y: float, frame: Frame) -> SafeString:
    """Write a number at its place in the plot, inside the picture."""
    half = max(16, round(3.4 * len(content)))
    x = min(max(middle, frame.left + half), frame.width - half)
    return text(content, x, y, anchor="middle", css="chart__label chart__label--on")
