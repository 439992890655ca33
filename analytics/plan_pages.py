"""Ready values for the page of a plan: its line, its forecast, its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.charts import Band, Chart, Level, growth_chart
from analytics.charts.chart import long_date, whole
from analytics.forecasting import FEWEST_DAYS, Outlook
from analytics.models import RestDay
from analytics.pages.parts import day_url, downloads, figure
from analytics.reports.forecast import ForecastReport, Record, outlook_of
from analytics.reports.plan import PlanDay, PlanReport

# The days to come that the page shows at first, and with everything unfolded.
NEXT_DAYS, MOST_DAYS = 14, 732


def plan_line(report: PlanReport, outlook: Outlook | None = None) -> str:
    """Say it in one line: "41,200 of 90,000, at this pace 12 March – 2 April".

    `outlook` is the report's, where it was made already.
    """
    done = _("%(words)s of %(total)s") % {
        "words": whole(report.word_count),
        "total": whole(report.plan.total_words),
    }
    if report.is_reached:
        return _("%(done)s, the plan is reached") % {"done": done}
    return _("%(done)s, %(when)s") % {
        "done": done,
        "when": _when(outlook or outlook_of(report), report),
    }


def _when(outlook: Outlook, report: PlanReport) -> str:
    if not outlook.has_data:
        return _("due %(day)s") % {"day": _short(report.plan.due_on, report.today)}
    if outlook.p10 is None:
        return _("at this pace more than five years away")
    first = _short(outlook.p10, report.today)
    if outlook.p90 is None:
        return _("at this pace not before %(day)s") % {"day": first}
    last = _short(outlook.p90, report.today)
    if first == last:
        return _("at this pace %(day)s") % {"day": first}
    return _("at this pace %(first)s – %(last)s") % {"first": first, "last": last}


def _short(day: date, today: date) -> str:
    return date_format(day, "j F" if day.year == today.year else "j F Y")


def plan_context(forecast: ForecastReport, *, is_whole: bool) -> dict[str, Any]:
    """Return everything the page says of a plan; with `is_whole` all its days."""
    report = forecast.report
    days = report.days()
    return {
        "line": plan_line(report, forecast.outlook),
        "percent": report.percent,
        "is_reached": report.is_reached,
        "today_sentence": _today_sentence(report),
        "forecast_sentence": _forecast_sentence(forecast),
        "odds": _odds(forecast),
        "record_sentence": _record_sentence(forecast.record),
        "figures": _figures(report, forecast),
        "burn_up": _burn_up(forecast, days),
        "kept": [_kept_row(row) for row in forecast.kept],
        "days": [
            _day_row(day, report.today) for day in _days_shown(report, days, is_whole=is_whole)
        ],
        "is_whole": is_whole,
    }


def _burn_up(forecast: ForecastReport, days: Sequence[PlanDay]) -> Chart:
    """Draw what was there day by day, the plan's own line, and the forecast of this morning."""
    report = forecast.report
    chart = growth_chart(
        [Level(day.day, day.words, day.par) for day in days],
        title=_("The plan’s burn-up"),
        ident="burn-up",
        band=_band(forecast),
        why=_("The dashed line is the plan kept from its first day on, rest days left out."),
        day_url=day_url,
    )
    story = report.plan.story_id
    return replace(chart, downloads=downloads("plan-days", "csv", args=[story]))


def _band(forecast: ForecastReport) -> Band | None:
    report, found = forecast.report, forecast.outlook
    if forecast.status != "ready" or not (found.p10 and found.p50 and found.p90):
        return None
    total = report.plan.total_words
    return Band(report.today, report.word_count, total, found.p10, found.p50, found.p90)


def _days_shown(
    report: PlanReport, days: Sequence[PlanDay], *, is_whole: bool
) -> Sequence[PlanDay]:
    if is_whole:
        return days[:MOST_DAYS]
    return [day for day in days if day.day >= report.today][:NEXT_DAYS]


