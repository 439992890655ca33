"""The library on the desk: shelves, the other stories, and what is filtered."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stories.services.shelves import create_series
from stories.services.stories import trash_story
from stories.tests.builders import NOW, make_chapter, make_story, words

pytestmark = pytest.mark.django_db


def library(client, query=""):
    return client.get(f"/?{query}").context


def shown(context):
    shelves = [
        (shelf["title"], [(book["number"], book["title"]) for book in shelf["books"]])
        for shelf in context["shelves"]
    ]
    return shelves, [book["title"] for book in context["stories"]]


@pytest.fixture
def books(alice):
    titles = ("One", "Two", "Three", "Alone")
    return [
        make_story(alice, title, tags=["sea"] if title == "Two" else ["sea", f"of {title}"])
        for title in titles
    ]


@pytest.fixture
def series(alice, books):
    return create_series(alice, title="Lantern", stories=books[:3], at=NOW)


def test_without_series_the_library_is_one_grid(as_alice, books):
    page = as_alice.get("/").content.decode()
    assert page.count('class="book-tile"') == 4
    assert "On their own" not in page and 'class="series"' not in page


def test_a_series_is_a_shelf_with_its_books_in_order_then_the_rest(as_alice, series, books):
    make_chapter(books[0], content=words(7))
    make_chapter(books[2], content=words(5))
    context = library(as_alice)
    numbered = [("Book 1", "One"), ("Book 2", "Two"), ("Book 3", "Three")]
    assert shown(context) == ([("Lantern", numbered)], ["Alone"])
    [shelf] = context["shelves"]
    assert (shelf["words"], shelf["count"]) == (12, "3 books")
    page = as_alice.get("/").content.decode()
    assert page.index("Lantern") < page.index("On their own") < page.rindex("Alone")


def test_books_keep_their_numbers_when_others_are_hidden_or_trashed(as_alice, series, books):
    books[1].status = "Complete"
    books[1].save()
    assert shown(library(as_alice, "status=Complete")) == ([("Lantern", [("Book 2", "Two")])], [])
    trash_story(books[0], at=NOW)
    assert shown(library(as_alice, "status=Complete")) == ([("Lantern", [("Book 1", "Two")])], [])


def test_a_series_of_which_nothing_is_shown_has_no_shelf(as_alice, alice, series, books):
    create_series(alice, title="Empty", at=NOW)
    assert shown(library(as_alice, "tag=of+Alone")) == ([], ["Alone"])
    page = as_alice.get("/?tag=of+Alone&status=Complete").content.decode()
    assert "No story fits these filters." in page


@pytest.mark.parametrize(
    ("sort", "expected"),
    [("touched", "BAC"), ("newest", "BAC"), ("title", "ABC"), ("words", "CBA")],
)
def test_shelves_stand_in_the_order_that_is_chosen(as_alice, alice, sort, expected):
    # A: touched second, few words; B: touched last; C: touched first, two books with most words.
    for name, minutes, count in (("C", 1, 3), ("C", 1, 3), ("A", 2, 1), ("B", 3, 5)):
        at = NOW + timedelta(minutes=minutes)
        number = alice.stories.count()
        story = make_story(alice, f"{number}", at=at)
        make_chapter(story, content=words(count), at=at)
        found = alice.series.filter(title=name).first()
        if found is None:
            create_series(alice, title=name, stories=[story], at=NOW)
        else:
            found.volumes.create(story=story, position=9)
    context = library(as_alice, f"sort={sort}")
    assert "".join(shelf["title"] for shelf in context["shelves"]) == expected


def test_every_filter_says_how_many_stories_pressing_it_shows(as_alice, series, books):
    books[1].status = "Complete"
    books[1].save()
    context = library(as_alice, "tag=SEA&status=Ongoing")
    tags = [tag for tag in (*context["tags"], *context["more_tags"]) if not tag["is_current"]]
    for choice in (*context["filters"], *tags):
        pressed = library(as_alice, urlsplit(choice["url"]).query)
        tiles = len(pressed["stories"]) + sum(len(shelf["books"]) for shelf in pressed["shelves"])
        assert tiles == choice["count"], choice
    current = [tag for tag in context["tags"] if tag["is_current"]]
    assert [tag["label"] for tag in current] == ["sea"]
    assert "tag" not in parse_qs(urlsplit(current[0]["url"]).query)


def test_the_tags_used_most_come_first_and_the_rest_wait_behind_a_button(as_alice, alice):
    for number in range(4):
        make_story(alice, f"{number}", tags=["most", *(f"t{number}{n:02}" for n in range(19))])
    context = library(as_alice)
    assert context["tags"][0]["label"] == "most"
    rest = [tag["label"] for tag in context["more_tags"]]
    assert len(rest) == 77 - len(context["tags"]) and rest == sorted(rest)
    page = as_alice.get("/").content.decode()
    assert re.search(r"<summary[^>]*>67 more tags", page)
    hidden = library(as_alice, f"tag={rest[-1]}")
    assert hidden["tags"][0]["is_current"] and hidden["tags"][0]["label"] == rest[-1]


@pytest.mark.parametrize("query", ["tag=nothing", "tag=%00", "status=x&sort=y&tag="])
def test_what_is_no_choice_filters_nothing(as_alice, books, query):
    assert len(library(as_alice, query)["stories"]) == 4


def test_nothing_of_another_writer_is_in_the_library(as_bob, bob, series):
    make_story(bob, "Bobs", tags=["mine"])
    context = library(as_bob, "tag=sea")
    assert shown(context) == ([], ["Bobs"])
    assert [tag["label"] for tag in context["tags"]] == ["mine"]


def test_the_desk_and_the_story_ask_the_same_however_much_there_is(as_alice, alice, series, books):
    def count(path):
        with CaptureQueriesContext(connection) as queries:
            assert as_alice.get(path).status_code == 200
        return len(queries)

    make_chapter(books[0])
    paths = ["/", f"/stories/{books[0].pk}/", "/series/", f"/series/{series.pk}/", "/tags/"]
    few = [count(path) for path in paths]
    for number in range(6):
        story = make_story(alice, f"Story {number}", tags=[f"a{number}", f"b{number}", "c"])
        make_chapter(story)
        create_series(alice, title=f"Series {number}", stories=[story], at=NOW)
    assert [count(path) for path in paths] == few
    assert max(few) <= 12
