"""Saving text: nothing unseen is overwritten, nothing acknowledged is lost, nothing saved twice."""

import json
import uuid
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stories.models import Chapter, ChapterVersion, SaveReceipt
from stories.signals import chapter_saved
from stories.tests.builders import make_chapter, make_story, save, send, words


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice))


@pytest.fixture
def heard():
    """Collect what the ledger is told."""
    sent = []

    def listen(**event):
        sent.append((event, connection.in_atomic_block))

    chapter_saved.connect(listen)
    yield sent
    chapter_saved.disconnect(listen)


def test_a_save_is_acknowledged_with_the_new_head(as_alice, chapter):
    answer = save(as_alice, chapter, "<p>one two three four</p>")
    body = answer.json()
    chapter.refresh_from_db()
    assert answer.status_code == 200
    assert set(body) == {
        "revision",
        "hash",
        "word_count",
        "saved_at",
        "normalised",
        "already_applied",
        "undo",
    }
    assert (body["revision"], body["word_count"], body["normalised"]) == (2, 4, False)
    assert body["hash"] == chapter.content_hash
    assert datetime.fromisoformat(body["saved_at"]) == chapter.content_saved_at
    assert answer.headers["ETag"] == f'"{chapter.etag}"'
    assert (chapter.content, chapter.text) == ("<p>one two three four</p>", "one two three four")
    assert (chapter.word_count, chapter.content_revision) == (4, 2)
    assert chapter.story.updated_at == chapter.updated_at == chapter.content_saved_at


def test_the_ledger_hears_of_the_save_within_its_transaction(as_alice, alice, chapter, heard):
    activity = {"typed": 2, "removed": 1, "active_ms": 900, "since": "2026-03-11T14:00:00"}
    save(as_alice, chapter, "<p>one two three four</p>", activity=activity)
    [(event, was_in_transaction)] = heard
    change = event["change"]
    assert was_in_transaction
    assert (event["user"], event["chapter"].pk, event["chapter"].word_count) == (
        alice,
        chapter.pk,
        4,
    )
    assert (change.words_before, change.words_after, change.cause) == (3, 4, "typed")
    assert (change.text_before, change.text_after) == ("one two three", "one two three four")
    assert change.activity["typed"] == 2 and change.activity["cut"] == 0
    assert change.activity["since"] == "2026-03-11T14:00:00+00:00"


def test_a_failing_ledger_takes_the_save_back(as_alice, chapter):
    def fail(**event):
        raise RuntimeError("the ledger is broken")

    chapter_saved.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            save(as_alice, chapter, "<p>lost</p>")
    finally:
        chapter_saved.disconnect(fail)
    chapter.refresh_from_db()
    assert chapter.content_revision == 1
    assert not SaveReceipt.objects.exists()


def test_a_stale_save_is_412_and_says_what_the_head_is(as_alice, chapter):
    save(as_alice, chapter, "<p>mine</p>")
    answer = save(as_alice, chapter, "<p>theirs</p>")
    chapter.refresh_from_db()
    body = answer.json()
    assert answer.status_code == 412
    assert (body["code"], body["head_revision"], body["head_hash"]) == (
        "stale",
        2,
        chapter.content_hash,
    )
    assert body["head_word_count"] == 1 and body["head_saved_at"].endswith("Z")
    assert chapter.content == "<p>mine</p>"


def test_the_same_text_on_an_old_base_is_already_applied(as_alice, chapter, heard):
    save(as_alice, chapter, "<p>mine</p>")
    answer = save(as_alice, chapter, "<p>mine</p>")
    assert answer.status_code == 200
    assert (answer.json()["already_applied"], answer.json()["revision"]) == (True, 2)
    assert len(heard) == 1


def test_the_hash_of_the_base_counts_not_only_its_number(as_alice, chapter):
    assert save(as_alice, chapter, "<p>mine</p>", base="1-00000000").status_code == 412


@pytest.mark.parametrize("form", ['W/"{}"', '"{}"', "{}"])
def test_a_weakened_etag_counts_as_itself(as_alice, chapter, form):
    headers = {"If-Match": form.format(chapter.etag), "Idempotency-Key": str(uuid.uuid4())}
    path = f"/chapters/{chapter.pk}/content"
    assert send(as_alice, "put", path, {"content": "<p>x</p>"}, **headers).status_code == 200


