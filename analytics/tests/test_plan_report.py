"""A plan against what is really there: re-divided each morning, around bad weeks and rest."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import reports
from analytics.periods import Period
from analytics.resting import declare_rest
from analytics.tests.builders import add_words, at, make_chapter, words, write
from stories.models import Chapter
from stories.services.targets import set_plan

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 9)
SUNDAY_AFTER = MONDAY + timedelta(20)


@pytest.fixture
def chapter(alice):
    return make_chapter(alice)


@pytest.fixture
def plan(chapter):
    made, _is_new = set_plan(chapter.story, total_words=2100, start_on=MONDAY, due_on=SUNDAY_AFTER)
    return made


def report_on(plan, number, *, hour=22):
    """Report on the plan's day `number`, counted from 0, late in the evening or at `hour`."""
    story = plan.story
    there = sum(Chapter.objects.filter(story=story).values_list("word_count", flat=True))
    when = at(f"{MONDAY + timedelta(number)} {hour:02}:00")
    return reports.plan_report(plan, word_count=there, user=story.owner, at=when)


def put_in(chapter, number, count):
    add_words(chapter, count, f"{MONDAY + timedelta(number)} 10:00", typed=count)


def test_the_quota_is_a_share_of_what_is_left(plan):
    first = report_on(plan, 0)
    assert (first.quota_today, first.remaining_today, first.days_left) == (100, 100, 21)


def test_the_quota_stays_through_the_day_and_what_is_done_is_taken_off(plan, chapter):
    put_in(chapter, 0, 60)
    today = report_on(plan, 0)
    assert (today.quota_today, today.remaining_today, today.words_left) == (100, 40, 2040)
    put_in(chapter, 0, 300)
    assert (report_on(plan, 0).quota_today, report_on(plan, 0).remaining_today) == (100, 0)


def test_a_good_day_eases_the_mornings_after_it(plan, chapter):
    put_in(chapter, 0, 500)
    assert report_on(plan, 1).quota_today == 80


def test_a_bad_week_is_divided_over_what_is_left(plan):
    assert report_on(plan, 7).quota_today == 150


def test_cut_words_are_asked_for_again(plan, chapter):
    put_in(chapter, 0, 500)
    write(chapter, words(100), f"{MONDAY + timedelta(1)} 10:00")
    cutting = report_on(plan, 1)
    assert (cutting.written_today, cutting.quota_today, cutting.remaining_today) == (-400, 80, 80)
    assert report_on(plan, 2).quota_today == 106


def test_an_import_is_there_at_once_and_is_no_work_of_today(plan, chapter, alice):
    make_chapter(alice, story=chapter.story, title="Brought", content=words(1050))
    today = report_on(plan, 0)
    assert (today.word_count, today.written_today, today.quota_today) == (1050, 0, 50)


def test_rest_days_are_given_nothing_and_the_others_more(plan, alice):
    declare_rest(alice, from_date=MONDAY, weekday=6, today=MONDAY)
    declare_rest(alice, from_date=MONDAY + timedelta(1), today=MONDAY)
    assert (report_on(plan, 0).quota_today, report_on(plan, 0).days_left) == (124, 17)
    resting = report_on(plan, 1)
    assert (resting.quota_today, resting.rest_today) == (0, "planned")
    assert report_on(plan, 6).quota_today == 0


def test_illness_told_afterwards_divides_the_rest_anew(plan, chapter, alice):
    declare_rest(
        alice,
        from_date=MONDAY,
        to_date=MONDAY + timedelta(6),
        kind="illness",
        today=MONDAY + timedelta(7),
    )
    report = report_on(plan, 7)
    assert report.quota_today == 150
    assert report.days()[6].par == 0
    assert report.days()[7].par == 150


def test_a_plan_that_is_reached_asks_for_nothing(plan, chapter):
    put_in(chapter, 0, 2200)
    done = report_on(plan, 0)
    assert (done.is_reached, done.quota_today, done.words_left) == (True, 0, 0)
    assert {day.quota for day in done.days()} == {0}
    assert done.days()[-1].expected == 2200


def test_after_the_last_day_all_that_is_left_is_due(plan, chapter):
    put_in(chapter, 0, 2000)
    late = report_on(plan, 30)
    assert (late.quota_today, late.days_left) == (100, 0)
    assert all(day.quota is None for day in late.days())


def test_the_days_tell_what_was_what_is_due_and_the_even_pace(plan, chapter):
    put_in(chapter, 0, 150)
    put_in(chapter, 2, 50)
    days = report_on(plan, 2).days()
    assert len(days) == 21
    assert [day.words for day in days[:4]] == [150, 150, 200, None]
    assert [day.par for day in days[:4]] == [100, 200, 300, 400]
    assert [day.quota for day in days[:4]] == [None, None, 103, 103]
    assert [day.expected for day in days[1:4]] == [None, 253, 356]
    assert days[-1].expected == 2100
    within = Period(MONDAY + timedelta(2), MONDAY + timedelta(3))
    assert report_on(plan, 2).days(within) == days[2:4]


def test_a_day_that_went_ahead_leaves_less_to_the_next_ones(plan, chapter):
    put_in(chapter, 0, 500)
    days = report_on(plan, 0).days()
    assert [(day.quota, day.expected) for day in days[:2]] == [(100, 500), (80, 580)]


def test_each_evening_the_next_morning_is_what_was_foretold_when_every_quota_is_kept(
    plan, chapter, alice
):
    declare_rest(alice, from_date=MONDAY + timedelta(3), today=MONDAY)
    foretold = [day.quota for day in report_on(plan, 0).days()]
    for number, quota in enumerate(foretold):
        assert report_on(plan, number).quota_today == quota
        if quota:
            put_in(chapter, number, quota)
    assert report_on(plan, 20).is_reached


def test_a_plan_takes_the_same_questions_for_a_day_as_for_years(plan, chapter, alice):
    def count():
        with CaptureQueriesContext(connection) as captured:
            reports.plan_report(plan, word_count=0, user=alice, at=at("2026-03-11 12:00")).days()
        return len(captured)

    few = count()
    plan.start_on, plan.due_on = date(2016, 1, 1), date(2036, 1, 1)
    for number in range(5):
        put_in(chapter, number, 10)
        declare_rest(alice, from_date=MONDAY, weekday=number, today=MONDAY)
    assert count() == few == 3
