"""Ready values for the pages of statistics: charts, figures, causes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from analytics import reports
from analytics.charts import bar_chart, period_chart, ring_chart, year_chart
from analytics.charts.chart import long_date, whole
from analytics.forms import RangeForm
from analytics.models import WritingSession
from analytics.periods import Period
from analytics.words import ADDED, CAUSES
from stories.models import Story

MOST_DAY_BARS, MOST_WEEK_BARS = 100, 110
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


def story_context(
    story: Story, asked: dict[str, Any], *, form: RangeForm, at: datetime
) -> dict[str, Any]:
    """Return everything the statistics page of a story shows. Constant queries."""
    user, day = story.owner, story.owner.day_of(at)
    asked |= {"frequency": _readable(asked, today=day)}
    report = reports.story_analytics(story, at=at, fill=_may_fill(asked, today=day), **asked)
    today = reports.story_today(story, at=at)
    goal = reports.goal_on(user, day, story_id=story.pk)
    year = reports.heat_year(user, year=day.year, story_id=story.pk, at=at)
    spread = reports.figures_within(report)
    return {
        "story": story,
        "form": form,
        "frequency": report.frequency,
        "today": ring_chart(words=today.words_written, goal=goal, ident="today"),
        "month": _main_chart(report, goal, today=day),
        "year": year_chart(
            year,
            title=_("The year %(year)d") % {"year": year.year},
            ident="year",
            week_start=user.week_start,
            why=_("Each square is one of your days; imported words are not in it."),
        ),
        "figures": _figures(report, spread),
        "causes": causes_of(spread),
        "causes_sentence": causes_sentence(spread),
        "period_label": period_label(report.within, today=day),
        "has_sessions": WritingSession.objects.filter(user=user, story=story).exists(),
    }


def _readable(asked: dict[str, Any], *, today: date) -> str:
    """Return the frequency asked for, or a coarser one where bars would be too thin to see."""
    chosen = asked.get("frequency", "Daily")
    days = _days_asked(asked, today)
    if chosen == "Daily" and days > MOST_DAY_BARS:
        chosen = "Weekly"
    return "Monthly" if chosen == "Weekly" and days > MOST_WEEK_BARS * 7 else chosen


def _may_fill(asked: dict[str, Any], *, today: date) -> bool:
    """Empty periods are drawn, unless the range is longer than anyone could see."""
    return _days_asked(asked, today) <= reports.MOST_FILLED_DAYS


def _days_asked(asked: dict[str, Any], today: date) -> int:
    first, last = asked.get("from_date"), asked.get("to_date") or today
    return (last - first).days + 1 if first else 1


def _main_chart(report: reports.StoryAnalytics, goal: int | None, *, today: date) -> Any:
    why = _why(report)
    if report.frequency == "Daily":
        days = [
            reports.DayWords(row.period.first, row.words, row.figures, row.period.first == today)
            for row in report.rows
        ]
        chart = bar_chart(days, goal=goal, title=_("Words by day"), ident="month", why=why)
        return replace(chart, rows=tuple(map(_linked, chart.rows, days)))
    quota = report.target.quota if report.target else None
    title = _("Words by week") if report.frequency == "Weekly" else _("Words by month")
    return period_chart(report.rows, goal=quota, title=title, ident="month", why=why)


def _linked(row: tuple[str, ...], day: reports.DayWords) -> tuple[str, ...]:
    """Let a day in the table lead to its sessions."""
    link = format_html('<a href="{}">{}</a>', reverse("analytics:day", args=[day.day]), row[0])
    return (link if day.figures.sessions else row[0], *row[1:])


def _why(report: reports.StoryAnalytics) -> str | SafeString:
    """Link to the sessions of the best day."""
    best = reports.best_of(report.rows) or report.kpis.best_day
    if best is None:
        return _("Words you typed, by your own days. Imported and pasted words are kept apart.")
    return format_html(
        '<a href="{}">{}</a>',
        reverse("analytics:day", args=[best.day]),
        _("Why %(words)s on %(day)s? See its sessions")
        % {"words": whole(best.words), "day": long_date(best.day)},
    )


def _figures(report: reports.StoryAnalytics, spread: reports.Figures) -> list[dict[str, str]]:
    written = [row for row in report.rows if row.words]
    speed = spread.words_per_minute
    return [
        _figure(whole(spread.words_written), _("words written")),
        _figure(whole(spread.net), _("net"), _("added less removed")),
        _figure(whole(spread.removed), _("removed")),
        _figure(whole(spread.minutes), _("minutes at work")),
        _figure(str(speed) if speed and spread.minutes else "–", _("words a minute")),
        _figure(whole(len(written)), _plural_rows(report.frequency, len(written))),
    ]


def _figure(value: str, label: str, note: str = "") -> dict[str, str]:
    return {"value": value, "label": label, "note": note}


def _plural_rows(frequency: str, count: int) -> str:
    if frequency == "Weekly":
        return ngettext("week with words", "weeks with words", count)
    if frequency == "Monthly":
        return ngettext("month with words", "months with words", count)
    return ngettext("writing day", "writing days", count)


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


def causes_sentence(figures: reports.Figures) -> str:
    if not figures.added and not figures.taken:
        return ""
    return _("%(added)s words came, %(taken)s went: %(net)s net.") % {
        "added": whole(figures.added),
        "taken": whole(figures.taken),
        "net": whole(figures.net),
    }


def period_label(within: Period, *, today: date) -> str:
    if within.last == today and len(within) == 30:
        return _("the last 30 days")
    return _("%(first)s to %(last)s") % {
        "first": long_date(within.first),
        "last": long_date(within.last),
    }


def day_context(report: reports.DayReport, *, user: User) -> dict[str, Any]:
    """Return the page of one day: what it sums to, and each session with its causes."""
    figures = report.figures
    return {
        "day": report.day,
        "day_label": long_date(report.day),
        "figures": [
            _figure(whole(figures.words_written), _("words written")),
            _figure(whole(figures.net), _("net")),
            _figure(whole(figures.minutes), _("minutes at work")),
            _figure("–" if report.goal is None else whole(report.goal), _("goal of that day")),
        ],
        "causes": causes_of(figures) if report.sessions else [],
        "causes_sentence": causes_sentence(figures),
        "sessions": [_session(session) for session in report.sessions],
        "previous_url": _neighbour(report.day, -1),
        "next_url": _neighbour(report.day, +1),
    }


def _neighbour(day: date, step: int) -> str:
    number = day.toordinal() + step
    if not 1 <= number <= date.max.toordinal():
        return ""
    return reverse("analytics:day", args=[date.fromordinal(number)])


def _session(session: WritingSession) -> dict[str, Any]:
    zone = ZoneInfo(session.time_zone)
    began, ended = localtime(session.started_at, zone), localtime(session.last_change_at, zone)
    chapter = session.chapter
    is_there = chapter and not chapter.trashed_at and not chapter.story.trashed_at
    return {
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
