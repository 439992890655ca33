"""Targets through time: kept, missed, rested, each by the quota that was in force."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import reports, rollups
from analytics.models import WritingDay
from analytics.reports.rest import month_report
from analytics.resting import declare_rest
from analytics.tests.builders import add_words, at, make_chapter
from stories.models import Target
from stories.services.targets import create_target, update_target

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 11)
NOW = at("2026-03-11 20:00")


def day(number):
    return date(2026, 3, number)


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(alice)
    for number, count in ((2, 30), (5, 25), (9, 10), (10, 30)):
        add_words(chapter, count, f"2026-03-{number:02} 10:00", typed=count)
    return chapter


def target_of(chapter, frequency, quota, first=1, last=31):
    made = create_target(
        chapter.story,
        quota=quota,
        frequency=frequency,
        from_date=day(first),
        to_date=day(last),
    )
    Target.objects.filter(pk=made.pk).update(created_at=at("2026-02-27 12:00"))
    return Target.objects.get(pk=made.pk)


def history(target, user):
    progress = reports.target_progress(target, user=user, today=TODAY)
    return {past.period.first.day: past for past in progress.history}


def test_weeks_and_months_are_kept_and_missed_within_the_dates(alice, chapter):
    weekly = history(target_of(chapter, "Weekly", 50, first=3), alice)
    assert [(n, past.words, past.is_kept) for n, past in weekly.items()] == [(3, 25, False)]
    assert weekly[3].period.last == day(8)
    monthly = target_of(chapter, "Monthly", 90)
    progress = reports.target_progress(monthly, user=alice, today=date(2026, 4, 2))
    assert [(past.words, past.is_kept) for past in progress.history] == [(95, True)]


def test_nothing_is_missed_on_a_rest_day(alice, chapter):
    target = target_of(chapter, "Daily", 20, first=8)
    declare_rest(alice, from_date=day(8), to_date=day(10), today=TODAY)
    progress = reports.target_progress(target, user=alice, today=TODAY)
    assert (progress.kept, progress.missed, progress.rested) == (1, 0, 2)


def test_a_week_is_rest_only_when_every_day_of_it_is(alice, chapter):
    target = target_of(chapter, "Weekly", 500, first=2)
    declare_rest(alice, from_date=day(3), to_date=day(8), today=TODAY)
    assert history(target, alice)[2].is_missed
    declare_rest(alice, from_date=day(2), today=TODAY)
    assert not history(target, alice)[2].is_missed


def test_a_quota_raised_today_rewrites_no_day_that_is_over(alice, chapter):
    target = target_of(chapter, "Daily", 20, first=9)
    for number in (9, 10):
        WritingDay.objects.filter(user=alice, day=day(number)).delete()
        rollups.roll_up_day(alice, day(number), at=at(f"2026-03-{number:02} 20:00"))
    update_target(target, quota=500)
    target.refresh_from_db()
    found = history(target, alice)
    assert [(past.quota, past.is_kept) for past in found.values()] == [(20, False), (20, True)]


def test_the_month_says_what_each_day_was(alice, chapter):
    target_of(chapter, "Daily", 25, first=5)
    declare_rest(alice, from_date=day(6), weekday=5, today=TODAY)
    month = month_report(alice, TODAY, at=NOW)
    states = {found.day.day: found.state for found in month.days}
    assert len(states) == 31
    assert [n for n, state in states.items() if state == "rest"] == [7, 14, 21, 28]
    assert [n for n, state in states.items() if state == "met"] == [5, 10]
    assert [n for n, state in states.items() if state == "missed"] == [6, 8, 9]
    assert [n for n, state in states.items() if state == "written"] == [2]
    assert month.words == 95


@pytest.mark.parametrize(("week_start", "before"), [(1, 6), (7, 0), (6, 1)])
def test_weeks_begin_where_the_writers_do(alice, week_start, before):
    alice.week_start = week_start
    first, *_rest = month_report(alice, TODAY, at=NOW).weeks
    assert [found is None for found in first] == [True] * before + [False] * (7 - before)


def test_a_target_set_later_was_no_goal_of_a_day_before_it(alice, chapter):
    target = target_of(chapter, "Daily", 500)
    Target.objects.filter(pk=target.pk).update(created_at=at("2026-03-08 12:00"))
    goals = [found.goal for found in month_report(alice, TODAY, at=NOW).days]
    assert goals == [None] * 7 + [500] * 24


def test_months_and_targets_take_the_same_questions_however_much_there_is(alice, chapter):
    def count():
        with CaptureQueriesContext(connection) as captured:
            month_report(alice, TODAY, at=NOW)
            targets = list(Target.objects.visible_to(alice))
            reports.progress_of_targets(targets, user=alice, today=TODAY)
        return len(captured)

    target_of(chapter, "Daily", 20)
    few = count()
    other = make_chapter(alice, title="Two")
    for frequency in Target.Frequency.values:
        target_of(other, frequency, 30)
    for number in range(1, 9):
        add_words(other, 5, f"2026-03-{number:02} 12:00", typed=5)
        declare_rest(alice, from_date=day(number), today=TODAY)
    assert count() == few <= 12


def test_the_api_tells_the_history_of_one_target(as_alice, alice):
    chapter, now = make_chapter(alice), timezone.now()
    today = alice.day_of(now)
    add_words(chapter, 30, now - timedelta(days=1), typed=30)
    target = create_target(
        chapter.story,
        quota=20,
        frequency="Daily",
        from_date=today - timedelta(days=2),
        to_date=today,
    )
    declare_rest(alice, from_date=today - timedelta(days=2), today=today)
    body = as_alice.get(f"/api/v1/stories/{chapter.story_id}/targets/{target.pk}").json()
    assert (body["kept"], body["missed"]) == (1, 0)
    assert body["history"] == [
        {
            "from_date": str(today - timedelta(days=back)),
            "to_date": str(today - timedelta(days=back)),
            "words": words,
            "quota": 20,
            "is_kept": is_kept,
            "is_rest": not is_kept,
        }
        for back, words, is_kept in ((2, 0, False), (1, 30, True))
    ]
