"""The page of one day: its sessions on a time line, its causes, its chapters."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from analytics import reports
from analytics.charts import Stretch, causes_sentence, day_chart
from analytics.charts.chart import Downloads, long_date, whole
from analytics.pages.parts import (
    causes_of,
    day_url,
    download,
    figure,
    session_line,
)
from analytics.rest import rest_on


def day_context(report: reports.DayReport, *, user: User) -> dict[str, Any]:
    """Return the page of one day: what it sums to, and each session with its causes."""
    figures = report.figures
    lines = [session_line(session) for session in report.sessions]
    why = "#sessions-title" if lines else ""
    targets = f"{reverse('analytics:targets')}?month={report.day:%Y-%m}#calendar-title"
    return {
        "day": report.day,
        "day_label": long_date(report.day),
        "is_rest": report.day in rest_on(user, [report.day]),
        "figures": [
            figure(whole(figures.words_written), _("words written"), url=why),
            figure(whole(figures.net), _("net"), url=why),
            figure(whole(figures.minutes), _("minutes at work"), url=why),
            figure(
                "–" if report.goal is None else whole(report.goal),
                _("goal of that day"),
                url=targets,
            ),
        ],
        "causes": causes_of(figures) if report.sessions else [],
        "causes_sentence": causes_sentence(figures) if report.sessions else "",
        "time_line": _time_line(lines) if lines else None,
        "sessions": lines,
        "downloads": _files(report.day) if lines else (),
        "previous_url": _neighbour(report.day, -1),
        "next_url": _neighbour(report.day, +1),
    }


def _time_line(lines: list[dict[str, Any]]) -> Any:
    # Instants of one day in one zone: a writer who flew meanwhile wrote in two.
    zone = lines[0]["began"].tzinfo
    stretches = [
        Stretch(
            f"{line['chapter']} · {line['story']}",
            line["began"].astimezone(zone),
            line["ended"].astimezone(zone),
            line["words"],
            line["net"],
        )
        for line in lines
    ]
    return day_chart(stretches, title=_("The day’s sessions"), ident="time-line")


def _files(day: date) -> Downloads:
    return tuple((kind.upper(), download("day", kind, day)) for kind in ("csv", "xlsx"))


def _neighbour(day: date, step: int) -> str:
    number = day.toordinal() + step
    return day_url(date.fromordinal(number)) if 1 <= number <= date.max.toordinal() else ""