@pytest.mark.parametrize(
    "base", ["*", "", "1", '"1"', "1-xyz", '"1-0000000', "0-00000000", "9" * 40 + "-00000000"]
)
def test_a_base_that_is_none_is_refused(as_alice, chapter, base):
    headers = {"If-Match": base, "Idempotency-Key": str(uuid.uuid4())}
    path = f"/chapters/{chapter.pk}/content"
    answer = send(as_alice, "put", path, {"content": "<p>x</p>"}, **headers)
    assert answer.status_code == (422 if base else 428)


def test_without_base_or_key_the_save_is_428(as_alice, chapter):
    path = f"/chapters/{chapter.pk}/content"
    etag, key = f'"{chapter.etag}"', str(uuid.uuid4())
    for headers in ({}, {"Idempotency-Key": key}, {"If-Match": etag}):
        assert send(as_alice, "put", path, {"content": "x"}, **headers).status_code == 428
    headers = {"If-Match": etag, "Idempotency-Key": "nonsense"}
    assert send(as_alice, "put", path, {"content": "x"}, **headers).status_code == 422


def test_the_body_may_carry_base_and_key(as_alice, chapter):
    body = {"content": "<p>x</p>", "base_revision": chapter.etag, "save_id": str(uuid.uuid4())}
    path = f"/chapters/{chapter.pk}/content"
    assert send(as_alice, "put", path, body).status_code == 200
    again = send(as_alice, "put", path, body)
    assert again.headers["Idempotency-Replayed"] == "true"


def test_sending_a_save_again_replays_its_acknowledgement(as_alice, chapter, heard):
    key = uuid.uuid4()
    first = save(as_alice, chapter, "<p>mine</p>", key=key)
    again = save(as_alice, chapter, "<p>mine</p>", key=key)
    assert again.json() == first.json()
    assert again.headers["ETag"] == first.headers["ETag"]
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    assert len(heard) == 1


def test_a_key_with_another_body_is_422(as_alice, chapter):
    key = uuid.uuid4()
    save(as_alice, chapter, "<p>mine</p>", key=key)
    answer = save(as_alice, chapter, "<p>other</p>", key=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_a_refused_save_leaves_no_receipt(as_alice, chapter):
    key = uuid.uuid4()
    assert save(as_alice, chapter, "<p>a</p>", base="7-00000000", key=key).status_code == 412
    assert not SaveReceipt.objects.exists()
    assert save(as_alice, chapter, "<p>a</p>", key=key).status_code == 200


def test_keys_of_two_writers_do_not_meet(as_alice, as_bob, alice, bob):
    key = uuid.uuid4()
    for client, owner in ((as_alice, alice), (as_bob, bob)):
        chapter = make_chapter(make_story(owner))
        assert save(client, chapter, "<p>a</p>", key=key).json()["revision"] == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 422),
        (b"\xff\xfe", 400),
        (b'{"content": NaN}', 400),
        (b"[" * 65 + b"]" * 65, 400),
        (b"[" * 100_000, 400),
        (b"[]", 422),
        (b"null", 422),
        (b"{}", 422),
        (b'{"content": null}', 422),
        (b'{"content": ["x"]}', 422),
        (b'{"content": "x", "activity": []}', 422),
        (b'{"content": "x", "activity": {"typed": -1}}', 422),
        (b'{"content": "x", "activity": {"typed": true}}', 422),
        (b'{"content": "x", "activity": {"typed": 1e99}}', 422),
        (b'{"content": "x", "activity": {"typed": 100000000000000000000}}', 422),
        (b'{"content": "x", "activity": {"since": "yesterday"}}', 422),
        (b'{"content": "x", "activity": {"since": 5}}', 422),
        (b'{"content": "x", "cause": "magic"}', 422),
        (b'{"content": "x", "cause": {}}', 422),
    ],
)
def test_a_wrong_body_is_refused_and_a_stranger_hears_403_first(
    as_alice, as_bob, chapter, body, status
):
    path = f"/chapters/{chapter.pk}/content"
    headers = {"If-Match": f'"{chapter.etag}"', "Idempotency-Key": str(uuid.uuid4())}
    own = send(as_alice, "put", path, body, **headers)
    assert own.status_code == status, own.content
    assert own.headers["Content-Type"] == "application/problem+json"
    assert send(as_bob, "put", path, body, **headers).status_code == 403
    chapter.refresh_from_db()
    assert chapter.content_revision == 1


