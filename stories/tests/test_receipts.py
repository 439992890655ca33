"""Any POST, PATCH or PUT may be sent again under its key."""

import uuid
from datetime import timedelta

import pytest

from stories.models import Chapter, SaveReceipt, Story
from stories.receipts import discard_old_receipts
from stories.tests.builders import make_chapter, make_story, send


def keyed(key):
    return {"Idempotency-Key": str(key)}


def test_a_post_sent_twice_creates_once(as_alice):
    key = uuid.uuid4()
    first = send(as_alice, "post", "/stories", {"title": "Emma"}, **keyed(key))
    again = send(as_alice, "post", "/stories/", {"title": "Emma"}, **keyed(key))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Story.objects.count() == 1


def test_a_chapter_with_its_text_is_replayed_whole(as_alice, alice):
    story, key = make_story(alice), uuid.uuid4()
    body = {"title": "One", "content": "<p>one</p>"}
    first = send(as_alice, "post", f"/stories/{story.pk}/chapters", body, **keyed(key))
    again = send(as_alice, "post", f"/stories/{story.pk}/chapters", body, **keyed(key))
    assert first.json() == again.json()
    assert Chapter.objects.count() == 1


def test_a_key_belongs_to_one_body_and_one_address(as_alice, alice):
    story, key = make_story(alice), uuid.uuid4()
    send(as_alice, "patch", f"/stories/{story.pk}", {"genre": "Comedy"}, **keyed(key))
    other_body = send(as_alice, "patch", f"/stories/{story.pk}", {"genre": "Farce"}, **keyed(key))
    other_path = send(as_alice, "post", "/stories", {"genre": "Comedy"}, **keyed(key))
    for answer in (other_body, other_path):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    story.refresh_from_db()
    assert story.genre == "Comedy"


def test_only_successes_are_kept(as_alice, alice):
    story, key = make_story(alice), uuid.uuid4()
    other = make_story(alice, "Other")
    body = {"title": "Emma"}
    refused = send(as_alice, "patch", f"/stories/{other.pk}", body, **keyed(key))
    assert refused.status_code == 409
    assert not SaveReceipt.objects.exists()
    send(as_alice, "delete", f"/stories/{story.pk}")
    assert send(as_alice, "patch", f"/stories/{other.pk}", body, **keyed(key)).status_code == 200


@pytest.mark.parametrize("key", ["", "nonsense", "123", "\ud7ff" * 3])
def test_a_key_that_is_no_uuid_is_422(as_alice, key):
    answer = send(as_alice, "post", "/stories", {"title": "A"}, **{"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_key")
    assert not Story.objects.exists()


def test_a_malformed_body_comes_before_a_bad_key(as_alice):
    answer = send(as_alice, "post", "/stories", b"{", **{"Idempotency-Key": "nonsense"})
    assert answer.status_code == 400


def test_reads_and_deletes_need_no_receipt(as_alice, alice):
    chapter, key = make_chapter(make_story(alice)), uuid.uuid4()
    for method in ("get", "delete"):
        send(as_alice, method, f"/chapters/{chapter.pk}", **keyed(key))
    assert not SaveReceipt.objects.exists()


def test_receipts_are_kept_for_thirty_days(as_alice):
    send(as_alice, "post", "/stories", {"title": "Emma"}, **keyed(uuid.uuid4()))
    made = SaveReceipt.objects.get().created_at
    assert discard_old_receipts(at=made + timedelta(days=30)) == 0
    assert discard_old_receipts(at=made + timedelta(days=30, seconds=1)) == 1
