"""Forecasts through time: told by the API, kept once a month, closed when the words are there."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import reports, tasks
from analytics.models import Forecast
from analytics.plans import close_forecasts, keep_forecasts
from analytics.resting import declare_rest
from analytics.tests.builders import add_words, at, make_chapter
from stories.models import Chapter, Plan, Story
from stories.services.stories import trash_story
from stories.services.targets import set_plan

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 11)
NOW = at("2026-03-11 20:00")


@pytest.fixture
def chapter(alice):
    """A hundred words on each of the last twenty days but today."""
    chapter = make_chapter(alice)
    for number in range(20, 0, -1):
        add_words(chapter, 100, NOW - timedelta(days=number), typed=100)
    return chapter


@pytest.fixture
def plan(chapter):
    made, _is_new = set_plan(
        chapter.story, total_words=3000, start_on=date(2026, 2, 1), due_on=date(2026, 4, 30)
    )
    return made


def outlook(plan, now=NOW):
    words = sum(Chapter.objects.filter(story=plan.story).values_list("word_count", flat=True))
    report = reports.plan_report(plan, word_count=words, user=plan.story.owner, at=now)
    return reports.forecast_report(report)


def test_the_pace_is_the_writers_own_of_the_days_since_the_first(plan):
    found = outlook(plan)
    assert (found.status, found.outlook.days_of_data, found.outlook.runs) == ("ready", 20, 2000)
    assert found.outlook.p10 == found.outlook.p90 == TODAY + timedelta(9)
    assert found.outlook.odds == 1.0


def test_it_says_the_same_all_day_however_much_is_written(plan, chapter):
    before = outlook(plan).outlook
    add_words(chapter, 70, "2026-03-11 10:00", typed=70)
    assert outlook(plan).outlook == before


def test_rest_ahead_moves_it_and_rest_behind_is_no_zero_day(plan, alice):
    declare_rest(alice, from_date=TODAY, to_date=TODAY + timedelta(4), today=TODAY)
    assert outlook(plan).outlook.p50 == TODAY + timedelta(14)
    later = NOW + timedelta(days=5)
    found = outlook(plan, later).outlook
    assert (found.days_of_data, found.p50) == (20, TODAY + timedelta(14))


def test_words_that_were_imported_are_no_pace(plan, alice, chapter):
    make_chapter(alice, story=chapter.story, title="Brought", content="word " * 500)
    found = outlook(plan)
    assert (found.report.words_left, found.outlook.p50) == (500, TODAY + timedelta(4))


def test_a_month_keeps_one_forecast_of_each_plan(plan):
    assert keep_forecasts(at=NOW) == 1
    kept = Forecast.objects.get()
    assert (kept.made_on, kept.total_words, kept.words_left) == (TODAY, 3000, 1000)
    assert (kept.p50, kept.odds, kept.runs) == (TODAY + timedelta(9), 1.0, 2000)
    assert keep_forecasts(at=NOW + timedelta(days=1)) == 0
    assert keep_forecasts(at=NOW + timedelta(days=25)) == 1
    Plan.objects.update(total_words=4000)
    assert keep_forecasts(at=NOW + timedelta(days=26)) == 1


def test_nothing_is_kept_of_too_little_of_what_is_reached_or_in_the_trash(plan, alice):
    other = make_chapter(alice, title="Young").story
    set_plan(other, total_words=100, start_on=TODAY, due_on=TODAY)
    Plan.objects.filter(pk=plan.pk).update(total_words=2000)
    assert keep_forecasts(at=NOW) == 0
    Plan.objects.filter(pk=plan.pk).update(total_words=3000)
    trash_story(Story.objects.get(pk=plan.pk), at=NOW)
    assert keep_forecasts(at=NOW) == 0


def test_a_forecast_is_closed_with_the_day_the_words_were_there(plan, chapter):
    keep_forecasts(at=NOW)
    add_words(chapter, 900, "2026-03-14 10:00", typed=900)
    assert close_forecasts(at=at("2026-03-14 20:00")) == 0
    add_words(chapter, 150, "2026-03-16 10:00", typed=150)
    add_words(chapter, 150, "2026-03-18 10:00", typed=150)
    assert close_forecasts(at=at("2026-03-20 20:00")) == 1
    kept = Forecast.objects.get()
    assert kept.finished_on == date(2026, 3, 16)
    assert close_forecasts(at=at("2026-03-21 20:00")) == 0
    record = outlook(plan, at("2026-03-21 20:00")).record
    assert (record.closed, record.within, record.days_off) == (1, 0, 4.0)


def test_keeping_takes_the_same_questions_for_each_plan(plan, alice):
    with CaptureQueriesContext(connection) as captured:
        keep_forecasts(at=NOW)
    assert len(captured) <= 12


def test_the_task_keeps_and_closes(alice):
    chapter, now = make_chapter(alice), timezone.now()
    for number in range(12, 0, -1):
        add_words(chapter, 10, now - timedelta(days=number), typed=10)
    set_plan(chapter.story, total_words=130, start_on=TODAY, due_on=date(2099, 1, 1))
    assert tasks.keep_forecasts() == 1
    add_words(chapter, 10, now, typed=10)
    assert tasks.keep_forecasts() == 1
    assert Forecast.objects.get().finished_on == alice.day_of(now)
    assert tasks.keep_forecasts() == 0


# --- The API ----------------------------------------------------------------------


def test_the_api_tells_the_forecast_and_the_record(as_alice, alice):
    chapter, now = make_chapter(alice), timezone.now()
    today = alice.day_of(now)
    path = f"/api/v1/stories/{chapter.story_id}/forecast"
    absent = as_alice.get(path)
    assert (absent.status_code, absent.json()["code"]) == (404, "no_plan")
    set_plan(chapter.story, total_words=2000, start_on=today, due_on=today + timedelta(days=9))
    early = as_alice.get(path).json()
    assert (early["status"], early["p50"], early["odds"]) == ("too_few_days", None, None)
    assert (early["days_of_data"], early["fewest_days"]) == (0, 10)
    for number in range(12, 0, -1):
        add_words(chapter, 100, now - timedelta(days=number), typed=100)
    keep_forecasts(at=now)
    body = as_alice.get(path).json()
    middle = str(today + timedelta(days=7))
    assert (body["status"], body["p10"], body["p50"], body["p90"]) == ("ready", *[middle] * 3)
    assert (body["odds"], body["runs"], body["words_left"]) == (1.0, 2000, 800)
    assert body["record"] == {"closed": 0, "within": 0, "days_off": None}
    assert [(row["p50"], row["finished_on"]) for row in body["kept"]] == [(middle, None)]
    add_words(chapter, 800, now, typed=800)
    assert as_alice.get(path).json()["status"] == "reached"


def test_the_api_lists_the_days_of_a_plan(as_alice, alice):
    chapter, now = make_chapter(alice), timezone.now()
    today = alice.day_of(now)
    add_words(chapter, 30, now, typed=30)
    set_plan(chapter.story, total_words=130, start_on=today, due_on=today + timedelta(days=12))
    path = f"/api/v1/stories/{chapter.story_id}/plan/days"
    days = as_alice.get(path).json()["days"]
    assert len(days) == 13
    assert days[0] == {
        "date": str(today),
        "quota": 10,
        "expected_words": 30,
        "words": 30,
        "par_words": 10,
        "rest": "",
    }
    last = today + timedelta(days=12)
    assert as_alice.get(f"{path}?from_date={last}").json()["days"] == days[12:]
    assert as_alice.get(f"{path}?to_date={today}").json()["days"] == days[:1]
    assert as_alice.get(f"{path}?from_date=2999-01-01").json() == {"days": []}
    assert as_alice.get(f"{path}?from_date={last}&to_date={today}").status_code == 422
    assert as_alice.get(f"{path}?from_date=soon").status_code == 422


def test_a_plan_of_a_century_is_told_in_parts(as_alice, alice):
    story = make_chapter(alice).story
    set_plan(story, total_words=10, start_on=date(2020, 1, 1), due_on=date(2119, 1, 1))
    path = f"/api/v1/stories/{story.pk}/plan/days"
    assert len(as_alice.get(path).json()["days"]) == 3660


def test_a_plan_of_today_tells_what_is_left_and_whether_it_is_rest(as_alice, alice):
    chapter, now = make_chapter(alice), timezone.now()
    today = alice.day_of(now)
    set_plan(chapter.story, total_words=100, start_on=today, due_on=today + timedelta(days=9))
    add_words(chapter, 4, now, typed=4)
    path = f"/api/v1/stories/{chapter.story_id}/plan"
    body = as_alice.get(path).json()
    assert (body["quota_today"], body["written_today"], body["remaining_today"]) == (10, 4, 6)
    assert (body["percent"], body["rest_today"]) == (4, None)
    declare_rest(alice, from_date=today, kind="life", today=today)
    body = as_alice.get(path).json()
    assert (body["quota_today"], body["rest_today"], body["days_left"]) == (0, "life", 9)
