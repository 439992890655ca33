"""`GET /search`: the order of refusals, pages, and nothing of anybody else's."""

import uuid

import pytest

from stories.tests.builders import make_chapter, make_story, send


@pytest.fixture
def story(alice):
    story = make_story(alice, "The Lighthouse", synopsis="A goat.")
    make_chapter(story, "One", "<p>First.</p><p>The lamp <em>burned</em> low.</p>")
    make_chapter(story, "A lamp", "<p>Nothing.</p>")
    return story


def test_hits_come_with_marked_titles_and_passages(story, as_alice):
    answer = send(as_alice, "get", "/search?q=lamp").json()
    assert [hit["chapter_title"] for hit in answer["hits"]] == ["A lamp", "One"]
    first, second = answer["hits"]
    assert first["title"] == [{"text": "A ", "is_hit": False}, {"text": "lamp", "is_hit": True}]
    assert {"text": "lamp", "is_hit": True} in second["snippet"]["parts"]
    assert second["snippet"]["paragraph"] == 1
    assert second["story_id"] == str(story.pk) and second["story_title"] == "The Lighthouse"
    assert (answer["total"], answer["unread"], answer["next_cursor"]) == (2, 0, None)
    assert answer["stories"] == [{"id": str(story.pk), "title": "The Lighthouse", "hits": 2}]


def test_a_story_found_by_its_synopsis_has_no_chapter(story, as_alice):
    (hit,) = send(as_alice, "get", "/search?q=goat").json()["hits"]
    assert hit["chapter_id"] is hit["chapter_title"] is None
    assert hit["story_id"] == str(story.pk)


def test_pages_follow_each_other(story, as_alice):
    first = send(as_alice, "get", "/search?q=lamp&limit=1").json()
    following = send(as_alice, "get", f"/search?q=lamp&limit=1&cursor={first['next_cursor']}")
    both = first["hits"] + following.json()["hits"]
    assert [hit["chapter_title"] for hit in both] == ["A lamp", "One"]
    assert following.json()["next_cursor"] is None


@pytest.mark.parametrize(("within", "found"), [("titles", 1), ("text", 1), ("all", 2)])
def test_titles_or_text_alone(story, as_alice, within, found):
    assert send(as_alice, "get", f"/search?q=lamp&in={within}").json()["total"] == found


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?q=x&in=everywhere",
        "?q=x&story=1",
        "?q=x&limit=0",
        "?q=x&cursor=W10=",
        "?q=x&limit=101",
    ],
)
def test_a_wrong_shape_is_422(story, as_alice, query):
    assert send(as_alice, "get", f"/search{query}").status_code == 422


def test_shape_is_refused_before_the_story_is_looked_for(story, as_bob):
    assert send(as_bob, "get", f"/search?q=x&limit=0&story={story.pk}").status_code == 422
    assert send(as_bob, "get", f"/search?q=x&story={story.pk}").status_code == 403
    assert send(as_bob, "get", f"/search?q=x&story={uuid.uuid4()}").status_code == 404


@pytest.mark.parametrize(
    "raw", ["", "%20", "%00", "%ED%A0%80", "%22", "-", "%26%7C%21%3A%2A", "x" * 900, "%F0%9F%92%A9"]
)
def test_any_text_is_a_question(story, as_alice, raw):
    answer = send(as_alice, "get", f"/search?q={raw}")
    assert answer.status_code == 200
    assert answer.json()["hits"] == []


def test_only_one_story_is_searched_when_asked(story, alice, as_alice):
    make_chapter(make_story(alice, "Other"), "Other lamp", "<p>x</p>")
    answer = send(as_alice, "get", f"/search?q=lamp&story={story.pk}").json()
    assert {hit["story_title"] for hit in answer["hits"]} == {"The Lighthouse"}


def test_a_stranger_finds_nothing(story, as_bob, anonymous):
    answer = send(as_bob, "get", "/search?q=lamp").json()
    assert (answer["total"], answer["hits"], answer["stories"]) == (0, [], [])
    assert send(anonymous, "get", "/search?q=lamp").status_code == 403
