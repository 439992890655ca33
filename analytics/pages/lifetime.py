"""The page of a writer's whole life of writing: records, years, seasons, hours and pace."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts import (
    Bar,
    Chart,
    Level,
    Sheet,
    YearHours,
    growth_chart,
    hours_by_year_chart,
    named_chart,
)
from analytics.charts.chart import long_date, whole
from analytics.pages.overview import range_url
from analytics.pages.parts import day_url, figure
from analytics.periods import Period
from analytics.reports.figures import NOTHING
from analytics.reports.overview import MOST_DAYS
from analytics.warehouse.lifetime import PACE_DAYS, Lifetime, Record, Year


def lifetime_context(life: Lifetime) -> dict[str, Any]:
    """Return everything the page shows. Pure."""
    return {
        "first_day": long_date(life.within.first),
        "figures": _figures(life),
        "years": _years_chart(life),
        "seasons": _seasons_chart(life),
        "hours": _hours_chart(life),
        "pace": _pace_chart(life) if life.pace else None,
        "table": [_year_line(year) for year in reversed(life.years)],
        "closed_at": _moment(life.closed_at) if life.closed_at else "",
        "open_at": _moment(life.open_at),
    }


def _moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j F Y, H:i")


def _url_of(within: Period) -> str:
    """Return where these days are shown; what is too long for that page has no why of its own."""
    return range_url(within) if len(within) <= MOST_DAYS else ""


def _figures(life: Lifetime) -> list[dict[str, str]]:
    days, sessions = life.total("writing_days"), life.total("sessions")
    in_sessions = ngettext("in %(count)s session", "in %(count)s sessions", sessions)
    return [
        figure(
            whole(life.total("words")),
            _("words written"),
            in_sessions % {"count": whole(sessions)},
            _url_of(life.within),
        ),
        figure(
            whole(days),
            ngettext("writing day", "writing days", days),
            _("of %(days)s") % {"days": whole(len(life.within))},
            "#years-title",
        ),
        _record(life.best_day, _("best day")),
        _record(life.best_week, _("best week")),
        _record(life.best_month, _("best month")),
        _record(life.best_year, _("best year")),
        _longest(life.longest),
        figure(
            _percent(life.swing),
            _("swing"),
            _("from week to week"),
            "#table-title",
        ),
    ]


def _record(record: Record | None, label: str) -> dict[str, str]:
    if record is None:
        return figure("–", label)
    within = record.within
    url = day_url(within.first) if len(within) == 1 else _url_of(within)
    return figure(whole(record.value), label, _days(within), url)


def _days(within: Period) -> str:
    """Name a day, a month, a year or a week as one would say it."""
    first, last = within.first, within.last
    if first == last:
        return long_date(first)
    if len(within) == 7:
        return _("week of %(day)s") % {"day": long_date(first)}
    if (first.year, first.month) == (last.year, last.month):
        return date_format(first, "F Y")
    return str(first.year)


def _longest(record: Record | None) -> dict[str, str]:
    label = _("longest session")
    if record is None:
        return figure("–", label)
    day = record.within.first
    return figure(_duration(record.value), label, long_date(day), day_url(day))


def _duration(seconds: int) -> str:
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)s h %(minutes)02d") % {
        "hours": whole(minutes // 60),
        "minutes": minutes % 60,
    }


def _percent(value: int | None) -> str:
    return "–" if value is None else f"{whole(value)} %"


def _years_chart(life: Lifetime) -> Chart:
    bars = [
        Bar(
            key=str(year.within.first.year),
            name=str(year.within.first.year),
            label=str(year.within.first.year),
            value=year.words,
            down=year.removed,
            figures=NOTHING,
            is_now=year.within.last == life.within.last,
            url=_url_of(year.within),
        )
        for year in life.years
    ]
    words, count = life.total("words"), len(life.years)
    said = ngettext(
        "%(words)s words in %(count)d year.", "%(words)s words in %(count)d years.", count
    )
    sentence = said % {"words": whole(words), "count": count}
    sheet = Sheet(_("Year"), _("Year by year"), "years", sentence=sentence)
    return named_chart(bars, sheet, why=_("In the table each year leads to its days."))


def _seasons_chart(life: Lifetime) -> Chart:
    bars = [
        Bar(
            key=str(season.month),
            name=str(MONTHS[season.month]),
            label=str(MONTHS_3[season.month]).capitalize(),
            value=season.average,
            down=0,
            figures=NOTHING,
        )
        for season in life.seasons
    ]
    best = max(life.seasons, key=lambda season: season.average)
    sentence = _("No words yet.")
    if best.average:
        sentence = _("%(month)s is your strongest month: %(words)s words on average.") % {
            "month": MONTHS[best.month],
            "words": whole(best.average),
        }
    sheet = Sheet(_("Month"), _("Your seasons"), "seasons", measure="average", sentence=sentence)
    why = _("Each month’s words written, divided by how often it has come since your first day.")
    return named_chart(bars, sheet, why=why)


def _hours_chart(life: Lifetime) -> Chart:
    years = [
        YearHours(year.within.first.year, year.hours, _url_of(year.within)) for year in life.years
    ]
    return hours_by_year_chart(
        years,
        title=_("Your hours, year by year"),
        ident="hours",
        why=_("The hour is that in which a session began, on your own clock."),
    )


def _pace_chart(life: Lifetime) -> Chart:
    _day, words = life.pace[-1]
    best_day, best = max(life.pace, key=lambda point: (point[1], point[0]))
    sentence = _(
        "%(words)s words a day over the last %(days)d days; your fastest stretch had %(best)s and"
        " ended on %(best_day)s."
    ) % {
        "words": whole(words),
        "days": PACE_DAYS,
        "best": whole(best),
        "best_day": long_date(best_day),
    }
    return growth_chart(
        [Level(day, words) for day, words in life.pace],
        title=_("Your pace"),
        ident="pace",
        why=_("Each point is the words written in the 28 days before it, by day."),
        day_url=_pace_url,
        sentence=sentence,
    )


def _pace_url(day: date) -> str:
    return range_url(Period(day - timedelta(days=PACE_DAYS - 1), day))


def _year_line(year: Year) -> dict[str, str]:
    """Return one year as a line of the table, ready."""
    per_minute = number_format(year.per_minute, 1) if year.seconds else "–"
    return {
        "year": str(year.within.first.year),
        "url": _url_of(year.within),
        "words": whole(year.words),
        "days": whole(year.writing_days),
        "sessions": whole(year.sessions),
        "time": _duration(year.seconds),
        "per_minute": per_minute,
        "swing": _percent(year.swing),
    }
