"""Targets through the API: who, what shape, which status."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from analytics import rollups, tasks
from analytics.models import WritingDay
from analytics.serializers import TargetShape
from analytics.tests.builders import add_words, make_chapter, today
from nexus.lib import effects
from stories.models import Target
from stories.services.stories import create_story

pytestmark = pytest.mark.django_db


def wanted(**changes):
    """A target as a program sends it."""
    return {
        "quota": 500,
        "frequency": "Daily",
        "from_date": str(today() - timedelta(days=3)),
        "to_date": str(today() + timedelta(days=3)),
        **changes,
    }


@pytest.fixture
def story(alice):
    return make_chapter(alice).story


def url(story, target=None, end=""):
    tail = f"/{target}" if target else ""
    return f"/api/v1/stories/{getattr(story, 'pk', story)}/targets{tail}{end}"


def post(client, story, **changes):
    return client.post(url(story), wanted(**changes), content_type="application/json")


def patch(client, target, **changes):
    return client.patch(url(target.story, target.pk), changes, content_type="application/json")


@pytest.fixture
def target(as_alice, story):
    return Target.objects.get(pk=post(as_alice, story).json()["target_id"])


def test_a_target_is_set_and_answered_whole(as_alice, story):
    answer = post(as_alice, story)
    assert answer.status_code == 201
    body = answer.json()
    assert {name: body[name] for name in wanted()} == wanted()
    assert (body["story_id"], body["progress"], body["remaining"]) == (str(story.pk), 0, 500)
    assert set(body) == set(TargetShape().fields)


def test_progress_is_what_was_written_today(as_alice, alice):
    chapter = make_chapter(alice, title="Another")
    add_words(chapter, 125, timezone.now(), typed=125)
    body = post(as_alice, chapter.story).json()
    assert (body["progress"], body["percent"]) == (125, 25)


def test_a_second_target_of_a_frequency_is_a_conflict(as_alice, target, story):
    answer = post(as_alice, story)
    assert (answer.status_code, answer.json()["code"]) == (409, "target_exists")
    assert post(as_alice, story, frequency="Weekly").status_code == 201


@pytest.mark.parametrize("quota", [-1, 10_000_001, True, 1.0, 1.5, "5", None, [], {}])
def test_a_quota_is_a_whole_number_in_range(as_alice, story, quota):
    answer = post(as_alice, story, quota=quota)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "quota"


@pytest.mark.parametrize("quota", [0, 10_000_000])
def test_the_ends_of_the_range_are_taken(as_alice, story, quota):
    assert post(as_alice, story, quota=quota).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"frequency": "daily"},
        {"frequency": None},
        {"from_date": "yesterday"},
        {"from_date": None},
        {"to_date": 5},
        {"to_date": "2026-02-30"},
        {"to_date": "2020-01-01"},
    ],
)
def test_a_wrong_value_is_unprocessable(as_alice, story, wrong):
    assert post(as_alice, story, **wrong).status_code == 422


def test_reversed_dates_are_refused_before_a_duplicate_and_an_absent_story(as_alice, target, story):
    reversed_dates = {"to_date": "2020-01-01"}
    assert post(as_alice, story, **reversed_dates).status_code == 422
    assert post(as_alice, uuid.uuid4(), **reversed_dates).status_code == 422


def test_malformed_json_is_400_and_another_type_415(as_alice, story):
    assert as_alice.post(url(story), "{", content_type="application/json").status_code == 400
    assert as_alice.post(url(story), "x", content_type="text/plain").status_code == 415


def test_every_target_of_a_story_is_listed(as_alice, target, story):
    post(as_alice, story, frequency="Monthly")
    found = as_alice.get(url(story)).json()["targets"]
    assert [row["frequency"] for row in found] == ["Daily", "Monthly"]


def test_one_frequency_answers_one_target_or_null(as_alice, target, story):
    found = as_alice.get(url(story), {"frequency": "Daily"})
    assert found.json()["target_id"] == str(target.pk)
    nothing = as_alice.get(url(story), {"frequency": "Weekly"})
    assert (nothing.status_code, nothing.content) == (200, b"null")
    assert as_alice.get(url(story), {"frequency": "Yearly"}).status_code == 422


@pytest.mark.parametrize("verb", ["put", "patch"])
def test_any_part_is_changed(as_alice, target, verb):
    answer = getattr(as_alice, verb)(
        url(target.story, target.pk), {"quota": 750}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["quota"]) == (200, 750)
    assert answer.json()["frequency"] == "Daily"
    target.refresh_from_db()
    assert target.quota == 750


def test_changing_nothing_is_fine(as_alice, target):
    assert patch(as_alice, target).status_code == 200


def test_one_date_may_not_cross_the_stored_other(as_alice, target):
    assert patch(as_alice, target, to_date="2020-01-01").status_code == 422
    assert patch(as_alice, target, from_date="2100-01-01").status_code == 422
    target.refresh_from_db()
    assert target.from_date < target.to_date


def test_a_frequency_that_exists_cannot_be_taken(as_alice, target, story):
    post(as_alice, story, frequency="Weekly")
    assert patch(as_alice, target, frequency="Weekly").status_code == 409


def test_a_target_is_removed_once(as_alice, target, story):
    assert as_alice.delete(url(story, target.pk)).status_code == 204
    assert as_alice.delete(url(story, target.pk)).status_code == 404
    assert not Target.objects.exists()


def test_a_target_is_found_through_its_own_story_only(as_alice, alice, target):
    other = create_story(alice, title="Other", at=timezone.now())
    for call in (as_alice.get, as_alice.delete):
        assert call(url(other, target.pk)).status_code == 404
    answer = as_alice.patch(url(other, target.pk), {"quota": 1}, content_type="application/json")
    assert answer.status_code == 404


def test_a_stranger_is_forbidden_everything(as_bob, target, story):
    assert as_bob.get(url(story)).status_code == 403
    assert as_bob.get(url(story, target.pk)).status_code == 403
    assert post(as_bob, story).status_code == 403
    assert patch(as_bob, target, quota=1).status_code == 403
    assert as_bob.delete(url(story, target.pk)).status_code == 403
    assert as_bob.get(f"/api/v1/stories/{story.pk}/analytics").status_code == 403
    target.refresh_from_db()
    assert target.quota == 500


@pytest.mark.parametrize("tail", ["targets", "analytics"])
def test_nobody_signed_in_is_forbidden(story, tail):
    answer = Client().get(f"/api/v1/stories/{story.pk}/{tail}")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_authenticated")


@pytest.mark.parametrize("story_id", ["x", "00000000-0000-0000-0000-000000000000", "%00"])
def test_an_absent_story_is_not_found(as_alice, story_id):
    assert as_alice.get(url(story_id)).status_code == 404


def test_paths_answer_with_a_slash_too(as_alice, target, story):
    assert as_alice.get(url(story, end="/")).status_code == 200
    assert as_alice.get(url(story, target.pk, "/")).status_code == 200
    assert as_alice.get("/api/v1/stories/targets/").status_code == 200


def test_sending_a_request_again_sets_one_target(as_alice, story):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    answers = [
        as_alice.post(url(story), wanted(), content_type="application/json", headers=headers)
        for _time in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotency-Replayed"] == "true"


def test_all_stories_are_listed_with_their_targets(as_alice, alice, target, story):
    create_story(alice, title="Newer", at=timezone.now())
    body = as_alice.get("/api/v1/stories/targets").json()
    assert [(row["title"], len(row["targets"])) for row in body] == [
        ("Newer", 0),
        ("The book of One", 1),
    ]
    assert set(body[0]) == {"id", "title", "word_count", "targets"}


def test_the_list_asks_the_same_number_of_questions_however_long(as_alice, alice):
    def count():
        with CaptureQueriesContext(connection) as captured:
            assert as_alice.get("/api/v1/stories/targets").status_code == 200
        return len(captured)

    def add(number):
        story = create_story(alice, title=f"Story {number}", at=timezone.now())
        dates = {"from_date": date(2026, 1, 1), "to_date": date(2030, 1, 1)}
        Target.objects.create(story=story, quota=1, frequency="Daily", **dates)

    add(0)
    few = count()
    for number in range(1, 8):
        add(number)
    assert count() == few


def test_a_target_of_a_trashed_story_is_not_found(as_alice, target, story):
    assert as_alice.delete(f"/api/v1/stories/{story.pk}").status_code == 204
    assert as_alice.get(url(story, target.pk)).status_code == 404
    assert as_alice.get("/api/v1/stories/targets").json() == []


def test_a_goal_changed_today_is_kept_with_today(
    as_alice, alice, monkeypatch, django_capture_on_commit_callbacks
):
    """A rollup under way read the goal before: every change of a target asks for another."""
    now = timezone.now()
    chapter = make_chapter(alice)
    add_words(chapter, 5, now, typed=5)
    asked = []
    monkeypatch.setattr(tasks, "ask_for_roll_ups", lambda *day: asked.append(day))
    url, today = f"/api/v1/stories/{chapter.story_id}/targets", str(now.date())
    body = {"quota": 9, "frequency": "Daily", "from_date": today, "to_date": today}
    kept = []
    for method, path, values in (
        (as_alice.post, "", body),
        (as_alice.patch, "/{}", {"quota": 7}),
        (as_alice.delete, "/{}", None),
    ):
        target = Target.objects.values_list("pk", flat=True).first()
        with django_capture_on_commit_callbacks(execute=True):
            method(url + path.format(target), values, content_type="application/json")
        assert effects.drain(20)
        assert asked.pop() == (alice.pk, [now.date()])
        rollups.roll_up_day(alice, now.date(), at=now)
        kept.append(WritingDay.objects.get(user=alice, story=None).goal)
    assert kept == [9, 7, None]
