"""What the pages of statistics have in common: figures, causes, sessions, addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics import reports
from analytics.charts import CAUSE_LABELS
from analytics.charts.chart import Downloads, long_date, whole
from analytics.models import WritingSession
from analytics.periods import Period
from analytics.words import ADDED, CAUSES

MOST_DAY_BARS, MOST_WEEK_BARS = 100, 110
BUCKET_OF = {frequency: bucket for bucket, frequency in reports.BUCKETS.items()}


def figure(value: str, label: str, note: str = "", url: str = "") -> dict[str, str]:
    """Return one number with its words; with `url` it leads to its why."""
    return {"value": value, "label": label, "note": note, "url": url}


def causes_of(figures: reports.Figures) -> list[dict[str, Any]]:
    """Return each cause that has words; shares are of the largest."""
    counts = {cause: getattr(figures, cause) for cause in CAUSES}
    most = max(counts.values())
    return [
        {
            "label": CAUSE_LABELS[cause],
            "words": words,
            "share": round(100 * words / most),
            "is_taken": cause not in ADDED,
        }
        for cause, words in counts.items()
        if words
    ]


def period_label(within: Period, *, today: date) -> str:
    if within.last == today and len(within) == 30:
        return _("the last 30 days")
    return _("%(first)s to %(last)s") % {
        "first": long_date(within.first),
        "last": long_date(within.last),
    }


def readable(frequency: str, days: int) -> str:
    """Return the frequency asked for, or a coarser one where bars would be too thin to see."""
    if frequency == "Daily" and days > MOST_DAY_BARS:
        frequency = "Weekly"
    return "Monthly" if frequency == "Weekly" and days > MOST_WEEK_BARS * 7 else frequency


def writing_periods(frequency: str, count: int) -> str:
    if frequency == "Weekly":
        return ngettext("week with words", "weeks with words", count)
    if frequency == "Monthly":
        return ngettext("month with words", "months with words", count)
    return ngettext("writing day", "writing days", count)


# A page of five years leads to thousands of days.
@lru_cache(10_000)
def day_url(day: date) -> str:
    return reverse("analytics:day", args=[day])


def why_so_many(best: reports.BestDay | None) -> str | SafeString:
    """Link to the sessions of the best day; without one, say what the words are."""
    if best is None:
        return _("Words you typed, by your own days. Imported and pasted words are kept apart.")
    return format_html(
        '<a href="{}">{}</a>',
        day_url(best.day),
        _("Why %(words)s on %(day)s? See its sessions")
        % {"words": whole(best.words), "day": long_date(best.day)},
    )


def download(name: str, file_format: str, *args: object, **query: object) -> str:
    """Return the address in the API that gives the same numbers as a file."""
    asked = {key.rstrip("_"): value for key, value in query.items() if value}
    return f"{reverse(f'api:{name}', args=args)}?{urlencode(asked | {'format': file_format})}"


def downloads(name: str, *formats: str, args: Sequence[object] = (), **query: object) -> Downloads:
    return tuple((kind.upper(), download(name, kind, *args, **query)) for kind in formats)


def session_line(session: WritingSession) -> dict[str, Any]:
    """Return one session as a line of a list; the time on the clock the writer had then."""
    zone = ZoneInfo(session.time_zone)
    began, ended = localtime(session.started_at, zone), localtime(session.last_change_at, zone)
    chapter = session.chapter
    is_there = chapter and not chapter.trashed_at and not chapter.story.trashed_at
    return {
        "day": session.day,
        "day_label": long_date(session.day),
        "day_url": day_url(session.day),
        "began": began,
        "ended": ended,
        "time": f"{began:%H:%M}–{ended:%H:%M}",
        "chapter": session.chapter_title,
        "story": session.story_title,
        "url": chapter.get_absolute_url() if chapter and is_there else "",
        "words": session.words_written,
        "net": session.net,
        "minutes": round(session.active_seconds / 60),
        "saves": session.saves,
        "source": session.get_source_display(),
        "causes": [
            {"label": CAUSE_LABELS[cause], "words": getattr(session, cause)}
            for cause in CAUSES
            if getattr(session, cause)
        ],
    }
