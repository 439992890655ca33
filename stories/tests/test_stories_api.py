"""Stories through the API."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stories.models import Story
from stories.tests.builders import NOW, make_chapter, make_story, send

CARD = {
    "tags",
    "series",
    "id",
    "title",
    "status",
    "cover_url",
    "total_chapters",
    "word_count",
    "latest_chapter_id",
    "created_at",
    "updated_at",
}


def test_a_story_is_created_whole(as_alice, alice):
    answer = send(as_alice, "post", "/stories", {"title": "  Emma  ", "genre": "Comedy"})
    body = answer.json()
    assert answer.status_code == 201
    assert set(body) == CARD | {"synopsis", "genre", "chapters"}
    assert (body["title"], body["status"], body["genre"]) == ("Emma", "Ongoing", "Comedy")
    assert body["chapters"] == [] and body["latest_chapter_id"] is None
    assert body["created_at"].endswith("Z")
    assert Story.objects.get(pk=body["id"]).owner == alice


@pytest.mark.parametrize("again", ["Emma", "EMMA", " emma "])
def test_a_title_is_used_once_whatever_its_case(as_alice, alice, again):
    make_story(alice)
    answer = send(as_alice, "post", "/stories", {"title": again})
    assert answer.status_code == 409
    assert answer.json()["code"] == "title_taken"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_two_writers_may_use_one_title(as_bob, alice):
    make_story(alice)
    assert send(as_bob, "post", "/stories", {"title": "Emma"}).status_code == 201


def test_titles_are_equal_in_any_unicode_form(as_alice, alice):
    make_story(alice, "Caf\u00e9")
    assert send(as_alice, "post", "/stories", {"title": "Cafe\u0301"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": None},
        {"title": ""},
        {"title": "   "},
        {"title": "x" * 256},
        {"title": 5},
        {"title": True},
        {"title": ["a"]},
        {"title": "a\u0000b"},
        {"title": "\ud800"},
        {"title": "two\nlines"},
        {"title": "A", "status": "Done"},
        {"title": "A", "status": None},
        {"title": "A", "status": ["Ongoing"]},
        {"title": "A", "synopsis": None},
        {"title": "A", "synopsis": "x" * 50_001},
        {"title": "A", "genre": "x" * 101},
        [],
        "text",
        None,
    ],
)
def test_a_wrong_shape_is_422(as_alice, body):
    answer = as_alice.post(
        "/api/v1/stories", data=json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 422, answer.content
    assert answer.json()["detail"]
    assert Story.objects.count() == 0


def test_a_title_may_have_255_characters_after_trimming(as_alice):
    answer = send(as_alice, "post", "/stories", {"title": f"  {'x' * 255}  "})
    assert answer.status_code == 201


def test_unknown_keys_are_ignored(as_alice, bob):
    answer = send(as_alice, "post", "/stories", {"title": "A", "owner": str(bob.pk), "id": "x"})
    assert answer.status_code == 201
    assert not Story.objects.filter(owner=bob).exists()


def test_the_list_shows_own_live_stories_newest_first(as_alice, alice, bob):
    make_story(bob, "Foreign")
    make_story(alice, "Old")
    new = make_story(alice, "New", status="Complete", at=NOW + timedelta(days=1))
    gone = make_story(alice, "Gone")
    send(as_alice, "delete", f"/stories/{gone.pk}")
    make_chapter(new, "One", "<p>one two</p>")
    last = make_chapter(new, "Two", "<p>three</p>")
    body = as_alice.get("/api/v1/stories").json()
    assert [story["title"] for story in body["stories"]] == ["New", "Old"]
    assert set(body["stories"][0]) == CARD
    assert body["stories"][0]["total_chapters"] == 2
    assert body["stories"][0]["word_count"] == 3
    assert body["stories"][0]["latest_chapter_id"] == str(last.pk)


def test_the_list_is_filtered_by_status(as_alice, alice):
    make_story(alice, "A", status="Complete")
    make_story(alice, "B")
    body = as_alice.get("/api/v1/stories?status=Complete").json()
    assert [story["title"] for story in body["stories"]] == ["A"]
    assert as_alice.get("/api/v1/stories?status=Nonsense").status_code == 422


def test_a_story_shows_its_outline_in_order(as_alice, alice):
    story = make_story(alice)
    make_chapter(story, "One")
    make_chapter(story, "Zero", position=0, part_title="Part One")
    body = as_alice.get(f"/api/v1/stories/{story.pk}/").json()
    assert [(row["title"], row["position"]) for row in body["chapters"]] == [
        ("Zero", 0),
        ("One", 1),
    ]
    assert {"id", "title", "published", "word_count", "updated_at", "position"} <= set(
        body["chapters"][0]
    )
    assert body["chapters"][0]["part_title"] == "Part One"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_any_field_of_a_story_can_be_changed(as_alice, alice, method):
    story = make_story(alice, synopsis="Old", genre="Old")
    answer = send(as_alice, method, f"/stories/{story.pk}", {"synopsis": "New"})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["title"], body["synopsis"], body["genre"]) == ("Emma", "New", "Old")
    story.refresh_from_db()
    assert story.updated_at > NOW


def test_an_empty_change_moves_nothing(as_alice, alice):
    story = make_story(alice)
    assert send(as_alice, "patch", f"/stories/{story.pk}", {}).status_code == 200
    story.refresh_from_db()
    assert story.updated_at == NOW


def test_renaming_onto_another_story_is_409_and_onto_itself_fine(as_alice, alice):
    make_story(alice, "Taken")
    story = make_story(alice)
    answer = send(as_alice, "patch", f"/stories/{story.pk}", {"title": "taken"})
    assert answer.status_code == 409
    assert send(as_alice, "patch", f"/stories/{story.pk}", {"title": "EMMA"}).status_code == 200


def test_a_second_delete_is_404(as_alice, alice):
    story = make_story(alice)
    assert send(as_alice, "delete", f"/stories/{story.pk}").status_code == 204
    assert send(as_alice, "delete", f"/stories/{story.pk}").status_code == 404
    assert as_alice.get(f"/api/v1/stories/{story.pk}").status_code == 404


def test_a_story_comes_back_with_its_chapters(as_alice, alice):
    story = make_story(alice)
    chapter = make_chapter(story)
    send(as_alice, "delete", f"/stories/{story.pk}")
    assert as_alice.get(f"/api/v1/chapters/{chapter.pk}").status_code == 404
    answer = send(as_alice, "post", f"/stories/{story.pk}/restore")
    assert answer.status_code == 200
    assert answer.json()["chapters"][0]["id"] == str(chapter.pk)


def test_restoring_onto_a_taken_title_is_409(as_alice, alice):
    story = make_story(alice)
    send(as_alice, "delete", f"/stories/{story.pk}")
    make_story(alice)
    assert send(as_alice, "post", f"/stories/{story.pk}/restore").status_code == 409


STORY_CALLS = [
    ("get", "", None),
    ("put", "", {"title": "Mine"}),
    ("patch", "", {"title": "Mine"}),
    ("delete", "", None),
    ("post", "/restore", None),
    ("get", "/chapters", None),
    ("post", "/chapters", {"title": "One"}),
    ("post", "/chapters/reorder", {"from_pos": 0, "to_pos": 0}),
    ("get", "/plan", None),
    ("put", "/plan", {"total_words": 5, "due_on": "2099-01-01"}),
    ("delete", "/plan", None),
]


@pytest.mark.parametrize(("method", "tail", "body"), STORY_CALLS)
def test_only_the_owner_reaches_a_story(as_bob, anonymous, alice, method, tail, body):
    story = make_story(alice)
    stranger = send(as_bob, method, f"/stories/{story.pk}{tail}", body)
    assert (stranger.status_code, stranger.json()["code"]) == (403, "permission_denied")
    nobody = send(anonymous, method, f"/stories/{story.pk}{tail}", body)
    assert (nobody.status_code, nobody.json()["code"]) == (403, "not_authenticated")
    absent = send(as_bob, method, f"/stories/{uuid.uuid4()}{tail}", body)
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")
    story.refresh_from_db()
    assert story.title == "Emma" and story.trashed_at is None


def test_the_number_of_queries_does_not_grow(as_alice, alice):
    def count(path):
        with CaptureQueriesContext(connection) as queries:
            assert as_alice.get(path).status_code == 200
        assert not any('."text"' in query["sql"] for query in queries)
        return len(queries)

    story = make_story(alice)
    make_chapter(story)
    paths = [
        "/api/v1/stories",
        f"/api/v1/stories/{story.pk}",
        f"/api/v1/stories/{story.pk}/chapters",
    ]
    few = [count(path) for path in paths]
    for number in range(5):
        make_chapter(make_story(alice, f"Story {number}"))
        make_chapter(story, f"Chapter {number}")
    assert [count(path) for path in paths] == few
    assert max(few) <= 6
