"""How long the chapters are, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts.chart import Chart, nice_top, whole
from analytics.charts.frame import NARROW, ROOMY, Frame, fitted, grid, label_at, labels_below
from analytics.charts.svg import Box, box, join, picture


@dataclass(frozen=True, slots=True)
class Length:
    """A chapter: its place from 1, title, words and address."""

    place: int
    title: str
    words: int
    url: str


def lengths_chart(
    chapters: Sequence[Length], *, title: str, ident: str, why: str | SafeString = ""
) -> Chart:
    """Draw a bar a chapter."""
    sentence = lengths_sentence(chapters)
    drawn = [
        _drawing(chapters, frame, title, sentence, name)
        for frame, name in ((ROOMY, ident), (NARROW, f"{ident}-narrow"))
    ]
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=join(*drawn),
        headings=(_("Chapter"), _("Words")),
        rows=tuple(
            (
                format_html('{}. <a href="{}">{}</a>', one.place, one.url, one.title),
                whole(one.words),
            )
            for one in chapters
        ),
        why=why,
    )


def lengths_sentence(chapters: Sequence[Length]) -> str:
    if not chapters:
        return _("This story has no chapters yet.")
    longest = max(chapters, key=lambda one: one.words)
    said = ngettext(
        "%(count)d chapter of %(average)s words on average; the longest is “%(title)s” "
        "with %(words)s.",
        "%(count)d chapters of %(average)s words on average; the longest is “%(title)s” "
        "with %(words)s.",
        len(chapters),
    )
    return said % {
        "count": len(chapters),
        "average": whole(_average(chapters)),
        "title": longest.title,
        "words": whole(longest.words),
    }


def _average(chapters: Sequence[Length]) -> int:
    return round(sum(one.words for one in chapters) / len(chapters)) if chapters else 0


def _drawing(
    chapters: Sequence[Length], frame: Frame, title: str, sentence: str, ident: str
) -> SafeString:
    scale = nice_top(max([one.words for one in chapters] + [1]))
    frame = fitted(frame, scale)
    slot = (frame.width - frame.left) / max(1, len(chapters))
    longest = max(chapters, key=lambda one: one.words, default=None)
    return picture(
        *grid(scale, frame),
        *(_bar(one, slot, scale, frame) for one in chapters if one.words),
        *([_longest(longest, slot, scale, frame)] if longest and longest.words else []),
        *labels_below([str(one.place) for one in chapters], frame),
        ident=ident,
        title=title,
        description=_("%(sentence)s The scale ends at %(top)s words.")
        % {"sentence": sentence, "top": whole(scale)},
        size=(frame.width, frame.height),
        css=frame.css,
    )


def _bar(one: Length, slot: float, scale: int, frame: Frame) -> SafeString:
    y = frame.y(one.words, scale)
    x = frame.left + (one.place - 1) * slot + slot * 0.15
    return box(
        f"{one.place}. {one.title}: {whole(one.words)}",
        Box(x, y, min(slot * 0.7, 40), frame.base - y, min(2, slot / 5)),
        css="chart__bar",
        data={"chapter": one.place, "words": one.words},
    )


def _longest(one: Length, slot: float, scale: int, frame: Frame) -> SafeString:
    middle = frame.left + (one.place - 1) * slot + slot * 0.15 + min(slot * 0.7, 40) / 2
    return label_at(whole(one.words), middle, frame.y(one.words, scale) - 5, frame)
