"""Twenty stories written for five years take the questions of one written for a month."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics.models import Forecast
from analytics.resting import declare_rest
from analytics.tests.builders import make_chapter
from stories.services.targets import create_target, set_plan

pytestmark = pytest.mark.django_db
MOST = 24
SESSIONS = """
    INSERT INTO analytics_writingsession (
        id, user_id, story_id, story_title, chapter_title, started_at, last_change_at, ended_at,
        day, time_zone, typed, pasted, imported, restored, replaced, moved_in, applied, removed,
        cut, moved_out, undone, active_seconds, saves, words_start, words_end, source, count_rule,
        updated_at, cuts
    )
    SELECT gen_random_uuid(), %(user)s, story, 'A book', 'One', day, day, day, day::date, 'UTC',
        210, 7, 0, 0, 0, 0, 0, 11, 0, 0, 0, 1200, 40, 0, 0, 'editor', 'nexus-1', day, '[]'
    FROM unnest(%(stories)s::uuid[]) AS story, generate_series(
        now() - make_interval(days => %(days)s), now() - '1 day'::interval, '5 days'
    ) AS day
"""
DAYS = """
    INSERT INTO analytics_writingday (
        user_id, story_id, day, typed, pasted, imported, restored, replaced, moved_in, applied,
        removed, cut, moved_out, undone, active_seconds, saves, sessions, hours, goal, rest,
        rolled_up_at
    )
    SELECT user_id, story_id, day, sum(typed), sum(pasted), 0, 0, 0, 0, 0, sum(removed), 0, 0, 0,
        sum(active_seconds), sum(saves), count(*), array_fill(0, ARRAY[24]), 500, '', now()
    FROM analytics_writingsession WHERE user_id = %(user)s AND day < current_date
    GROUP BY GROUPING SETS ((user_id, story_id, day), (user_id, day))
    ON CONFLICT DO NOTHING
"""


def write_for(story_ids, days, *, user):
    """Give every story a session each fifth day, rolled up as the worker leaves it."""
    with connection.cursor() as cursor:
        cursor.execute(SESSIONS, {"user": user.pk, "stories": story_ids, "days": days})
        cursor.execute(DAYS, {"user": user.pk})


def plan_for(story, days, *, today):
    """Give a story targets, a plan and as many kept forecasts as it had months."""
    first, due_on = today - timedelta(days=days), today + timedelta(days=60)
    for frequency in ("Daily", "Weekly", "Monthly"):
        create_target(story, quota=9, frequency=frequency, from_date=first, to_date=due_on)
    set_plan(story, total_words=900_000, start_on=first, due_on=due_on)
    Forecast.objects.bulk_create(
        Forecast(
            story=story,
            made_on=first + timedelta(days=number),
            total_words=900_000,
            words_left=9,
            due_on=due_on,
            days_of_data=90,
            runs=2000,
        )
        for number in range(0, days, 30)
    )


def addresses(story_id, days, *, today):
    first = today - timedelta(days=days)
    span, shown = f"from={first}&to={today}", f"from_date={first}&to_date={today}"
    api, story = "/api/v1", f"/stories/{story_id}"
    ranged = [f"{api}/analytics/{name}?{span}" for name in ("overview", "series", "clock")]
    files = [f"{address}&format=csv" for address in ranged]
    return [
        "/analytics/",
        f"/analytics/?{shown}&frequency=Monthly",
        f"{story}/analytics/",
        f"{story}/analytics/?{shown}&frequency=Monthly",
        f"{story}/plan/",
        f"{story}/plan/?days=all",
        f"/days/{today - timedelta(days=1)}/",
        "/targets/",
        *ranged,
        *files,
        f"{api}/analytics/series?{span}&bucket=month&story={story_id}",
        f"{api}/analytics/heatmap",
        f"{api}/me/dashboard",
        f"{api}{story}/analytics?{shown}&frequency=Monthly",
        f"{api}{story}/targets",
        f"{api}{story}/plan",
        f"{api}{story}/plan/days",
        f"{api}{story}/forecast",
        f"{api}/stories/targets",
        f"{api}/streak",
        f"{api}/rest-days",
        f"{api}/days/{today - timedelta(days=1)}",
        f"{api}/sessions?{span}&limit=100",
    ]


def queries_of(client, address):
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        assert answer.status_code == 200, address
        if answer.streaming:
            b"".join(answer.streaming_content)
    return len(captured)


def test_the_number_of_queries_is_constant(as_alice, alice):
    today = timezone.now().date()
    stories = [make_chapter(alice, title="One", content="some words").story]

    def count(days):
        write_for([story.pk for story in stories], days, user=alice)
        asked = addresses(stories[0].pk, days, today=today)
        queries_of(as_alice, asked[0])
        return [(address.split("?")[0], queries_of(as_alice, address)) for address in asked]

    plan_for(stories[0], 30, today=today)
    declare_rest(alice, from_date=today - timedelta(days=9), today=today)
    few = count(30)
    for number in range(19):
        stories.append(make_chapter(alice, title=f"More {number}", content="some words").story)
        plan_for(stories[-1], 30, today=today)
        declare_rest(alice, from_date=today - timedelta(days=20 + number), today=today)
    assert count(5 * 365) == few
    assert max(number for _address, number in few) <= MOST, few


def test_desk_story_and_editor_ask_twelve_questions_at_most_whatever_is_planned(as_alice, alice):
    today = timezone.now().date()
    chapter = make_chapter(alice, title="One", content="some words")
    plan_for(chapter.story, 400, today=today)
    declare_rest(alice, weekday=4, from_date=today - timedelta(days=300), today=today)
    write_for([chapter.story_id], 400, user=alice)
    for address in ("/", f"/stories/{chapter.story_id}/", f"/chapters/{chapter.pk}/"):
        queries_of(as_alice, address)
        assert queries_of(as_alice, address) <= 12, address
