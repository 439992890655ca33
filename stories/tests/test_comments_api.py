"""Comments, synopsis and notes over HTTP: answers, order of refusals, and who gets in."""

import uuid

import pytest

from stories.models import Chapter
from stories.services.chapters import trash_chapter
from stories.services.notes import MAX_NOTES
from stories.tests.builders import NOW, make_chapter, make_story, save, send

pytestmark = pytest.mark.django_db
TEXT = '<p data-b="a">one two</p><p data-b="b">three 🌊 four five</p>'
NEW = {"text": " Why? ", "anchor": {"quote": "four", "block": "b", "start": 8}}


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content=TEXT)


def path(chapter, comment_id=""):
    return f"/chapters/{chapter.pk}/comments" + (f"/{comment_id}" if comment_id else "")


def add(client, chapter, **more):
    return send(client, "post", path(chapter), NEW | more)


def test_a_comment_is_made_changed_settled_and_deleted(as_alice, chapter):
    made = add(as_alice, chapter)
    assert made.status_code == 201
    comment = made.json()
    assert (comment["text"], comment["found"], comment["resolved"]) == ("Why?", True, False)
    assert comment["anchor"] == {
        "quote": "four",
        "prefix": "one two\nthree 🌊 ",
        "suffix": " five",
        "block": "b",
        "paragraph": 1,
        "start": 8,
    }
    change = {"text": "Because", "resolved": True, "version": 1}
    changed = send(as_alice, "patch", path(chapter, comment["id"]), change).json()
    assert (changed["text"], changed["resolved"], changed["version"]) == ("Because", True, 2)
    assert send(as_alice, "get", path(chapter)).json() == {"comments": [changed]}
    assert send(as_alice, "delete", path(chapter, comment["id"])).status_code == 204
    assert send(as_alice, "delete", path(chapter, comment["id"])).status_code == 404


def test_the_list_knows_where_the_passages_are_now(as_alice, chapter):
    add(as_alice, chapter)
    save(as_alice, chapter, "<p>zero</p>" + TEXT)
    (listed,) = send(as_alice, "get", path(chapter)).json()["comments"]
    assert listed["anchor"]["paragraph"] == 2
    moved = {"anchor": {"quote": "two", "block": "a"}}
    changed = send(as_alice, "patch", path(chapter, listed["id"]), moved).json()
    assert (changed["anchor"]["paragraph"], changed["anchor"]["start"]) == (1, 4)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": " \n"}, "text"),
        ({"text": None}, "text"),
        ({"text": 5}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"anchor": {}}, "anchor.quote"),
        ({"anchor": {"quote": " \0"}}, "anchor.quote"),
        ({"anchor": {"quote": "x" * 5_001}}, "anchor.quote"),
        ({"anchor": {"quote": "four", "start": -1}}, "anchor.start"),
        ({"anchor": {"quote": "four", "start": True}}, "anchor.start"),
        ({"anchor": {"quote": "four", "block": "b" * 33}}, "anchor.block"),
        ({"anchor": "four"}, "anchor"),
    ],
)
def test_a_body_of_the_wrong_shape_is_422_before_anything_else(as_alice, body, field):
    sent = {"text": "x", "anchor": {"quote": "y"}} | body if body else {}
    answer = send(as_alice, "post", f"/chapters/{uuid.uuid4()}/comments", sent)
    assert answer.status_code == 422
    assert any(error["field"].startswith(field) for error in answer.json()["errors"]), answer.json()


def test_a_stale_comment_is_412(as_alice, chapter):
    comment = add(as_alice, chapter).json()
    url = path(chapter, comment["id"])
    send(as_alice, "patch", url, {"text": "first"})
    answer = send(as_alice, "patch", url, {"text": "second", "version": 1})
    assert answer.status_code == 412 and answer.json()["head_version"] == 2


def test_another_chapters_comment_is_not_found_here(as_alice, chapter):
    comment = add(as_alice, chapter).json()
    other = make_chapter(chapter.story, title="Two")
    assert send(as_alice, "patch", path(other, comment["id"]), {}).status_code == 404
    trash_chapter(chapter, at=NOW)
    assert send(as_alice, "get", path(chapter)).status_code == 404


def test_a_chapter_has_a_synopsis_and_notes(as_alice, chapter):
    url = f"/chapters/{chapter.pk}"
    before = send(as_alice, "get", url).json()
    assert (before["synopsis"], before["notes"], before["notes_version"]) == ("", "", 1)
    body = {"synopsis": " He \n waits. ", "notes": "a\r\nb\0 ", "notes_version": 1}
    after = send(as_alice, "patch", url, body).json()
    assert (after["synopsis"], after["notes"], after["notes_version"]) == ("He waits.", "a\nb ", 2)
    kept = ("content_revision", "word_count", "content_hash")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert after["updated_at"] > before["updated_at"]


def test_notes_changed_elsewhere_are_not_written_over(as_alice, chapter):
    url = f"/chapters/{chapter.pk}"
    send(as_alice, "patch", url, {"notes": "first"})
    stale = send(as_alice, "patch", url, {"notes": "secret", "notes_version": 1})
    assert stale.status_code == 412 and stale.json()["head_notes_version"] == 2
    assert "first" not in stale.text
    # What is there already was written, whoever wrote it: an answer lost on the way is no conflict.
    again = send(as_alice, "patch", url, {"notes": "first", "notes_version": 1})
    assert again.status_code == 200 and again.json()["notes_version"] == 2
    assert Chapter.objects.get(pk=chapter.pk).notes == "first"


@pytest.mark.parametrize(
    "body",
    [
        {"notes": "x" * (MAX_NOTES + 1)},
        {"notes": None},
        {"synopsis": 5},
        {"synopsis": "x" * 2_001},
        {"notes": "x", "notes_version": 0},
        {"notes": "x", "notes_version": "1"},
    ],
)
def test_notes_of_the_wrong_shape_are_422(as_alice, chapter, body):
    assert send(as_alice, "patch", f"/chapters/{chapter.pk}", body).status_code == 422


def test_no_list_holds_notes(as_alice, chapter):
    send(as_alice, "patch", f"/chapters/{chapter.pk}", {"notes": "xylograph"})
    for url in (f"/stories/{chapter.story_id}", f"/stories/{chapter.story_id}/chapters", "/trash"):
        assert "xylograph" not in send(as_alice, "get", url).text
