"""Rest days: declared ahead or afterwards, kept with the days, and nobody else's."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone

from analytics import reports, rollups, tasks
from analytics.models import RestDay, WritingDay
from analytics.rest import rest_on
from analytics.resting import declare_rest, end_rest, withdraw_rest
from analytics.tests.builders import add_words, at, make_chapter
from nexus.lib import effects
from nexus.lib.errors import Invalid

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 11)
NOW = at("2026-03-11 20:00")
MARCH = [date(2026, 3, day) for day in range(1, 32)]
URL = "/api/v1/rest-days"


def post(client, **body):
    return client.post(URL, body, content_type="application/json")


def test_a_weekday_rests_from_its_date_until_its_end(alice):
    declare_rest(alice, from_date=MARCH[4], to_date=MARCH[21], weekday=6, today=TODAY)
    assert [day.day for day in rest_on(alice, MARCH)] == [8, 15, 22]


def test_a_stretch_and_a_single_date(alice):
    declare_rest(alice, from_date=MARCH[0], today=TODAY)
    declare_rest(alice, from_date=MARCH[9], to_date=MARCH[11], kind="life", today=TODAY)
    found = rest_on(alice, MARCH)
    assert {day.day: kind for day, kind in found.items()} == {
        1: "planned",
        10: "life",
        11: "life",
        12: "life",
    }


def test_dates_say_more_than_a_weekday_and_the_later_word_holds(alice):
    day = MARCH[7]
    declare_rest(alice, from_date=day, kind="illness", today=TODAY)
    declare_rest(alice, from_date=MARCH[0], weekday=6, today=TODAY)
    assert rest_on(alice, [day]) == {day: "illness"}
    declare_rest(alice, from_date=day, kind="life", today=TODAY)
    assert rest_on(alice, [day]) == {day: "life"}


def test_many_years_are_one_question(alice, django_assert_num_queries):
    declare_rest(alice, from_date=date.min, weekday=0, today=TODAY)
    days = [TODAY - timedelta(days=number) for number in range(5 * 365)]
    with django_assert_num_queries(1):
        assert len(rest_on(alice, days)) == 261
    with django_assert_num_queries(0):
        assert rest_on(alice, []) == {}


def test_rest_declared_afterwards_is_kept_with_the_days_and_taken_back_with_them(alice):
    chapter = make_chapter(alice)
    for day in (9, 10, 11):
        add_words(chapter, 5, f"2026-03-{day:02} 10:00", typed=5)
        rollups.roll_up_day(alice, MARCH[day - 1], at=NOW)
    rest = declare_rest(alice, from_date=MARCH[8], to_date=MARCH[9], kind="illness", today=TODAY)
    kept = WritingDay.objects.filter(user=alice).order_by("day", "story_id")
    assert [row.rest for row in kept] == ["illness"] * 4 + [""] * 2
    assert reports.streak(alice, at=NOW).current == 1
    withdraw_rest(rest, today=TODAY)
    assert not WritingDay.objects.exclude(rest="").exists()
    assert reports.streak(alice, at=NOW).current == 3


def test_a_rest_that_is_ended_keeps_what_it_protected(alice):
    rest = declare_rest(alice, from_date=MARCH[0], weekday=2, today=TODAY)
    end_rest(rest, today=TODAY)
    assert [day.day for day in rest_on(alice, MARCH)] == [4]
    later = declare_rest(alice, from_date=MARCH[20], today=TODAY)
    end_rest(later, today=TODAY)
    assert not RestDay.objects.filter(pk=later.pk).exists()


def test_dates_the_wrong_way_round_are_refused(alice):
    with pytest.raises(Invalid):
        declare_rest(alice, from_date=MARCH[5], to_date=MARCH[4], today=TODAY)


def test_there_is_an_end_to_declarations(alice, monkeypatch):
    monkeypatch.setattr("analytics.resting.MOST_RESTS", 1)
    declare_rest(alice, from_date=TODAY, today=TODAY)
    with pytest.raises(Invalid):
        declare_rest(alice, from_date=TODAY, today=TODAY)


def test_rest_is_declared_listed_and_taken_back_through_the_api(as_alice, alice):
    made = post(as_alice, from_date="2026-03-01", kind="illness", note=" a cold ")
    assert made.status_code == 201
    assert made.json() == {
        "id": str(RestDay.objects.get().pk),
        "kind": "illness",
        "from_date": "2026-03-01",
        "to_date": "2026-03-01",
        "weekday": None,
        "note": "a cold",
    }
    weekly = post(as_alice, from_date="2026-03-02", weekday=6).json()
    assert (weekly["weekday"], weekly["to_date"], weekly["kind"]) == (6, None, "planned")
    listed = as_alice.get(URL).json()["rest_days"]
    assert [row["id"] for row in listed] == [weekly["id"], made.json()["id"]]
    assert [
        row["weekday"] for row in as_alice.get(f"{URL}?from_date=2026-03-02").json()["rest_days"]
    ] == [6]
    assert as_alice.get(f"{URL}?to_date=2026-02-28").json() == {"rest_days": []}
    assert as_alice.delete(f"{URL}/{weekly['id']}").status_code == 204
    assert as_alice.delete(f"{URL}/{weekly['id']}").status_code == 404
    assert RestDay.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from_date": "soon"},
        {"from_date": None},
        {"from_date": "2026-03-02", "to_date": "2026-03-01"},
        {"from_date": "2026-03-02", "weekday": 7},
        {"from_date": "2026-03-02", "weekday": -1},
        {"from_date": "2026-03-02", "weekday": True},
        {"from_date": "2026-03-02", "weekday": "6"},
        {"from_date": "2026-03-02", "kind": "party"},
        {"from_date": "2026-03-02", "note": "x" * 201},
        {"from_date": "2026-03-02", "note": "nul\x00"},
    ],
)
def test_a_wrong_declaration_is_422(as_alice, body):
    answer = post(as_alice, **body)
    assert answer.status_code == 422, answer.content
    assert not RestDay.objects.exists()


def test_another_writers_rest_is_her_own(as_alice, alice, bob):
    own = declare_rest(bob, from_date=TODAY, today=TODAY)
    assert as_alice.get(URL).json() == {"rest_days": []}
    assert as_alice.delete(f"{URL}/{own.pk}").status_code == 403
    assert as_alice.delete(f"{URL}/{uuid.uuid4()}").status_code == 404
    assert as_alice.delete(f"{URL}/none").status_code == 404
    assert rest_on(alice, [TODAY]) == {}
    assert RestDay.objects.get() == own


def test_rest_days_are_closed_to_visitors(client):
    assert client.get(URL).status_code == post(client).status_code == 403
    assert client.get("/api/v1/streak").status_code == 403


def test_the_desk_tells_the_streak_with_its_rests(as_alice, alice):
    chapter, now = make_chapter(alice), timezone.now()
    today = alice.day_of(now)
    for number in (0, 2, 3):
        add_words(chapter, 3, now - timedelta(days=number), typed=3)
    declare_rest(alice, from_date=today - timedelta(days=1), today=today)
    assert "3 days in a row, 1 rest kept" in as_alice.get("/").content.decode()


def test_a_day_rolled_up_while_its_rest_is_declared_is_rolled_up_again(
    alice, monkeypatch, django_capture_on_commit_callbacks
):
    """The rollup read the day before the rest was there, and wrote it after."""
    chapter = make_chapter(alice)
    day = MARCH[9]
    add_words(chapter, 5, "2026-03-10 10:00", typed=5)
    add_words(chapter, 5, "2026-03-11 10:00", typed=5)
    asked = []
    monkeypatch.setattr(tasks.roll_up_days, "delay", lambda *task: asked.append(task))
    with django_capture_on_commit_callbacks(execute=True):
        rest = declare_rest(alice, from_date=day, kind="illness", today=TODAY)
    assert effects.drain(20)
    with monkeypatch.context() as stale:
        stale.setattr(rollups, "rest_on", lambda user, days: {})
        rollups.roll_up_day(alice, day, at=NOW)
    assert asked == [(str(alice.pk), [str(day)])]
    tasks.roll_up_days(*asked.pop())
    assert kinds_kept(alice) == {day: {"illness"}}
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_rest(rest, today=TODAY)
    assert effects.drain(20)
    assert asked == [(str(alice.pk), [str(day)])]


def test_a_weekly_rest_touches_the_days_of_its_weekday_alone(
    alice, monkeypatch, django_capture_on_commit_callbacks
):
    chapter = make_chapter(alice)
    for number in range(2, 12):
        add_words(chapter, 1, f"2026-03-{number:02} 10:00", typed=1)
    asked = []
    monkeypatch.setattr(tasks.roll_up_days, "delay", lambda *task: asked.append(task))
    with django_capture_on_commit_callbacks(execute=True):
        declare_rest(alice, from_date=MARCH[0], weekday=0, today=TODAY)
    assert effects.drain(20)
    assert asked == [(str(alice.pk), ["2026-03-02", "2026-03-09"])]


def kinds_kept(user):
    kinds = {}
    for row in WritingDay.objects.filter(user=user):
        kinds.setdefault(row.day, set()).add(row.rest)
    return kinds
