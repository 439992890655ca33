"""The staff's Writing dashboard: what all writers do together, in charts with their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts import (
    Chart,
    Column,
    Stayed,
    causes_chart,
    cohorts_chart,
    columns_chart,
)
from analytics.charts.chart import long_date, short_date, whole
from analytics.periods import Period
from analytics.reports.studio import (
    FEWEST,
    LENGTHS,
    AsOf,
    Cohort,
    Group,
    StudioReport,
    studio_report,
)
from analytics.warehouse.places import WarehouseUnavailable
from nexus.lib import save_latency
from nexus.lib.save_latency import BOUNDS, Latency

LATENCY_DAYS = 7


def studio_context(*, at: datetime) -> dict[str, Any]:
    """Return everything the dashboard shows; `is_away` where the warehouse cannot be read."""
    try:
        report = studio_report(at=at)
    except WarehouseUnavailable:
        return {"is_away": True, "latency": _latency(at)}
    return {
        "is_away": False,
        "as_of": _as_of(report.as_of),
        "charts": studio_charts(report) if report.has_something else [],
        "nothing": _nothing(),
        "latency": _latency(at),
    }


def studio_charts(report: StudioReport) -> list[tuple[Chart, str]]:
    """Return the charts of a report in the order of the page, each with its shape there."""
    days, weeks, months = report.days, report.weeks, report.months
    charts = [
        (_writers(days, _("Writers by day"), "days", _("Day"), map(_long, days)), "month"),
        (_words(days), "month"),
        (_writers(weeks, _("Writers by week"), "weeks", _("Week"), map(_span, weeks)), "month"),
        (
            _writers(months, _("Writers by month"), "months", _("Month"), map(_month, months)),
            "month",
        ),
        (_causes(report), "lanes"),
        (_lengths(report), "month"),
        (_cohorts(report.cohorts), "lanes"),
    ]
    return [
        (replace(chart, downloads=(("CSV", f"?csv={chart.id}"),)), shape) for chart, shape in charts
    ]


def untold() -> str:
    return _("fewer than %(fewest)d writers") % {"fewest": FEWEST}


def _as_of(as_of: AsOf) -> str:
    said = _("As of %(time)s.") % {"time": _time(as_of.opened)}
    if as_of.closed is None:
        return said
    closed = _("Months before %(month)s are read from the warehouse, last compared %(time)s.") % {
        "month": date_format(as_of.closed_before, "F Y"),
        "time": _time(as_of.closed),
    }
    return f"{said} {closed}"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _long(group: Group) -> str:
    return long_date(group.period.first)


def _span(group: Group) -> str:
    return period_name(group.period)


def period_name(period: Period) -> str:
    dates = {"first": long_date(period.first), "last": long_date(period.last)}
    return _("%(first)s to %(last)s") % dates


def _month(group: Group) -> str:
    return date_format(group.period.first, "F Y")


def _writers(
    groups: Sequence[Group], title: str, ident: str, heading: str, names: Iterable[str]
) -> Chart:
    """Draw how many wrote at least a word."""
    columns = [
        Column(name, _label(group.period.first, ident), group.writers)
        for name, group in zip(names, groups, strict=True)
    ]
    told = [(one.name, one.value) for one in columns if one.value is not None]
    said = _nothing()
    if told:
        name, last = told[-1]
        said = _("%(name)s: %(last)s writers; the most were %(most)s.") % {
            "name": name,
            "last": whole(last),
            "most": whole(max(value for _name, value in told)),
        }
    return columns_chart(
        columns,
        title=title,
        ident=ident,
        sentence=said,
        headings=(heading, _("Writers")),
        untold=untold(),
        why=_("Who wrote at least one word by their own hand; the last may be still running.")
        if ident != "days"
        else _("Who wrote at least one word by their own hand."),
    )


def _label(day: date, ident: str) -> str:
    return date_format(day, "M Y") if ident == "months" else short_date(day)


def _nothing() -> str:
    return _("Nothing can be told yet: numbers begin with %(fewest)d writers.") % {"fewest": FEWEST}


def _words(days: Sequence[Group]) -> Chart:
    told = [group.words for group in days if group.words is not None]
    said = ngettext(
        "%(words)s words on the %(count)d day that can be told, %(average)s on average.",
        "%(words)s words on the %(count)d days that can be told, %(average)s a day.",
        len(told),
    )
    values = {"words": whole(sum(told)), "count": len(told)}
    values["average"] = whole(round(sum(told) / len(told))) if told else ""
    return columns_chart(
        [Column(_long(group), short_date(group.period.first), group.words) for group in days],
        title=_("Words by day"),
        ident="words",
        sentence=said % values if told else _nothing(),
        headings=(_("Day"), _("Words")),
        untold=untold(),
        why=_("Words written by hand, by the writers’ own days, once a day is over everywhere."),
    )


def _causes(report: StudioReport) -> Chart:
    chart = causes_chart(
        report.causes,
        title=_("Where the words came from"),
        ident="causes",
        why=_(
            "%(span)s, on days that can be told; what fewer than %(fewest)d writers of a month "
            "did is left out. What was applied counts as typed."
        )
        % {"span": period_name(report.recent), "fewest": FEWEST},
    )
    return chart if chart.rows else replace(chart, sentence=_nothing())


def _lengths(report: StudioReport) -> Chart:
    bounds = [*LENGTHS, None]
    names = [
        _("under %(end)d minutes") % {"end": LENGTHS[0]},
        *(
            _("%(begin)d to %(end)d minutes") % {"begin": begin, "end": end}
            for begin, end in pairwise(LENGTHS)
        ),
        _("%(begin)d minutes and more") % {"begin": LENGTHS[-1]},
    ]
    labels = [f"< {LENGTHS[0]}", *(f"≥ {bound}" for bound in bounds[:-1])]
    counts = report.lengths
    said = _nothing()
    if sum(counts):
        most = max(range(len(counts)), key=lambda place: counts[place])
        said = _("%(count)s sessions; most often %(length)s.") % {
            "count": whole(sum(counts)),
            "length": names[most],
        }
    return columns_chart(
        [
            Column(name, label, count or None)
            for name, label, count in zip(names, labels, counts, strict=True)
        ],
        title=_("How long a session is"),
        ident="lengths",
        sentence=said,
        headings=(_("At work"), _("Sessions")),
        untold=untold(),
        why=_("Active time, %(span)s.") % {"span": period_name(report.recent)},
    )


def _cohorts(cohorts: Sequence[Cohort]) -> Chart:
    first = [cohort for cohort in cohorts if len(cohort.active) > 1]
    stayed = [cohort.active[1] for cohort in first if cohort.active[1] is not None]
    said = _nothing()
    if cohorts:
        said = ngettext(
            "%(people)s people signed up in %(count)d month that can be told.",
            "%(people)s people signed up in %(count)d months that can be told.",
            len(cohorts),
        ) % {"people": whole(sum(one.size for one in cohorts)), "count": len(cohorts)}
    if stayed:
        size = sum(cohort.size for cohort in first if cohort.active[1] is not None)
        said += " " + _("Of 100, %(percent)d wrote in the month after.") % {
            "percent": round(sum(stayed) * 100 / size)
        }
    return cohorts_chart(
        [Stayed(cohort.month, cohort.size, cohort.active) for cohort in cohorts],
        title=_("Who stays"),
        ident="cohorts",
        sentence=said,
        untold=untold(),
        why=_("By the month of signing up; 0 is that month itself. Only whole months are told."),
    )


def _latency(at: datetime) -> Chart | None:
    """Draw the saves of the last days by how long they took; None when Redis is away."""
    found = save_latency.latency_of(LATENCY_DAYS, until=at.astimezone(UTC).date())
    if found is None:
        return None
    names = [
        *(_("at most %(bound)d ms") % {"bound": bound} for bound in BOUNDS),
        _("over %(bound)d ms") % {"bound": BOUNDS[-1]},
    ]
    labels = [*map(str, BOUNDS), f"> {BOUNDS[-1]}"]
    return columns_chart(
        [Column(*one) for one in zip(names, labels, found.counts, strict=True)],
        title=_("Time to save"),
        ident="latency",
        sentence=latency_sentence(found),
        headings=(_("Took"), _("Saves")),
        untold="",
        why=_("On the server, the last %(days)d days; labels are milliseconds.")
        % {"days": LATENCY_DAYS},
    )


def latency_sentence(found: Latency) -> str:
    if not found.saves:
        return _("No saves in these days.")
    bounds = {f"p{percent}": _bound(found, percent) for percent in (50, 95, 99)}
    return _(
        "Of 100 saves, 50 took at most %(p50)s, 95 at most %(p95)s and 99 at most %(p99)s."
    ) % (bounds)


def _bound(found: Latency, percent: int) -> str:
    bound = found.within(percent)
    return (
        _("more than was measured") if bound is None else _("%(bound)s\u00a0ms") % {"bound": bound}
    )
