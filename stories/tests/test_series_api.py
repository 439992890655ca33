"""Series and tags in the API."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stories.models import Series
from stories.services.shelves import create_series
from stories.services.stories import trash_story
from stories.tests.builders import NOW, make_chapter, make_story, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(alice):
    return [make_story(alice, title) for title in ("One", "Two", "Three")]


@pytest.fixture
def series(alice, books):
    return create_series(alice, title="Lantern", stories=books, at=NOW)


def test_a_series_is_created_with_its_books_in_order(as_alice, books):
    one, two, _three = books
    body = {"title": " Lantern ", "stories": [str(two.pk), str(one.pk)]}
    answer = send(as_alice, "post", "/series", body)
    assert answer.status_code == 201
    made = answer.json()
    assert set(made) == {"id", "title", "word_count", "books", "created_at", "updated_at"}
    assert made["title"] == "Lantern"
    assert [(book["title"], book["position"]) for book in made["books"]] == [("Two", 1), ("One", 2)]
    assert as_alice.get(f"/api/v1/series/{made['id']}").json() == made
    assert as_alice.get("/api/v1/series").json() == {"series": [made]}
    assert send(as_alice, "post", "/series", {"title": "LANTERN"}).status_code == 409


@pytest.mark.parametrize(
    "body",
    [{}, {"title": ""}, {"title": None}, {"title": "A", "stories": ["x"]}, {"title": ["A"]}],
)
def test_a_series_of_wrong_shape_is_422(as_alice, body):
    assert send(as_alice, "post", "/series", body).status_code == 422
    assert not Series.objects.exists()


def test_a_series_takes_nobody_elses_story(as_bob, bob, books):
    body = {"title": "Mine", "stories": [str(books[0].pk)]}
    assert send(as_bob, "post", "/series", body).status_code == 403
    body["stories"] = [str(uuid.uuid4())]
    assert send(as_bob, "post", "/series", body).status_code == 404
    assert not Series.objects.visible_to(bob).exists()


def test_a_series_is_renamed_and_put_in_order(as_alice, series, books):
    order = [str(book.pk) for book in reversed(books)]
    path = f"/series/{series.pk}"
    answer = send(as_alice, "patch", path, {"title": "Lamp", "order": order})
    assert answer.status_code == 200
    assert answer.json()["title"] == "Lamp"
    assert [book["id"] for book in answer.json()["books"]] == order
    assert send(as_alice, "patch", path, {}).json()["title"] == "Lamp"
    half = send(as_alice, "patch", path, {"title": "Half", "order": order[:2]})
    assert half.status_code == 422
    assert as_alice.get(f"/api/v1{path}").json()["title"] == "Lamp"


def test_a_series_is_dissolved_once_and_its_stories_stay(as_alice, series):
    assert send(as_alice, "delete", f"/series/{series.pk}").status_code == 204
    assert send(as_alice, "delete", f"/series/{series.pk}").status_code == 404
    stories = as_alice.get("/api/v1/stories").json()["stories"]
    assert [story["series"] for story in stories] == [None, None, None]


def test_a_story_tells_its_tags_and_its_place(as_alice, series, books):
    path = f"/stories/{books[1].pk}"
    answer = send(as_alice, "patch", path, {"tags": ["sea", " First draft ", "SEA"]})
    story = answer.json()
    assert story["tags"] == ["sea", "First draft"]
    assert story["series"] == {"id": str(series.pk), "title": "Lantern", "position": 2}
    trash_story(books[0], at=NOW)
    [card] = [card for card in as_alice.get("/api/v1/stories").json()["stories"] if card["tags"]]
    assert (card["tags"], card["series"]["position"]) == (["sea", "First draft"], 1)
    # What was read is written back as it is.
    story = as_alice.get(f"/api/v1{path}").json()
    again = send(as_alice, "put", path, story).json()
    assert (again["tags"], again["series"]) == (story["tags"], story["series"])
    cleared = send(as_alice, "patch", path, {"tags": [], "series": None}).json()
    assert (cleared["tags"], cleared["series"]) == ([], None)


def test_a_story_is_begun_with_tags_in_a_series(as_alice, series):
    body = {"title": "Zero", "tags": ["x"], "series": {"id": str(series.pk), "position": 1}}
    answer = send(as_alice, "post", "/stories", body)
    assert answer.status_code == 201
    assert answer.json()["series"]["position"] == 1
    assert answer.json()["tags"] == ["x"]


@pytest.mark.parametrize(
    "body",
    [
        {"tags": None},
        {"tags": "sea"},
        {"tags": [1]},
        {"tags": ["a,b"]},
        {"tags": ["x" * 41]},
        {"tags": [""]},
        {"tags": [f"tag {n}" for n in range(21)]},
        {"series": {}},
        {"series": "Lantern"},
        {"series": {"id": "x"}},
        {"series": {"id": str(uuid.UUID(int=7)), "position": 0}},
        {"series": {"id": str(uuid.UUID(int=7)), "position": True}},
    ],
)
def test_wrong_tags_or_series_are_422_before_anything_is_looked_for(as_alice, body):
    assert send(as_alice, "patch", f"/stories/{uuid.uuid4()}", body).status_code == 422


def test_a_story_goes_into_the_writers_own_series_alone(as_bob, as_alice, bob, series, books):
    mine = make_story(bob)
    for series_id, status in ((series.pk, 403), (uuid.uuid4(), 404)):
        body = {"title": "Renamed", "series": {"id": str(series_id)}}
        assert send(as_bob, "patch", f"/stories/{mine.pk}", body).status_code == status
        assert as_bob.get(f"/api/v1/stories?series={series_id}").status_code == status
    mine.refresh_from_db()
    assert mine.title == "Emma"
    beyond = {"series": {"id": str(series.pk), "position": 4}}
    assert send(as_alice, "patch", f"/stories/{books[0].pk}", beyond).status_code == 422


def test_stories_are_listed_by_tag_and_series(as_alice, alice, as_bob, bob, series):
    make_story(alice, "Sea", tags=["Sea", "blue"])
    make_story(bob, "Bobs", tags=["sea"])

    def titles(query):
        answer = as_alice.get(f"/api/v1/stories?{query}")
        return [story["title"] for story in answer.json()["stories"]]

    assert titles("tag=sEA") == ["Sea"]
    assert titles("tag=sea&status=Complete") == titles("tag=none") == []
    assert sorted(titles(f"series={series.pk}")) == ["One", "Three", "Two"]
    assert titles(f"series={series.pk}&tag=sea") == []
    for wrong in ("tag=" + "x" * 41, "tag=a,b", "series=x", "tag="):
        assert as_alice.get(f"/api/v1/stories?{wrong}").status_code == 422, wrong


def test_the_lists_cost_the_same_however_many(as_alice, alice, series):
    def count(path):
        with CaptureQueriesContext(connection) as queries:
            assert as_alice.get(path).status_code == 200
        return len(queries)

    few = [count("/api/v1/series"), count("/api/v1/stories")]
    for number in range(3):
        story = make_story(alice, f"Story {number}", tags=[f"a {number}", "b"])
        make_chapter(story)
        create_series(alice, title=f"Series {number}", stories=[story], at=NOW)
    assert [count("/api/v1/series"), count("/api/v1/stories")] == few
    assert max(few) <= 4
