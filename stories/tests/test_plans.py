"""A plan's remaining words, shared out over the days that remain."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stories.models import Plan
from stories.plans import days_left, quota_of_day
from stories.tests.builders import make_chapter, make_story, send

MONDAY = date(2026, 3, 9)
EVERY_DAY = [1] * 7
NO_WEEKEND = [1, 1, 1, 1, 1, 0, 0]


def quota(day, words_left=700, due_on=MONDAY + timedelta(6), weights=EVERY_DAY):
    return quota_of_day(
        day, words_left=words_left, start_on=MONDAY, due_on=due_on, weekday_weights=weights
    )


def test_a_week_shares_evenly_and_rounds_up():
    assert quota(MONDAY) == 100
    assert quota(MONDAY, words_left=701) == 101


def test_days_without_weight_get_nothing_and_the_others_more():
    assert quota(MONDAY, weights=NO_WEEKEND) == 140
    assert quota(MONDAY + timedelta(5), weights=NO_WEEKEND) == 0


def test_before_the_plan_nothing_is_due_and_after_it_everything():
    assert quota(MONDAY - timedelta(1)) == 0
    assert quota(MONDAY + timedelta(7)) == 700
    assert quota(MONDAY, words_left=0) == 0


@given(
    words_left=st.integers(0, 100_000),
    length=st.integers(0, 400),
    weights=st.lists(st.integers(0, 5), min_size=7, max_size=7).filter(any),
)
def test_keeping_every_quota_reaches_the_total(words_left, length, weights):
    due_on = MONDAY + timedelta(length)
    left = words_left
    for offset in range(length + 1):
        left -= quota(MONDAY + timedelta(offset), left, due_on, weights)
    days = days_left(MONDAY, start_on=MONDAY, due_on=due_on, weekday_weights=weights)
    assert left == (0 if days else words_left)


def test_a_plan_is_made_replaced_shown_and_given_up(as_alice, alice):
    story = make_story(alice)
    make_chapter(story)
    path = f"/stories/{story.pk}/plan"
    assert send(as_alice, "get", path).status_code == 404
    body = {"total_words": 50_003, "start_on": "2020-01-01", "due_on": "2099-01-01"}
    made = send(as_alice, "put", path, body)
    assert made.status_code == 201
    assert (made.json()["words_left"], made.json()["word_count"]) == (50_000, 3)
    assert made.json()["quota_today"] > 0
    again = send(as_alice, "put", path, body | {"total_words": 3})
    assert (again.status_code, again.json()["quota_today"]) == (200, 0)
    assert send(as_alice, "get", path).json()["total_words"] == 3
    assert send(as_alice, "delete", path).status_code == 204
    assert send(as_alice, "delete", path).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"total_words": None},
        {"total_words": True},
        {"total_words": -1},
        {"total_words": 10_000_001},
        {"total_words": 1.5},
        {"total_words": "5"},
        {"due_on": "2019-12-31"},
        {"due_on": "soon"},
        {"due_on": None},
        {"due_on": 5},
        {"weekday_weights": [1] * 6},
        {"weekday_weights": [0] * 7},
        {"weekday_weights": [-1] + [1] * 6},
        {"weekday_weights": "1111111"},
        {"weekday_weights": [10**20] + [1] * 6},
        {"strategy": "magic"},
    ],
)
def test_a_wrong_plan_is_422(as_alice, alice, change):
    story = make_story(alice)
    body = {"total_words": 5, "start_on": "2020-01-01", "due_on": "2099-01-01"} | change
    answer = send(as_alice, "put", f"/stories/{story.pk}/plan", body)
    assert answer.status_code == 422, answer.content
    assert not Plan.objects.exists()
