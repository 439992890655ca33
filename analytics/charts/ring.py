"""Today's ring: how much of the day's goal is written."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts.chart import Chart, whole
from analytics.charts.svg import element, picture

SIDE = 120
RADIUS = 52


def ring_chart(*, words: int, goal: int | None, title: str = "", ident: str = "ring") -> Chart:
    """Draw the ring; without a goal only its track and the number."""
    title = title or _("Today")
    sentence = today_sentence(words, goal)
    return Chart(
        id=ident,
        title=title,
        sentence=sentence,
        svg=_picture(words, goal, title=title, sentence=sentence, ident=ident),
        headings=(_("Today"), _("Words")),
        rows=(
            (_("Written"), whole(words)),
            (_("Goal"), "–" if goal is None else whole(goal)),
            (_("To go"), "–" if goal is None else whole(max(0, goal - words))),
        ),
    )


def today_sentence(words: int, goal: int | None) -> str:
    """Say the day in one kind sentence."""
    written = ngettext("%(words)s word today", "%(words)s words today", words) % {
        "words": whole(words)
    }
    if goal is None:
        return f"{written}."
    if words >= goal:
        return _("%(written)s: the day’s target is met.") % {"written": written}
    return _("%(written)s, %(left)s to go.") % {"written": written, "left": whole(goal - words)}


def share(words: int, goal: int | None) -> int:
    """Return the whole percent of the ring to draw, 0 to 100."""
    if goal is None:
        return 0
    return min(100, words * 100 // goal) if goal else 100


def _picture(words: int, goal: int | None, *, title: str, sentence: str, ident: str) -> SafeString:
    percent = share(words, goal)
    circle = {"cx": SIDE // 2, "cy": SIDE // 2, "r": RADIUS}
    value = "ring__value" if percent else "ring__value ring__value--none"
    below = _("words") if goal is None else _("of %(goal)s") % {"goal": whole(goal)}
    return picture(
        element("circle", class_="ring__track", **circle),
        element(
            "circle",
            class_=value,
            pathLength=100,
            stroke_dasharray=f"{percent} 200",
            transform=f"rotate(-90 {SIDE // 2} {SIDE // 2})",
            **circle,
        ),
        element("text", whole(words), class_="ring__text", x=60, y=65, font_size=_size(words)),
        element("text", below, class_="ring__unit", x=60, y=81, font_size=10),
        ident=ident,
        title=title,
        description=sentence,
        size=(SIDE, SIDE),
        css="ring ring--done" if percent == 100 else "ring",
    )


def _size(words: int) -> int:
    """Return a type size at which the number stays inside the ring."""
    return 30 if words < 10_000 else 22
