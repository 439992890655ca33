"""The page of all statistics: everything a writer wrote, in one range of days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from analytics import reports
from analytics.charts import (
    MEASURE_NAMES,
    Chart,
    Sheet,
    causes_chart,
    clock_chart,
    series_chart,
    words_sentence,
    year_chart,
)
from analytics.charts.chart import long_date, whole
from analytics.forms import OverviewForm
from analytics.pages.parts import (
    BUCKET_OF,
    day_url,
    downloads,
    figure,
    period_label,
    readable,
    why_so_many,
)
from analytics.pages.sessions import sessions_of
from analytics.periods import Period
from analytics.reports.figures import fresh_days
from analytics.reports.goals import goals_by_day
from analytics.reports.heat import heat_of, year_of
from analytics.rest import rest_on
from stories.models import Story


def overview_context(
    user: User, asked: dict[str, Any], *, form: OverviewForm, at: datetime, before: str = ""
) -> dict[str, Any]:
    """Return everything the page of all statistics shows. Constant queries.

    `before` is the cursor of the page of sessions asked for.
    """
    today = user.day_of(at)
    within = reports.range_of(asked.get("from_date"), asked.get("to_date"), today=today)
    measure = asked.get("measure", "words")
    year = min(within.last, max(today, within.first)).year
    span = Period(min(within.first, year_of(year).first), max(within.last, year_of(year).last))
    fresh = fresh_days(user, span, today)
    figures = reports.figures_by_day(user, within=span, today=today, days=fresh)
    overview = reports.overview_of(figures, within, measure=measure, today=today)
    written = reports.all_days(user, today=today)
    return {
        "form": form,
        "measure": measure,
        "ranges": _ranges(within, asked, today=today, first=written.first),
        **sessions_of(user, within, asked, before),
        "has_sessions": bool(figures) or written.first < today,
        "period_label": period_label(within, today=today),
        "figures": _figures(overview),
        "series": _series(user, figures, overview, asked, today=today),
        "year": year_chart(
            heat_of(figures, year=year, today=today),
            title=_("The year %(year)d") % {"year": year},
            ident="year",
            week_start=user.week_start,
            why=_("Each square is one of your days; imported words are not in it."),
            downloads=downloads("heatmap", "csv", year=year),
            day_url=day_url,
        ),
        "clock": _clock(user, within, fresh, at=at),
        "causes": _causes(overview),
        "stories": list(
            Story.objects.visible_to(user).live().newest_first().values_list("pk", "title")
        ),
    }


def _figures(overview: reports.Overview) -> list[dict[str, str]]:
    figures, best, measure = overview.figures, overview.best_day, overview.measure
    labels = {
        "words": _("words written"),
        "net": _("words net"),
        "gross": _("words gross"),
        "minutes": _("minutes at work"),
    }
    notes = {
        "words": _("typed by your own hand"),
        "net": _("added less removed"),
        "gross": _("pasted ones too"),
    }
    per_day = _("%(average)s a day of the calendar") % {
        "average": _average(overview.per_calendar_day)
    }
    shown = [
        figure(whole(overview.value), labels[measure], notes.get(measure, ""), "#sessions"),
        figure(_average(overview.per_writing_day), _("a writing day"), per_day, "#series-title"),
        figure(
            whole(overview.active_days),
            ngettext("writing day", "writing days", overview.active_days),
            _("of %(days)s") % {"days": whole(overview.days)},
            "#series-title",
        ),
        figure(
            whole(best.words) if best else "–",
            _("best day"),
            long_date(best.day) if best else "",
            day_url(best.day) if best else "",
        ),
    ]
    if measure != "minutes":
        sessions = ngettext("in %(count)s session", "in %(count)s sessions", figures.sessions)
        note = sessions % {"count": whole(figures.sessions)}
        shown.append(figure(whole(figures.minutes), labels["minutes"], note, "#sessions"))
    share = _("%(words)s words removed") % {"words": whole(figures.removed)}
    return [*shown, figure(f"{figures.revising_percent} %", _("revising"), share, "#causes-title")]


def _average(value: float) -> str:
    return number_format(value, 1 if value < 100 else 0, use_l10n=True, force_grouping=True)


def _series(
    user: User,
    figures: dict[date, reports.Figures],
    overview: reports.Overview,
    asked: dict[str, Any],
    *,
    today: date,
) -> Chart:
    """Draw the range in bars wide enough to see, each leading to what it is made of."""
    within, measure = overview.within, overview.measure
    frequency = readable(asked.get("frequency", "Daily"), len(within))
    bucket = BUCKET_OF[frequency]
    rest = rest_on(user, within.days()) if bucket == "day" else {}
    rows = reports.series_rows(figures, within, bucket=bucket, rest=rest, today=today)
    quota = goals = None
    if measure == "words" and bucket == "day":
        goals = goals_by_day(user, within, today=today)
    elif measure == "words":
        quota = reports.quota_now(user, bucket, today=today)
    titles = {
        "day": _("%(measure)s by day"),
        "week": _("%(measure)s by week"),
        "month": _("%(measure)s by month"),
    }
    sentence = _sentence(overview)
    sheet = Sheet(
        heading=_("Day") if bucket == "day" else _("Period"),
        title=titles[bucket] % {"measure": MEASURE_NAMES[measure]},
        ident="series",
        goal=quota,
        goals=goals,
        measure=measure,
        sentence=sentence,
    )
    urls = [_row_url(row, measure) for row in rows]
    chart = series_chart(rows, sheet, why=why_so_many(overview.best_day), urls=urls)
    asked_for: dict[str, Any] = {
        "bucket": bucket,
        "measure": measure,
        "from_": within.first,
        "to": within.last,
    }
    return replace(chart, downloads=downloads("series", "csv", "xlsx", **asked_for))


def _sentence(overview: reports.Overview) -> str:
    if overview.measure == "words":
        return words_sentence(
            overview.value,
            days=len(overview.within),
            written=overview.active_days,
            best=overview.best_day,
        )
    units = {
        "net": _("%(value)s words net in %(days)s days, an average of %(average)s a day."),
        "gross": _("%(value)s words gross in %(days)s days, an average of %(average)s a day."),
        "minutes": _("%(value)s minutes in %(days)s days, an average of %(average)s a day."),
    }
    return units[overview.measure] % {
        "value": whole(overview.value),
        "days": whole(overview.days),
        "average": _average(overview.per_calendar_day),
    }


def _row_url(row: reports.SeriesRow, measure: str) -> str:
    """Return where a bar comes from: its sessions, or its days."""
    if not row.figures.sessions:
        return ""
    if len(row.period) == 1:
        return day_url(row.period.first)
    return range_url(row.period, measure=measure)


def range_url(within: Period, **asked: str) -> str:
    query = urlencode({"from_date": within.first, "to_date": within.last} | asked)
    return f"{_page_url()}?{query}"


@cache
def _page_url() -> str:
    """Return the page's address, of which a chart of years has one for each bar."""
    return reverse("analytics:overview")


