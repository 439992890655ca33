"""Splitting and merging chapters over HTTP: order of refusals, answers, keys, and who gets in."""

import uuid

import pytest

from accounts import api_tokens
from stories.models import Chapter
from stories.services.chapters import trash_chapter
from stories.tests.builders import NOW, make_chapter, make_story, send

pytestmark = pytest.mark.django_db
TEXT = '<p data-b="a">one</p><p data-b="b">two three</p>'


@pytest.fixture
def story(alice):
    return make_story(alice)


@pytest.fixture
def chapter(story):
    return make_chapter(story, content=TEXT)


def split(client, chapter, **body):
    headers = body.pop("headers", {})
    body = {"at": 1, "base_revision": chapter.etag} | body
    return send(client, "post", f"/chapters/{chapter.pk}/split", body, **headers)


def merge(client, chapter, after, **body):
    body = {"base_revision": chapter.etag, "next_base_revision": after.etag} | body
    return send(client, "post", f"/chapters/{chapter.pk}/merge-next", body)


def test_a_split_answers_with_both_chapters_whole(as_alice, chapter):
    answer = split(as_alice, chapter, title=" Half ")
    assert answer.status_code == 201
    head, after = answer.json()["chapter"], answer.json()["new_chapter"]
    assert (head["content"], head["content_revision"]) == ('<p data-b="a">one</p>', 2)
    assert (after["content"], after["title"]) == ('<p data-b="b">two three</p>', "Half")
    assert head["next_chapter_id"] == after["id"] and after["position"] == 1


def test_a_block_may_be_named_by_its_id(as_alice, chapter):
    body = {"block": "b", "base_revision": f'W/"{chapter.etag}"'}
    answer = send(as_alice, "post", f"/chapters/{chapter.pk}/split", body)
    assert answer.json()["new_chapter"]["word_count"] == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"at": 0}, "at"),
        ({"at": 2}, "at"),
        ({"at": "1"}, "at"),
        ({"at": True}, "at"),
        ({"at": None}, "at"),
        ({"block": "b"}, ""),
        ({"at": 1, "title": ""}, "title"),
        ({"at": 1, "title": "x\u0007"}, "title"),
        ({"base_revision": "*"}, "base_revision"),
        ({"base_revision": 1}, "base_revision"),
        ({"base_revision": None}, "base_revision"),
    ],
)
def test_a_wrong_shape_is_422(as_alice, chapter, body, field):
    answer = split(as_alice, chapter, **body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert Chapter.objects.get().content == TEXT


def test_an_unknown_block_is_422(as_alice, chapter):
    for block in ("z", "", "x" * 33, "é"):
        body = {"block": block, "base_revision": chapter.etag}
        answer = send(as_alice, "post", f"/chapters/{chapter.pk}/split", body)
        assert answer.status_code == 422, block


def test_refusals_come_in_their_order(as_alice, as_bob, story, chapter):
    make_chapter(story, "Two")
    stale = {"base_revision": "9-00000000"}
    assert split(as_bob, chapter, at=0).status_code == 422
    assert split(as_bob, chapter, title="Two", **stale).status_code == 403
    taken = split(as_alice, chapter, title="Two", **stale)
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "title")
    refused = split(as_alice, chapter, **stale)
    assert (refused.status_code, refused.json()["code"]) == (412, "stale")
    assert refused.json()["head_revision"] == 1
    trash_chapter(chapter, at=NOW)
    assert split(as_alice, chapter).status_code == 404


