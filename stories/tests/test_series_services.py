"""Series keep an order, whatever is put away, brought back, taken out or thrown away."""

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from nexus.lib.errors import Conflict, Invalid, NotFound
from stories.models import Series, Story, Volume
from stories.series import place_of, shelves_of
from stories.services.shelves import (
    create_series,
    dissolve_series,
    order_series,
    place_story,
    rename_series,
    series_called,
    take_out,
)
from stories.services.stories import restore_story, trash_story
from stories.tests.builders import NOW, make_chapter, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(alice):
    return [make_story(alice, title) for title in ("One", "Two", "Three", "Four")]


@pytest.fixture
def series(alice, books):
    return create_series(alice, title="The Lantern Series", stories=books[:3], at=NOW)


def titles(series):
    [shelf] = shelves_of(Series.objects.filter(pk=series.pk))
    assert [book.position for book in shelf.books] == list(range(1, len(shelf.books) + 1))
    return [book.title for book in shelf.books]


def test_books_stand_in_the_order_they_were_given(series, books):
    assert titles(series) == ["One", "Two", "Three"]
    assert Volume.objects.filter(story=books[3]).count() == 0


def test_a_shelf_adds_up_the_words_of_its_books(series, books):
    make_chapter(books[0], content="<p>one two three</p>")
    make_chapter(books[2], content="<p>four five</p>")
    [shelf] = shelves_of(Series.objects.filter(pk=series.pk))
    assert shelf.word_count == 5


def test_a_title_is_taken_whatever_its_case_by_the_same_writer_alone(series, alice, bob):
    with pytest.raises(Conflict):
        create_series(alice, title="THE LANTERN series", at=NOW)
    assert create_series(bob, title="The Lantern Series", at=NOW).pk != series.pk
    other = create_series(alice, title="Other", at=NOW)
    with pytest.raises(Conflict):
        rename_series(other, title="the lantern series", at=NOW)
    assert rename_series(series, title="The LANTERN Series", at=NOW).title == "The LANTERN Series"


def test_a_series_is_called_into_being_once(alice):
    first = series_called(alice, "Tides", at=NOW)
    assert series_called(alice, " tides ", at=NOW).pk == first.pk


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, ["Four", "One", "Two", "Three"]),
        (3, ["One", "Two", "Four", "Three"]),
        (4, ["One", "Two", "Three", "Four"]),
        (None, ["One", "Two", "Three", "Four"]),
    ],
)
def test_a_story_becomes_the_book_of_its_number(series, books, number, expected):
    place_story(books[3], series, number=number)
    assert titles(series) == expected


def test_a_book_moves_within_its_series_and_keeps_its_place_unless_told(series, books):
    place_story(books[0], series, number=3)
    assert titles(series) == ["Two", "Three", "One"]
    place_story(books[1], series)
    assert titles(series) == ["Two", "Three", "One"]


@pytest.mark.parametrize("number", [0, -1, 5])
def test_a_number_beyond_the_books_is_refused(series, books, number):
    with pytest.raises(Invalid):
        place_story(books[3], series, number=number)
    assert titles(series) == ["One", "Two", "Three"]


def test_a_story_is_in_one_series_at_most(series, books, alice):
    other = create_series(alice, title="Other", stories=[books[1]], at=NOW)
    assert titles(series) == ["One", "Three"]
    assert titles(other) == ["Two"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Volume.objects.bulk_create([Volume(story=books[1], series=series, position=99)])


def test_no_series_takes_another_writers_story(series, bob):
    with pytest.raises(ValueError, match="own writer"):
        place_story(make_story(bob), series)


def test_the_order_names_every_book_exactly_once(series, books):
    one, two, three, four = (book.pk for book in books)
    for wrong in ([], [one, two], [one, two, two], [one, two, four], [one, two, three, four]):
        with pytest.raises(Invalid):
            order_series(series, wrong, at=NOW)
    order_series(series, [three, one, two], at=NOW)
    assert titles(series) == ["Three", "One", "Two"]


def test_a_trashed_book_keeps_its_place_while_the_others_move(series, books):
    trash_story(books[1], at=NOW)
    assert titles(series) == ["One", "Three"]
    place_story(books[3], series, number=2)
    assert titles(series) == ["One", "Four", "Three"]
    order_series(series, [books[2].pk, books[0].pk, books[3].pk], at=NOW)
    restore_story(Story.objects.get(pk=books[1].pk), at=NOW)
    assert titles(series) == ["Three", "Two", "One", "Four"]


def test_a_trashed_book_of_a_series_that_has_gone_comes_back_alone(series, books):
    trash_story(books[0], at=NOW)
    dissolve_series(series)
    restore_story(Story.objects.get(pk=books[0].pk), at=NOW)
    assert place_of(books[0]) is None


def test_a_purged_book_leaves_the_others_in_order(series, books):
    books[1].delete()
    assert titles(series) == ["One", "Three"]
    place_story(books[3], series, number=2)
    assert titles(series) == ["One", "Four", "Three"]


def test_a_series_is_taken_apart_and_its_stories_stay(series, books, alice):
    dissolve_series(series)
    assert Story.objects.live().filter(owner=alice).count() == 4
    assert not Volume.objects.exists()
    with pytest.raises(NotFound):
        dissolve_series(Series(pk=uuid.uuid4(), owner=alice))


def test_a_story_knows_its_number_and_its_neighbours(series, books):
    place = place_of(books[1])
    assert (place.number, place.before.title, place.after.title) == (2, "One", "Three")
    trash_story(books[0], at=NOW)
    place = place_of(books[1])
    assert (place.number, place.before) == (1, None)
    take_out(books[1])
    assert place_of(books[1]) is None


@pytest.mark.django_db(transaction=True)
def test_stories_put_into_a_series_at_once_all_have_a_place(series, alice):
    stories = [make_story(alice, f"Story {number}") for number in range(4)]
    start = threading.Barrier(len(stories))

    def place(story):
        start.wait()
        place_story(story, series, number=1)
        connection.close()

    threads = [threading.Thread(target=place, args=[story]) for story in stories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(titles(series)) == 7
