"""Streaks by the writer's own minimum, kind to rest, exact over years."""

import time
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import reports, rollups
from analytics.models import WritingDay, WritingSession
from analytics.reports.streaks import Streak, streak_of, streak_sentence
from analytics.resting import declare_rest
from analytics.tests.builders import add_words, at, make_chapter, settle

TODAY = date(2026, 3, 11)
NOW = at("2026-03-11 20:00")


def back(*numbers):
    return {TODAY - timedelta(days=number) for number in numbers}


@pytest.mark.parametrize(
    ("days", "rests", "expected"),
    [
        (back(1, 2, 10, 11, 12, 13), back(), (2, 4, 0, "yesterday")),
        (back(), back(), (0, 0, 0, None)),
        (back(0, 1), back(), (2, 2, 0, "today")),
        (back(2, 3), back(), (0, 2, 0, None)),
        (back(2, 3), back(1), (2, 2, 1, "yesterday")),
        (back(2, 3), back(0, 1), (2, 2, 2, "rest")),
        (back(1, 2, 5, 6), back(3, 4), (4, 4, 2, "yesterday")),
        (back(1, 2, 5, 6), back(3), (2, 2, 0, "yesterday")),
        (back(0, 1, 2), back(1), (2, 2, 1, "today")),
        (back(0), back(1, 2, 3), (1, 1, 0, "today")),
        (back(), back(0, 1), (0, 0, 0, None)),
        (back(10, 12, 14), back(11, 13), (0, 3, 0, None)),
        (back(0, 1), back(0, 1), (0, 0, 0, None)),
    ],
)
def test_a_rest_day_is_stepped_over_and_never_counted(days, rests, expected):
    assert streak_of(days, rests=rests, today=TODAY) == expected


def test_the_sentence_is_kind():
    assert streak_sentence(Streak(12, 12, 3)) == "12 days in a row, 3 rests kept"
    assert streak_sentence(Streak(1, 4)) == "1 day in a row"


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(alice)
    for day, count in (("08", 30), ("09", 9), ("10", 40), ("11", 12)):
        add_words(chapter, count, f"2026-03-{day} 10:00", typed=count)
    return chapter


def test_a_day_counts_from_the_writers_own_minimum(alice, chapter):
    assert reports.streak(alice, at=NOW).current == 4
    alice.preferences.daily_minimum = 10
    assert reports.streak(alice, at=NOW).current == 2
    alice.preferences.daily_minimum = 13
    found = reports.streak(alice, at=NOW)
    assert (found.current, found.kept_by, found.minimum) == (1, "yesterday", 13)


def test_the_minimum_may_be_of_minutes(alice, chapter):
    alice.preferences.minimum_unit = "minutes"
    assert reports.streak(alice, at=NOW).current == 0
    WritingSession.objects.filter(user=alice, day__gte=date(2026, 3, 10)).update(active_seconds=60)
    found = reports.streak(alice, at=NOW)
    assert (found.current, found.unit) == (2, "minutes")


def test_rest_declared_afterwards_mends_the_streak(alice, chapter):
    alice.preferences.daily_minimum = 10
    assert reports.streak(alice, at=NOW).current == 2
    declare_rest(alice, from_date=date(2026, 3, 9), kind="illness", today=TODAY)
    found = reports.streak(alice, at=NOW)
    assert (found.current, found.longest, found.protected) == (3, 3, 1)


def test_five_years_take_the_same_questions_as_a_day(alice, chapter):
    def count():
        with CaptureQueriesContext(connection) as captured:
            found = reports.streak(alice, at=NOW)
        return len(captured), found

    few, _found = count()
    days = [TODAY - timedelta(days=number) for number in range(4, 1826)]
    rows = [WritingDay(user=alice, day=day, typed=9) for day in days if day.weekday() != 6]
    WritingDay.objects.bulk_create(rows)
    declare_rest(alice, from_date=days[-1], weekday=6, today=TODAY)
    before = time.process_time()
    many, found = count()
    assert many == few <= 4
    assert found.current == found.longest == len(rows) + 3
    assert found.protected == 261
    assert time.process_time() - before < 0.5


def test_the_api_says_the_same_as_the_report(as_alice, alice):
    chapter = make_chapter(alice)
    now = timezone.now()
    add_words(chapter, 3, now, typed=3)
    day = alice.day_of(now)
    rollups.roll_up_day(alice, day, at=now)
    settle(alice)
    assert as_alice.get("/api/v1/streak").json() == {
        "current": 1,
        "longest": 1,
        "protected": 0,
        "kept_by": "today",
        "minimum": 1,
        "unit": "words",
    }
    assert as_alice.get("/api/v1/me/dashboard").json()["streak"]["kept_by"] == "today"