def test_a_split_sent_again_with_its_key_happens_once(as_alice, chapter):
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first = split(as_alice, chapter, headers=headers)
    again = split(as_alice, chapter, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true" and Chapter.objects.count() == 2
    assert split(as_alice, chapter, title="Other", headers=headers).status_code == 422


def test_a_merge_answers_with_the_whole_and_what_went_to_the_trash(as_alice, story, chapter):
    two = make_chapter(story, "Two", "<p>four</p>")
    answer = merge(as_alice, chapter, two, scene_break=True)
    assert answer.status_code == 200
    head, merged = answer.json()["chapter"], answer.json()["merged"]
    assert head["content"] == f"{TEXT}<hr><p>four</p>" and head["word_count"] == 4
    assert merged["id"] == str(two.pk) and merged["merged_into"] == str(chapter.pk)
    assert merged["word_count"] == 1 and merged["purge_at"] > merged["trashed_at"]
    [listed] = send(as_alice, "get", "/trash").json()["chapters"]
    assert listed == merged
    back = send(as_alice, "post", f"/chapters/{two.pk}/restore")
    assert back.json()["content"] == "<p>four</p>" and back.json()["content_revision"] == 1


def test_a_merge_is_refused_in_order(as_alice, as_bob, story, chapter):
    assert merge(as_alice, chapter, chapter).json()["code"] == "no_next_chapter"
    two = make_chapter(story, "Two", "<p>four</p>")
    assert merge(as_bob, chapter, two, scene_break="yes").status_code == 422
    assert merge(as_bob, chapter, two).status_code == 403
    assert merge(as_alice, chapter, two, next_base_revision="9-00000000").status_code == 412
    assert merge(as_alice, chapter, two, next_id=str(chapter.pk)).status_code == 412
    assert merge(as_alice, chapter, two, next_id=str(two.pk)).status_code == 200


def test_a_merge_beyond_five_megabytes_is_413(as_alice, story):
    big = f"<p>{'x' * 2_700_000}</p>"
    one, two = make_chapter(story, "A", big), make_chapter(story, "B", big)
    answer = merge(as_alice, one, two)
    assert answer.status_code == 413 and answer.json()["detail"].startswith("Together")


def test_a_token_that_may_only_write_reads_no_prose_by_it(alice, story, chapter, anonymous):
    make_chapter(story, "Two", "<p>four</p>")
    tokens = {
        scope: api_tokens.create(alice, name=scope, scopes=[scope])[1]
        for scope in ("read", "write")
    }
    read = {"Authorization": f"Bearer {tokens['read']}"}
    write = {"Authorization": f"Bearer {tokens['write']}"}
    assert split(anonymous, chapter, headers=read).status_code == 403
    answer = split(anonymous, chapter, headers=write)
    assert answer.status_code == 201 and b"two three" not in answer.content


def test_an_open_window_that_had_more_words_is_asked_and_loses_none(as_alice, chapter):
    base = chapter.etag
    split(as_alice, chapter)
    mine = TEXT.replace("two three", "two three four")
    headers = {"If-Match": f'"{base}"', "Idempotency-Key": str(uuid.uuid4())}
    late = send(as_alice, "put", f"/chapters/{chapter.pk}/content", {"content": mine}, **headers)
    assert late.status_code == 412
    body = {"content": mine, "base_revision": base}
    joined = send(as_alice, "post", f"/chapters/{chapter.pk}/merge", body).json()
    assert joined["is_base_known"] and "two three four" in joined["merged"]


def test_a_chapter_moves_to_another_story_of_the_writers(as_alice, as_bob, alice, chapter):
    other = make_story(alice, "Other")
    path, body = f"/chapters/{chapter.pk}/move", {"story_id": str(other.pk)}
    assert send(as_alice, "post", path, {}).status_code == 422
    assert send(as_alice, "post", path, {"story_id": "x"}).status_code == 422
    assert send(as_alice, "post", path, {"story_id": str(uuid.uuid4())}).status_code == 404
    assert send(as_alice, "post", path, {"story_id": str(chapter.story_id)}).status_code == 422
    assert send(as_bob, "post", path, body).status_code == 403
    answer = send(as_alice, "post", path, body)
    assert answer.status_code == 200 and answer["ETag"] == f'"{chapter.etag}"'
    assert answer.json()["story_title"] == "Other" and answer.json()["content"] == TEXT
    make_chapter(chapter.story)
    back = send(as_alice, "post", path, {"story_id": str(chapter.story_id)})
    assert (back.status_code, back.json()["code"]) == (409, "title_taken")
