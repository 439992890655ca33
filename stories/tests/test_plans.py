"""A plan's remaining words, shared out over the days that remain."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stories.models import Plan
from stories.plans import Terms, par_line, quota_on, quotas_from
from stories.tests.builders import make_chapter, make_story, send

MONDAY = date(2026, 3, 9)
EVERY_DAY = [1] * 7
NO_WEEKEND = [1, 1, 1, 1, 1, 0, 0]
STRATEGIES = Plan.Strategy.values


def terms(days=7, weights=EVERY_DAY, strategy="steady", rests=()):
    return Terms(MONDAY, MONDAY + timedelta(days - 1), weights, strategy, frozenset(rests))


def quota(day, words_left=700, **changes):
    return quota_on(day, terms(**changes), words_left=words_left)


def test_a_week_shares_evenly_and_rounds_up():
    assert quota(MONDAY) == 100
    assert quota(MONDAY, words_left=701) == 101


def test_days_without_weight_get_nothing_and_the_others_more():
    assert quota(MONDAY, weights=NO_WEEKEND) == 140
    assert quota(MONDAY + timedelta(5), weights=NO_WEEKEND) == 0


def test_a_day_of_double_weight_gets_double():
    weights = [1, 1, 1, 1, 1, 2, 0]
    assert quota(MONDAY, weights=weights) == 100
    assert quota(MONDAY + timedelta(5), words_left=200, weights=weights) == 200


def test_before_the_plan_nothing_is_due_and_after_it_everything():
    assert quota(MONDAY - timedelta(1)) == 0
    assert quota(MONDAY + timedelta(7)) == 700
    assert quota(MONDAY, words_left=0) == 0


def test_rest_days_get_nothing_and_the_others_more():
    rests = [MONDAY + timedelta(1), MONDAY + timedelta(2)]
    assert quota(MONDAY, rests=rests) == 140
    assert quota(MONDAY + timedelta(1), rests=rests) == 0


def test_a_bad_week_is_divided_over_the_weeks_that_are_left():
    """700 a week; nothing written in the first: the second week carries its share, no more."""
    assert quota(MONDAY, words_left=2800, days=28) == 100
    assert quota(MONDAY + timedelta(7), words_left=2800, days=28) == 134
    assert quota(MONDAY + timedelta(7), words_left=2100, days=28) == 100


def test_rest_declared_late_moves_its_share_to_the_days_after_it():
    later = MONDAY + timedelta(7)
    rests = [later + timedelta(n) for n in range(7)]
    assert quota(later - timedelta(1), words_left=2200, days=28, rests=rests) == 147
    assert quota(later, words_left=2100, days=28, rests=rests) == 0
    assert quota(later + timedelta(7), words_left=2100, days=28, rests=rests) == 150


def test_when_only_rest_is_left_nothing_is_due_until_the_plan_is_over():
    last = MONDAY + timedelta(6)
    assert quota(last, rests=[last]) == 0
    assert quota(last + timedelta(1), rests=[last]) == 700


def shape(strategy, days=100):
    line = dict(quotas_from(MONDAY, terms(days, strategy=strategy), words_left=1_000_000))
    return [line[MONDAY + timedelta(n)] for n in (0, days // 4, days // 2, days - 1)]


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("steady", [10_000, 10_000, 10_000, 10_000]),
        ("front", [14_950, 12_450, 9_950, 5_050]),
        ("back", [5_050, 7_550, 10_050, 14_950]),
        ("ramp", [3_169, 7_785, 12_308, 12_307]),
    ],
)
def test_each_strategy_has_its_shape(strategy, expected):
    assert shape(strategy) == pytest.approx(expected, abs=2)


PLANS = st.builds(
    terms,
    days=st.integers(1, 120),
    weights=st.lists(st.integers(0, 5), min_size=7, max_size=7).filter(any),
    strategy=st.sampled_from(STRATEGIES),
    rests=st.sets(st.integers(0, 120).map(lambda n: MONDAY + timedelta(n)), max_size=40),
)


@settings(deadline=None)
@given(words_left=st.integers(0, 100_000), plan=PLANS)
def test_keeping_every_quota_reaches_the_total(words_left, plan):
    left = words_left
    line = dict(quotas_from(MONDAY, plan, words_left=words_left))
    for number in range(plan.length):
        day = MONDAY + timedelta(number)
        asked = quota_on(day, plan, words_left=left)
        assert asked == line.get(day, 0)
        assert asked == 0 or (day not in plan.rests and plan.weekday_weights[day.weekday()])
        left -= asked
    assert left == (0 if plan.shares(MONDAY) else words_left)


def test_the_par_line_runs_from_the_start_count_to_the_total():
    line = par_line(terms(4), start_words=1000, total_words=1401)
    assert list(line.values()) == [1101, 1201, 1301, 1401]


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
    for method in ("get", "delete"):
        absent = send(as_alice, method, path)
        assert (absent.status_code, absent.json()["code"]) == (404, "no_plan")


def test_a_plan_begins_with_what_is_there_and_keeps_that_when_it_is_replaced(as_alice, alice):
    story = make_story(alice)
    make_chapter(story)
    path, body = f"/stories/{story.pk}/plan", {"total_words": 50_000, "due_on": "2099-01-01"}
    assert send(as_alice, "put", path, body).json()["start_words"] == 3
    make_chapter(story, title="Two")
    assert send(as_alice, "put", path, body).json()["start_words"] == 3
    assert send(as_alice, "put", path, body | {"start_words": 0}).json()["start_words"] == 0


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
        {"due_on": "2121-01-01"},
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
