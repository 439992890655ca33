"""Pages and endpoints on one core: how many statements, how long, over years of a writer's work."""

from __future__ import annotations

import statistics
from datetime import timedelta
from functools import partial
from typing import Any

from bench.inside import CHAPTERS, Studio, timed
from bench.report import row

READS = 40
STORIES = 20
YEARS = 5

SESSIONS = """
    INSERT INTO analytics_writingsession (
        id, user_id, story_id, story_title, chapter_title, started_at, last_change_at, ended_at,
        day, time_zone, typed, pasted, imported, restored, replaced, moved_in, applied, removed,
        cut, moved_out, undone, active_seconds, saves, words_start, words_end, source, count_rule,
        updated_at, cuts
    )
    SELECT gen_random_uuid(), %(user)s, story, 'Bench', 'Bench', day, day, day,
        day::date, 'UTC', 200 + extract(doy FROM day)::int, 7, 0, 0, 0, 0, 0, 11,
        0, 0, 0, 1200, 40, 0, 0, 'editor', 'nexus-1', day, '[]'
    FROM unnest(%(stories)s::uuid[]) AS story,
        generate_series(now() - make_interval(days => %(days)s), now() - '1 day'::interval, '1 day')
            AS day
"""
DAYS = """
    INSERT INTO analytics_writingday (
        user_id, story_id, day, typed, pasted, imported, restored, replaced, moved_in, applied,
        removed, cut, moved_out, undone, active_seconds, saves, sessions, hours, rolled_up_at,
        rest
    )
    SELECT user_id, story_id, day, sum(typed), sum(pasted), 0, 0, 0, 0, 0, sum(removed), 0, 0, 0,
        sum(active_seconds), sum(saves), count(*),
        array_fill(0, ARRAY[9]) || sum(typed + applied)::int || array_fill(0, ARRAY[14]), now(),
        ''
    FROM analytics_writingsession WHERE user_id = %(user)s AND day < current_date
    GROUP BY GROUPING SETS ((user_id, story_id, day), (user_id, day))
    ON CONFLICT DO NOTHING
"""


def page_figures(studio: Studio) -> list[dict[str, Any]]:
    pages = {
        "desk": "/",
        f"story with {CHAPTERS} chapters": f"/stories/{studio.story.pk}/",
        "editor": f"/chapters/{studio.chapters[0].pk}/",
    }
    figures = []
    for name, path in pages.items():
        taken = statistics.median(timed(partial(studio.ask, "GET", path), READS))
        figures.append(query_figure(studio, name, path))
        figures.append(row(f"{name}, p50", taken, "ms", "≤ 15 ms", met=taken <= 15))
    return figures


def statistics_figures(studio: Studio) -> list[dict[str, Any]]:
    from django.utils import timezone

    from analytics.warehouse.months import close_months

    fill_ledger(studio)
    close_months(at=timezone.now())
    figures = []
    for name, path in statistics_addresses(studio).items():
        taken = statistics.quantiles(timed(partial(studio.ask, "GET", path), READS), n=20)[18]
        figures.append(query_figure(studio, name, path, most=18))
        figures.append(row(f"{name}, p95", taken, "ms", "≤ 60 ms", met=taken <= 60))
    return figures


def statistics_addresses(studio: Studio) -> dict[str, str]:
    """Return every page and endpoint of statistics, over as many years as it takes."""
    from django.utils import timezone

    day = studio.user.day_of(timezone.now() - timedelta(days=1))
    first = day - timedelta(days=YEARS * 365)
    story, span = f"/stories/{studio.story.pk}/analytics", f"from={first}&to={day}"
    return {
        "statistics page": "/analytics/",
        f"statistics page, {YEARS} years": f"/analytics/?from_date={first}&frequency=Monthly",
        "story’s statistics page": f"{story}/",
        f"story’s page, {YEARS} years": f"{story}/?from_date={first}",
        "page of all years": "/analytics/lifetime/",
        "day page": f"/days/{day}/",
        "dashboard": "/api/v1/me/dashboard",
        "overview": f"/api/v1/analytics/overview?{span}",
        "series by day": f"/api/v1/analytics/series?{span}",
        "series by month, one story": (
            f"/api/v1/analytics/series?bucket=month&story={studio.story.pk}&{span}"
        ),
        "heat map": f"/api/v1/analytics/heatmap?year={day.year}",
        "clock": f"/api/v1/analytics/clock?{span}",
        "story’s figures": f"/api/v1{story}?frequency=Monthly&from_date={first}",
        "a day": f"/api/v1/days/{day}",
        "sessions": f"/api/v1/sessions?{span}&limit=100",
        "series as CSV": f"/api/v1/analytics/series?format=csv&{span}",
        "streak": "/api/v1/streak",
        "plan page": f"/stories/{studio.story.pk}/plan/",
        "plan’s days": f"/api/v1/stories/{studio.story.pk}/plan/days",
        "forecast": f"/api/v1/stories/{studio.story.pk}/forecast",
        "targets page": "/targets/",
    }


def fill_ledger(studio: Studio) -> None:
    """Give the writer years of days in many stories, rolled up as the worker leaves them."""
    from django.db import connection
    from django.utils import timezone

    from analytics.rollups import roll_up_day
    from stories.services.stories import create_story
    from stories.services.targets import set_plan

    at = timezone.now()
    stories = [create_story(studio.user, title=f"Bench {n}", at=at) for n in range(1, STORIES)]
    with connection.cursor() as cursor:
        ids = [studio.story.pk, *(story.pk for story in stories)]
        cursor.execute(SESSIONS, {"user": studio.user.pk, "stories": ids, "days": YEARS * 365})
        cursor.execute(DAYS, {"user": studio.user.pk})
        cursor.execute("VACUUM ANALYZE")
    today = studio.user.day_of(at)
    roll_up_day(studio.user, today, at=at)
    set_plan(
        studio.story,
        total_words=200_000,
        start_on=today - timedelta(days=365),
        due_on=today + timedelta(days=365),
    )


def query_figure(studio: Studio, name: str, path: str, most: int = 12) -> dict[str, Any]:
    queries = count_queries(studio, path)
    return row(f"{name}, queries", queries, "", f"≤ {most}", met=queries <= most)


def count_queries(studio: Studio, path: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    studio.ask("GET", path)
    with CaptureQueriesContext(connection) as queries:
        studio.ask("GET", path)
    return len(queries)
