"""A chapter's versions: kept, listed, compared, named, restored."""

import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stories.models import ChapterVersion
from stories.saving import save_content
from stories.tests.builders import NOW, make_chapter, make_story, save, send, words


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice))


def write(chapter, content, *, minutes):
    at = NOW + timedelta(minutes=minutes)
    save_content(chapter.pk, by=chapter.story.owner, content=content, base=chapter.etag, at=at)
    chapter.refresh_from_db()


def test_a_version_is_kept_every_five_minutes_of_writing(chapter):
    for minute in range(1, 12):
        write(chapter, f"<p>version {minute}</p>", minutes=minute)
    lasting = chapter.versions.exclude(reason="recent").order_by("revision")
    kept = lasting.values_list("content", "reason")
    assert list(kept) == [("<p>version 4</p>", "auto"), ("<p>version 9</p>", "auto")]


def test_an_empty_chapter_leaves_no_version(alice):
    chapter = make_chapter(make_story(alice), content="")
    write(chapter, "<p>one</p>", minutes=60)
    assert not ChapterVersion.objects.exists()


def test_versions_are_listed_without_prose_page_by_page(as_alice, chapter):
    for number in range(5):
        write(chapter, f"<p>version {number}</p>", minutes=10 * (number + 1))
    path = f"/api/v1/chapters/{chapter.pk}/versions"
    with CaptureQueriesContext(connection) as queries:
        first = as_alice.get(f"{path}?limit=3").json()
    assert not any('"content",' in query["sql"] for query in queries)
    assert first["head"]["revision"] == 6
    assert [row["revision"] for row in first["versions"]] == [5, 4, 3]
    assert "content" not in first["versions"][0]
    second = as_alice.get(f"{path}?limit=3&cursor={first['next_cursor']}").json()
    assert [row["revision"] for row in second["versions"]] == [2, 1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=1e3", "cursor=x", "cursor=W10=", "cursor="]
)
def test_a_page_that_is_none_is_422(as_alice, chapter, query):
    assert as_alice.get(f"/api/v1/chapters/{chapter.pk}/versions?{query}").status_code == 422


def test_one_version_is_shown_by_revision_or_id(as_alice, chapter):
    write(chapter, "<p>new</p>", minutes=10)
    path = f"/api/v1/chapters/{chapter.pk}/versions"
    old = as_alice.get(f"{path}/1").json()
    assert (old["content"], old["word_count"]) == ("<p>one two three</p>", 3)
    assert as_alice.get(f"{path}/{old['id']}").json() == old
    assert as_alice.get(f"{path}/2").json()["content"] == "<p>new</p>"
    for ref in ("3", "0", "99999999999999999999", "x", str(uuid.uuid4())):
        assert as_alice.get(f"{path}/{ref}").status_code == 404


def test_a_version_of_another_chapter_is_404(as_alice, alice, chapter):
    write(chapter, "<p>new</p>", minutes=10)
    other = make_chapter(make_story(alice, "Other"))
    foreign = chapter.versions.get()
    assert as_alice.get(f"/api/v1/chapters/{other.pk}/versions/{foreign.pk}").status_code == 404


def test_restoring_makes_a_new_revision_and_keeps_what_it_replaces(as_alice, chapter):
    write(chapter, "<p>new words here now</p>", minutes=10)
    answer = send(as_alice, "post", f"/chapters/{chapter.pk}/versions/1/restore")
    chapter.refresh_from_db()
    assert answer.status_code == 200
    assert answer.json()["revision"] == chapter.content_revision == 3
    assert answer.headers["ETag"] == f'"{chapter.etag}"'
    assert chapter.content == "<p>one two three</p>"
    kept = chapter.versions.get(revision=2)
    assert (kept.content, kept.reason) == ("<p>new words here now</p>", "restore")


def test_a_version_can_be_named_and_the_head_too(as_alice, chapter):
    write(chapter, "<p>new</p>", minutes=10)
    path = f"/chapters/{chapter.pk}/versions"
    answer = send(as_alice, "patch", f"{path}/1", {"name": " First draft "})
    assert (answer.status_code, answer.json()["name"]) == (200, "First draft")
    head = send(as_alice, "patch", f"{path}/2", {"name": "Sent to Ann"})
    assert head.status_code == 200
    assert chapter.versions.get(revision=2).content == "<p>new</p>"
    assert send(as_alice, "patch", f"{path}/1", {"name": ""}).json()["name"] == ""
    for name in (None, 5, "x" * 256, "a\u0000"):
        assert send(as_alice, "patch", f"{path}/1", {"name": name}).status_code == 422


def test_both_texts_of_a_conflict_can_be_kept(as_alice, chapter):
    path = f"/chapters/{chapter.pk}/versions"
    body = {"content": "<p>the other side</p>", "reason": "conflict"}
    answer = send(as_alice, "post", path, body)
    assert answer.status_code == 201
    assert (answer.json()["revision"], answer.json()["reason"]) == (None, "conflict")
    assert send(as_alice, "post", path, body).json()["id"] == answer.json()["id"]
    shown = as_alice.get(f"/api/v1{path}/{answer.json()['id']}").json()
    assert shown["content"] == "<p>the other side</p>"
    chapter.refresh_from_db()
    assert chapter.content_revision == 1
    for wrong in ({}, {"content": "x"}, {"content": None, "reason": "conflict"}):
        assert send(as_alice, "post", path, wrong).status_code == 422
    assert send(as_alice, "post", path, {"content": "x", "reason": "auto"}).status_code == 422


def test_two_versions_are_compared_word_by_word(as_alice, chapter):
    write(chapter, "<p>one four three</p>", minutes=10)
    body = as_alice.get(f"/api/v1/chapters/{chapter.pk}/diff?from=1&to=2").json()
    assert (body["older"]["revision"], body["newer"]["revision"]) == (1, 2)
    assert [(piece["op"], piece["text"].strip()) for piece in body["pieces"]] == [
        ("equal", "one"),
        ("delete", "two"),
        ("insert", "four"),
        ("equal", "three"),
    ]
    for query in ("", "?from=1", "?from=&to=1"):
        path = f"/api/v1/chapters/{chapter.pk}/diff{query}"
        assert as_alice.get(path).status_code == 422
    assert as_alice.get(f"/api/v1/chapters/{chapter.pk}/diff?from=1&to=9").status_code == 404


def test_a_long_chapter_is_compared_within_half_a_second(as_alice, alice):
    chapter = make_chapter(make_story(alice), content=words(15_000))
    write(chapter, words(15_000).replace("word7", "changed7"), minutes=10)
    # Of the processor, so that a busy machine does not lengthen it.
    started = time.process_time()
    answer = as_alice.get(f"/api/v1/chapters/{chapter.pk}/diff?from=1&to=2")
    assert answer.status_code == 200
    assert time.process_time() - started < 0.5


def test_both_sides_of_a_conflict_are_kept_once_each_and_for_ever(as_alice, chapter):
    body = {"content": chapter.content, "reason": "conflict"}
    kept = send(as_alice, "post", f"/chapters/{chapter.pk}/versions", body).json()
    again = send(as_alice, "post", f"/chapters/{chapter.pk}/versions", body).json()
    assert (kept["id"], kept["revision"], kept["reason"]) == (again["id"], 1, "conflict")
    save(as_alice, chapter, "<p>On top.</p>")
    assert ChapterVersion.objects.get(revision=1).reason == "conflict"