def test_only_json_is_taken(as_alice, chapter):
    answer = as_alice.put(
        f"/api/v1/chapters/{chapter.pk}/content", data="content=x", content_type="text/plain"
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_only_put_is_taken(as_alice, chapter):
    for method in ("get", "post", "patch", "delete"):
        answer = send(as_alice, method, f"/chapters/{chapter.pk}/content")
        assert (answer.status_code, answer.headers["Allow"]) == (405, "PUT")


def test_five_megabytes_are_the_limit(as_alice, chapter):
    assert save(as_alice, chapter, "<p>" + "x" * 5_300_000 + "</p>").status_code == 413
    answer = save(as_alice, chapter, "x" * 12_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert save(as_alice, chapter, "é" * 2_700_000).status_code == 413


def test_nasty_prose_is_saved_without_what_no_database_keeps(as_alice, chapter):
    raw = "a\u0000b \ud800 \u202eright to left\u202c " + "<blockquote>" * 40 + "deep"
    body = json.dumps({"content": raw})
    headers = {"If-Match": f'"{chapter.etag}"', "Idempotency-Key": str(uuid.uuid4())}
    answer = send(as_alice, "put", f"/chapters/{chapter.pk}/content", body, **headers)
    assert answer.status_code == 200
    assert answer.json()["normalised"] is True
    chapter.refresh_from_db()
    assert "deep" in chapter.text


def test_who_may_save(as_bob, anonymous, as_alice, chapter):
    assert save(as_bob, chapter, "<p>x</p>").json()["code"] == "permission_denied"
    assert save(anonymous, chapter, "<p>x</p>").json()["code"] == "not_authenticated"
    send(as_alice, "delete", f"/chapters/{chapter.pk}")
    assert save(as_alice, chapter, "<p>x</p>").status_code == 404
    nowhere = Chapter(id="nonsense", content_revision=1, content_hash="0" * 64)
    assert save(as_alice, nowhere, "<p>x</p>").status_code == 404
    assert save(anonymous, nowhere, "<p>x</p>").status_code == 403
    chapter.refresh_from_db()
    assert chapter.content_revision == 1


def test_a_replay_after_the_chapter_went_away_is_404(as_alice, chapter):
    key = uuid.uuid4()
    save(as_alice, chapter, "<p>x</p>", key=key)
    send(as_alice, "delete", f"/chapters/{chapter.pk}")
    assert save(as_alice, chapter, "<p>x</p>", key=key).status_code == 404


def test_another_site_cannot_save(as_alice, chapter):
    path, body = f"/chapters/{chapter.pk}/content", {"content": "<p>x</p>"}
    keys = {"If-Match": f'"{chapter.etag}"', "Idempotency-Key": str(uuid.uuid4())}
    for header in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = send(as_alice, "put", path, body, **keys, **header)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")


def test_a_presented_token_is_401(as_alice, chapter):
    answer = send(as_alice, "put", f"/chapters/{chapter.pk}/content", {}, Authorization="Bearer x")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_large_cut_keeps_what_was_cut(as_alice, alice):
    chapter = make_chapter(make_story(alice), content=words(500))
    save(as_alice, chapter, words(240))
    kept = ChapterVersion.objects.get()
    assert (kept.revision, kept.reason, kept.word_count) == (1, "big_cut", 500)


def test_a_large_cut_offers_the_way_back_and_a_replay_offers_it_again(as_alice, alice):
    chapter = make_chapter(make_story(alice), content=words(500))
    key = uuid.uuid4()
    answers = [save(as_alice, chapter, words(240), key=key).json() for _ in range(2)]
    kept = ChapterVersion.objects.get()
    assert answers[0]["undo"] == {"version_id": str(kept.pk), "words": 260}
    assert answers[0] == answers[1]
    chapter.refresh_from_db()
    assert save(as_alice, chapter, words(238)).json()["undo"] is None


def test_the_way_back_is_there_when_the_writer_had_named_the_moment_before(as_alice, alice):
    chapter = make_chapter(make_story(alice), content=words(500))
    send(as_alice, "patch", f"/chapters/{chapter.pk}/versions/1", {"name": "Whole"})
    named = ChapterVersion.objects.get()
    assert save(as_alice, chapter, words(9)).json()["undo"]["version_id"] == str(named.pk)


def test_a_small_cut_keeps_nothing_for_long(as_alice, alice):
    chapter = make_chapter(make_story(alice), content=words(500), at=timezone.now())
    save(as_alice, chapter, words(260))
    assert not ChapterVersion.objects.exclude(reason="recent").exists()


def test_a_save_takes_few_statements(as_alice, alice, chapter):
    save(as_alice, chapter, words(100))
    chapter.refresh_from_db()
    with CaptureQueriesContext(connection) as queries:
        save(as_alice, chapter, words(101))
    texts = [query["sql"] for query in queries]
    own = [text for text in texts if "analytics" not in text and "SAVEPOINT" not in text]
    assert len(own) <= 8, "\n".join(text[:100] for text in own)
