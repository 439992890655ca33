"""The page of one story's statistics."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics import reports
from analytics.charts import (
    Chart,
    Length,
    bar_chart,
    causes_sentence,
    lengths_chart,
    period_chart,
    ring_chart,
    year_chart,
)
from analytics.charts.chart import whole
from analytics.forms import RangeForm
from analytics.pages.growth import growth_of, growth_span
from analytics.pages.parts import (
    causes_of,
    day_url,
    download,
    downloads,
    figure,
    period_label,
    readable,
    why_so_many,
    writing_periods,
)
from analytics.pages.sessions import sessions_of
from analytics.periods import Period
from analytics.reports.goals import goals_by_day
from analytics.reports.heat import heat_of, year_of
from analytics.reports.stories import DEFAULT_DAYS
from analytics.rest import rest_on
from stories.models import Chapter, Plan, Story


def story_context(
    story: Story,
    asked: dict[str, Any],
    *,
    form: RangeForm,
    at: datetime,
    before: str = "",
) -> dict[str, Any]:
    """Return everything the statistics page of a story shows. Constant queries.

    `before` is the cursor of the page of sessions asked for.
    """
    user, day = story.owner, story.owner.day_of(at)
    asked |= {"frequency": readable(asked.get("frequency", "Daily"), _days_asked(asked, day))}
    plan = Plan.objects.filter(story=story).first()
    figures = reports.figures_by_day(
        user, within=_span(plan, asked, day), today=day, story_id=story.pk
    )
    report = reports.story_analytics(
        story,
        at=at,
        fill=_may_fill(asked, today=day),
        figures=figures,
        has_progress=False,
        **asked,
    )
    today = figures.get(day, reports.Figures())
    goal = reports.goal_on(user, day, story_id=story.pk)
    spread = reports.figures_within(report)
    chapters = list(
        Chapter.objects.live()
        .filter(story=story)
        .order_by("position")
        .values_list("pk", "title", "word_count")
    )
    return {
        "story": story,
        "form": form,
        "frequency": report.frequency,
        "today": ring_chart(words=today.words_written, goal=goal, ident="today"),
        "month": _main_chart(report, today=day, story=story),
        "year": year_chart(
            heat_of(figures, year=day.year, today=day),
            title=_("The year %(year)d") % {"year": day.year},
            ident="year",
            week_start=user.week_start,
            why=_("Each square is one of your days; imported words are not in it."),
            downloads=downloads("heatmap", "csv", year=day.year, story=story.pk),
            day_url=day_url,
        ),
        "growth": growth_of(
            story, sum(words for *_one, words in chapters), figures, plan=plan, today=day
        ),
        "lengths": _lengths(chapters) if chapters else None,
        "figures": _figures(report, spread),
        "causes": causes_of(spread),
        "causes_sentence": causes_sentence(spread),
        "period_label": period_label(report.within, today=day),
        **sessions_of(user, report.within, asked, before, story=story),
    }


def _span(plan: Plan | None, asked: dict[str, Any], today: date) -> Period:
    """Return the days that anything on the page is drawn from."""
    last = asked.get("to_date", today)
    month_back = date.fromordinal(max(1, last.toordinal() - DEFAULT_DAYS + 1))
    firsts = (
        asked.get("from_date", month_back),
        year_of(today.year).first,
        growth_span(plan, today).first,
    )
    return Period(min(firsts), max(year_of(today.year).last, last))


def _may_fill(asked: dict[str, Any], *, today: date) -> bool:
    """Empty periods are drawn, unless the range is longer than anyone could see."""
    return _days_asked(asked, today) <= reports.MOST_FILLED_DAYS


def _days_asked(asked: dict[str, Any], today: date) -> int:
    first, last = asked.get("from_date"), asked.get("to_date") or today
    return (last - first).days + 1 if first else 1


def _main_chart(report: reports.StoryAnalytics, *, today: date, story: Story) -> Chart:
    within = report.within
    taken = (
        (
            "CSV",
            download(
                "analytics",
                "csv",
                story.pk,
                frequency=report.frequency,
                from_date=within.first,
                to_date=within.last,
            ),
        ),
    )
    if report.frequency == "Daily":
        return replace(_day_bars(report, today=today, story=story), downloads=taken)
    quota = report.target.quota if report.target else None
    title = _("Words by week") if report.frequency == "Weekly" else _("Words by month")
    chart = period_chart(report.rows, goal=quota, title=title, ident="month", why=_why(report))
    return replace(chart, downloads=taken)


def _day_bars(report: reports.StoryAnalytics, *, today: date, story: Story) -> Chart:
    days = [
        reports.DayWords(row.period.first, row.words, row.figures, row.period.first == today)
        for row in report.rows
    ]
    chart = bar_chart(
        days,
        goal=None,
        goals=goals_by_day(report.user, report.within, today=today, story_id=story.pk),
        title=_("Words by day"),
        ident="month",
        why=_why(report),
        rest=rest_on(report.user, [day.day for day in days]),
    )
    return replace(chart, rows=tuple(map(_linked, chart.rows, days)))


def _linked(row: tuple[str, ...], day: reports.DayWords) -> tuple[str, ...]:
    """Let a day in the table lead to its sessions."""
    link = format_html('<a href="{}">{}</a>', day_url(day.day), row[0])
    return (link if day.figures.sessions else row[0], *row[1:])


def _why(report: reports.StoryAnalytics) -> str | SafeString:
    return why_so_many(reports.best_of(report.rows) or report.kpis.best_day)


def _figures(report: reports.StoryAnalytics, spread: reports.Figures) -> list[dict[str, str]]:
    written = [row for row in report.rows if row.words]
    speed = spread.words_per_minute
    return [
        figure(whole(spread.words_written), _("words written"), url="#sessions"),
        figure(whole(spread.net), _("net"), _("added less removed"), url="#causes"),
        figure(whole(spread.removed), _("removed"), url="#causes"),
        figure(whole(spread.minutes), _("minutes at work"), url="#sessions"),
        figure(
            str(speed) if speed and spread.minutes else "–", _("words a minute"), url="#sessions"
        ),
        figure(
            whole(len(written)), writing_periods(report.frequency, len(written)), url="#month-title"
        ),
    ]


def _lengths(chapters: list[tuple[Any, str, int]]) -> Chart:
    lengths = [
        Length(place, title, words, reverse("stories:chapter", args=[pk]))
        for place, (pk, title, words) in enumerate(chapters, start=1)
    ]
    return lengths_chart(lengths, title=_("How long the chapters are"), ident="lengths")
