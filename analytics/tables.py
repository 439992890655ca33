"""Reports as tables: the same numbers as the pages and the API, ready for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from analytics import reports
from analytics.exports import Cell, Table
from analytics.models import RestDay, WritingSessionQuerySet
from analytics.words import ADDED, CAUSES, TAKEN, WRITTEN

BATCH = 5_000
NAMED = (
    "id",
    "day",
    "started_at",
    "last_change_at",
    "ended_at",
    "time_zone",
    "story_id",
    "story_title",
    "chapter_id",
    "chapter_title",
    "source",
    "active_seconds",
    "saves",
    "words_start",
    "words_end",
)
SESSION_HEADINGS = (*NAMED, "words_written", "net_words", *CAUSES)
SERIES_HEADINGS = (
    "from_date",
    "to_date",
    "words",
    "net_words",
    "gross_words",
    "removed_words",
    "minutes",
    "active_seconds",
    "sessions",
    "rest_days",
)
FORECAST_HEADINGS = (
    "made_on",
    "total_words",
    "words_left",
    "due_on",
    "p10",
    "p50",
    "p90",
    "odds",
    "days_of_data",
    "runs",
    "finished_on",
)
STREAK = ("current", "longest", "protected", "kept_by", "minimum", "unit")
REST_HEADINGS = ("id", "kind", "from_date", "to_date", "weekday", "note")
PLAN_DAYS_HEADINGS = ("date", "quota", "expected_words", "words", "par_words", "rest")
STORY_HEADINGS = ("total_words", "net_words", "removed_words", "total_duration", "sessions")


def session_table(rows: WritingSessionQuerySet, *, name: str = "sessions") -> Table:
    """Return the rows of the ledger, oldest first, read in batches; times as the writer's clock."""
    return Table(name, SESSION_HEADINGS, map(_session, _in_batches(rows)))


