"""How a book grew to the words it has, beside its plan and the last forecast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import accumulate

from django.utils.translation import gettext as _

from accounts.models import User
from analytics import reports
from analytics.charts import Band, Chart, Level, growth_chart
from analytics.models import Forecast
from analytics.pages.parts import day_url
from analytics.periods import Period, last_days
from analytics.reports.overview import MOST_DAYS
from analytics.rest import rest_on
from stories.models import Plan, Story
from stories.plans import Terms, par_line

DAYS_WITHOUT_PLAN = 90


def growth_span(plan: Plan | None, today: date) -> Period:
    """Return the days drawn: since the plan began, or the last 90 without one."""
    first = plan.start_on if plan else last_days(DAYS_WITHOUT_PLAN, today).first
    return Period(min(max(first, last_days(MOST_DAYS, today).first), today), today)


def growth_of(
    story: Story,
    words: int,
    figures: Mapping[date, reports.Figures],
    *,
    plan: Plan | None,
    today: date,
) -> Chart:
    """Draw the book's words over its `growth_span`, whose figures are at hand. Two queries with a
    plan.
    """
    span = growth_span(plan, today)
    forecast = Forecast.objects.filter(story=story).order_by("-made_on").first() if plan else None
    par = _par(plan, span, user=story.owner) if plan else {}
    return growth_chart(
        levels(figures, span, words=words, par=par),
        title=_("How the book grew"),
        ident="growth",
        band=_band(forecast),
        why=_("Every word is in it, typed or brought in: what the book held at each day’s end."),
        day_url=day_url,
    )


def _par(plan: Plan, span: Period, *, user: User) -> dict[date, int]:
    """Return the total the plan has for each day of `span` and after it, until it is due."""
    end = date.fromordinal(min(plan.due_on.toordinal(), span.first.toordinal() + MOST_DAYS))
    days = Period(min(plan.start_on, end), end)
    weights = plan.weekday_weights or [1] * 7
    terms = Terms(
        plan.start_on, plan.due_on, weights, plan.strategy, rest_on(user, days.days()).keys()
    )
    line = par_line(terms, start_words=plan.start_words, total_words=plan.total_words)
    par, level = {}, plan.start_words
    for day in days.days():
        level = line.get(day, level)
        if day >= span.first:
            par[day] = level
    return par


def levels(
    figures: Mapping[date, reports.Figures],
    span: Period,
    *,
    words: int,
    par: Mapping[date, int],
) -> list[Level]:
    """Count back from the words there are now to the end of each day of `span`. Pure.

    Days the plan has beyond it follow without words.
    """
    days = list(span.days())[::-1]
    taken = (-figures[day].net if day in figures else 0 for day in days[:-1])
    totals = accumulate(taken, initial=words)
    found = [
        Level(day, max(0, total), par.get(day)) for day, total in zip(days, totals, strict=True)
    ]
    ahead = [Level(day, None, words) for day, words in par.items() if day > span.last]
    return found[::-1] + ahead


def _band(forecast: Forecast | None) -> Band | None:
    if not forecast or not (forecast.p10 and forecast.p50 and forecast.p90):
        return None
    if forecast.finished_on:
        return None
    words = forecast.total_words - forecast.words_left
    return Band(
        forecast.made_on,
        words,
        forecast.total_words,
        forecast.p10,
        forecast.p50,
        forecast.p90,
    )