def _today_sentence(report: PlanReport) -> str:
    if report.is_reached:
        return _("Every word of the plan is there.")
    if report.today < report.plan.start_on:
        return _("The plan begins on %(day)s.") % {"day": long_date(report.plan.start_on)}
    if report.rest_today:
        return _("Today is a rest day: nothing is due.")
    if not report.quota_today:
        return _("Nothing is due today.")
    values = {"quota": whole(report.quota_today), "left": whole(report.remaining_today)}
    if not report.remaining_today:
        return _("Today’s %(quota)s words are there.") % values
    if report.today > report.plan.due_on:
        return _("The date has passed; %(left)s words are left, whenever you like.") % values
    return _("%(quota)s words for today, %(left)s to go.") % values


def _forecast_sentence(forecast: ForecastReport) -> str:
    outlook, today = forecast.outlook, forecast.report.today
    if forecast.status == "reached":
        return ""
    if not outlook.has_data:
        return _(
            "A forecast needs %(fewest)d days of your writing in this story; so far there are"
            " %(days)d."
        ) % {"fewest": FEWEST_DAYS, "days": outlook.days_of_data}
    if outlook.p50 is None:
        return _("At your pace of the last weeks this takes more than five years.")
    return _("At your pace of the last weeks you would be done around %(day)s.") % {
        "day": _short(outlook.p50, today)
    }


def _odds(forecast: ForecastReport) -> str:
    odds = forecast.outlook.odds
    if odds is None or forecast.status == "reached":
        return ""
    return _percent(odds)


def _percent(odds: float) -> str:
    """Say odds without more precision than they have."""
    percent = round(100 * odds)
    return (
        _("under 1\u00a0%")
        if percent < 1
        else _("over 99\u00a0%")
        if percent > 99
        else f"{percent}\u00a0%"
    )


def _record_sentence(record: Record) -> str:
    if not record.closed or record.days_off is None:
        return ""
    held = ngettext(
        "Of %(closed)d earlier forecast %(within)d held its dates",
        "Of %(closed)d earlier forecasts %(within)d held their dates",
        record.closed,
    ) % {"closed": record.closed, "within": record.within}
    days = round(record.days_off)
    off = ngettext("%(days)d day off", "%(days)d days off", days) % {"days": days}
    return _("%(held)s; the middle one was %(off)s.") % {"held": held, "off": off}


def _figures(report: PlanReport, forecast: ForecastReport) -> list[dict[str, str]]:
    due, days = "#burn-up-title", "#days-title"
    figures = [
        figure(whole(report.words_left), _("words left"), url=due),
        figure(
            whole(report.days_left),
            ngettext("writing day left", "writing days left", report.days_left),
            url=days,
        ),
        figure(whole(report.quota_today), _("for today"), url=days),
    ]
    if odds := _odds(forecast):
        day = _short(report.plan.due_on, report.today)
        label = _("odds of being done by %(day)s") % {"day": day}
        figures.append(figure(odds, label, url=due))
    return figures


def _day_row(day: PlanDay, today: date) -> dict[str, Any]:
    return {
        "label": date_format(day.day, "D j F Y"),
        "iso": day.day.isoformat(),
        "url": reverse("analytics:day", args=[day.day]) if day.day <= today else "",
        "is_today": day.day == today,
        "rest": RestDay.Kind(day.rest).label if day.rest else "",
        "quota": _or_dash(day.quota),
        "expected": _or_dash(day.expected),
        "words": _or_dash(day.words),
        "par": whole(day.par),
    }


def _or_dash(value: int | None) -> str:
    return "–" if value is None else whole(value)


def _kept_row(row: Any) -> dict[str, str]:
    return {
        "made": long_date(row.made_on),
        "first": _maybe(row.p10),
        "middle": _maybe(row.p50),
        "last": _maybe(row.p90),
        "odds": "–" if row.odds is None else _percent(row.odds),
        "finished": _maybe(row.finished_on) if row.finished_on else _("not yet"),
    }


def _maybe(day: date | None) -> str:
    return long_date(day) if day else _("beyond five years")