def _in_batches(rows: WritingSessionQuerySet) -> Iterator[tuple[Any, ...]]:
    """Yield every row's values without holding more than a batch of them."""
    ordered = rows.order_by("day", "started_at", "pk").values_list(*NAMED, *CAUSES)
    place = Q()
    while True:
        batch = list(ordered.filter(place)[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        pk, day, started_at, *_rest = batch[-1]
        behind = Q(day__gt=day) | Q(started_at__gt=started_at) | Q(started_at=started_at, pk__gt=pk)
        # The first condition says nothing new: it lets the index on the day be used.
        place = Q(day__gte=day) & behind


def _session(row: tuple[Any, ...]) -> tuple[Cell, ...]:
    pk, day, began, changed, ended, zone_name, story, titled, chapter, *rest = row
    zone = _zone(zone_name)
    causes = dict(zip(CAUSES, rest[-len(CAUSES) :], strict=True))
    written = sum(causes[cause] for cause in WRITTEN)
    net = sum(causes[cause] for cause in ADDED) - sum(causes[cause] for cause in TAKEN)
    return (
        str(pk),
        day,
        began.astimezone(zone),
        changed.astimezone(zone),
        ended and ended.astimezone(zone),
        zone_name,
        story and str(story),
        titled,
        chapter and str(chapter),
        *rest[: -len(CAUSES)],
        written,
        net,
        *causes.values(),
    )


_zone = cache(ZoneInfo)


def series_table(series: reports.Series) -> Table:
    span = f"{series.within.first}-{series.within.last}"
    rows: list[tuple[Cell, ...]] = [
        (
            row.period.first,
            row.period.last,
            *(row.figures.measured(measure) for measure in ("words", "net", "gross")),
            row.figures.removed,
            row.figures.minutes,
            row.figures.active_seconds,
            row.figures.sessions,
            row.rest_days,
        )
        for row in series.rows
    ]
    return Table(f"words-by-{series.bucket}-{span}", SERIES_HEADINGS, rows)


def overview_table(overview: reports.Overview) -> Table:
    """Return a row for each figure, named as the API names it."""
    figures, best = overview.figures, overview.best_day
    rows: list[tuple[str, Cell]] = [
        ("from_date", overview.within.first),
        ("to_date", overview.within.last),
        ("words", figures.words_written),
        ("net_words", figures.net),
        ("gross_words", figures.gross),
        ("minutes", figures.minutes),
        ("sessions", figures.sessions),
        ("active_days", overview.active_days),
        (f"{overview.measure}_per_writing_day", overview.per_writing_day),
        (f"{overview.measure}_per_calendar_day", overview.per_calendar_day),
        ("revising_percent", figures.revising_percent),
        ("best_day", best.day if best else None),
        (f"best_day_{overview.measure}", best.words if best else None),
        *((cause, getattr(figures, cause)) for cause in CAUSES),
    ]
    name = f"overview-{overview.within.first}-{overview.within.last}"
    return Table(name, ("figure", "value"), rows)


def heat_table(year: reports.HeatYear) -> Table:
    rows = [(day.day, day.words, year.shade(day.words)) for day in year.days]
    return Table(f"days-of-{year.year}", ("date", "words", "shade"), rows)


def clock_table(clock: reports.Clock) -> Table:
    """Return a row for each hour of each weekday; Monday is 1, as ISO says."""
    rows = [(cell.weekday + 1, cell.hour, cell.words) for cell in clock.cells]
    name = f"hours-{clock.within.first}-{clock.within.last}"
    return Table(name, ("weekday", "hour", "words"), rows)


def story_table(report: reports.StoryAnalytics) -> Table:
    """Return the rows of a story's words over time."""
    rows = [
        (
            row.period.first,
            row.words,
            row.figures.net,
            row.figures.removed,
            row.figures.minutes,
            row.figures.sessions,
        )
        for row in report.rows
    ]
    firsts = {"Daily": "date", "Weekly": "week_start", "Monthly": "month_start"}
    return Table("story", (firsts[report.frequency], *STORY_HEADINGS), rows)


def dashboard_table(dashboard: reports.Dashboard) -> Table:
    today = dashboard.today
    rows: list[tuple[str, Cell]] = [
        ("date", today.day),
        ("words", today.words),
        ("net_words", today.net),
        ("goal", today.goal),
        ("minutes", today.minutes),
        ("sessions", today.sessions),
        ("streak", dashboard.streak.current),
        ("week_words", dashboard.week.words),
        ("stories", dashboard.library.stories),
        ("chapters", dashboard.library.chapters),
        ("library_words", dashboard.library.words),
    ]
    return Table("dashboard", ("figure", "value"), rows)


def streak_table(found: reports.Streak) -> Table:
    rows = [(name, getattr(found, name)) for name in STREAK]
    return Table("streak", ("figure", "value"), rows)


def rest_table(rests: Iterable[RestDay]) -> Table:
    """Return a row for each declaration; Monday is 0, as in the API."""
    rows = [(str(rest.pk), *(getattr(rest, name) for name in REST_HEADINGS[1:])) for rest in rests]
    return Table("rest-days", REST_HEADINGS, rows)


def plan_table(body: Mapping[str, Any]) -> Table:
    """Return the answer of the API as figures; each weekday's weight is one."""
    weights = body["weekday_weights"]
    figures = {name: value for name, value in body.items() if name != "weekday_weights"}
    named = {f"weight_{number}": weight for number, weight in enumerate(weights)}
    rows = [(name, _plain(value)) for name, value in (figures | named).items()]
    return Table("plan", ("figure", "value"), rows)


def plan_days_table(days: Iterable[reports.PlanDay]) -> Table:
    rows = [(day.day, day.quota, day.expected, day.words, day.par, day.rest) for day in days]
    return Table("plan-days", PLAN_DAYS_HEADINGS, rows)


def forecast_table(forecast: reports.ForecastReport) -> Table:
    """Return today's forecast, then the kept ones, the latest first."""
    report, outlook = forecast.report, forecast.outlook
    now: tuple[Cell, ...] = (
        report.today,
        report.plan.total_words,
        report.words_left,
        report.plan.due_on,
        *(getattr(outlook, name) for name in FORECAST_HEADINGS[4:10]),
        None,
    )
    kept = [tuple(getattr(row, name) for name in FORECAST_HEADINGS) for row in forecast.kept]
    return Table("forecast", FORECAST_HEADINGS, [now, *kept])


def _plain(value: Any) -> Cell:
    return value if isinstance(value, int | float) or value is None else str(value)