def _clock(user: User, within: Period, fresh: list[date], *, at: datetime) -> Chart:
    return clock_chart(
        reports.clock(user, within=within, days=fresh, at=at),
        title=_("When you write"),
        ident="clock",
        week_start=user.week_start,
        downloads=downloads("clock", "csv", from_=within.first, to=within.last),
    )


def _causes(overview: reports.Overview) -> Chart:
    within = overview.within
    chart = causes_chart(
        overview.figures,
        title=_("Where the words came from"),
        ident="causes",
        why=_("Words written are those typed or applied; the others are counted beside them."),
    )
    return replace(
        chart, downloads=downloads("overview", "csv", from_=within.first, to=within.last)
    )


def _ranges(
    within: Period, asked: dict[str, Any], *, today: date, first: date
) -> list[dict[str, Any]]:
    """Return the ranges that are one step away."""
    kept = {name: asked[name] for name in ("frequency", "measure") if name in asked}
    choices = [
        (_("30 days"), reports.range_of(None, None, today=today)),
        (_("90 days"), Period(date.fromordinal(max(1, today.toordinal() - 89)), today)),
        (_("This year"), Period(date(today.year, 1, 1), today)),
        (_("All"), Period(min(first, today), today)),
    ]
    return [
        {"label": label, "url": range_url(period, **kept), "is_current": period == within}
        for label, period in choices
    ]
