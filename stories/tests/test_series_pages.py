"""Series and tags on the pages, all of it by plain forms."""

import re

import pytest

from stories.models import Series, StoryTag, Tag, Volume
from stories.services.shelves import create_series
from stories.services.stories import trash_story
from stories.tests.builders import NOW, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(alice):
    return [make_story(alice, title) for title in ("One", "Two", "Three")]


@pytest.fixture
def series(alice, books):
    return create_series(alice, title="Lantern", stories=books, at=NOW)


def ordered(series):
    rows = Volume.objects.filter(series=series).order_by("position")
    return list(rows.values_list("story__title", flat=True))


def story_form(**values):
    return {"title": "Emma", "status": "Ongoing", "genre": "", "synopsis": ""} | values


def test_a_series_is_begun_filled_renamed_and_dissolved(as_alice, alice, books):
    begun = as_alice.post("/series/", {"title": "Lantern"})
    series = Series.objects.get(owner=alice)
    assert begun.url == f"/series/{series.pk}/"
    for book in books[:2]:
        as_alice.post(f"{begun.url}add/", {"story": book.pk})
    assert ordered(series) == ["One", "Two"]
    page = as_alice.get(begun.url).content.decode()
    assert "Book 1" in page and f'<option value="{books[2].pk}">Three</option>' in page
    assert as_alice.post(f"{begun.url}rename/", {"title": "Lamp"}).status_code == 302
    assert "Lamp" in as_alice.get("/series/").content.decode()
    as_alice.post(f"{begun.url}remove/", {"story": books[0].pk})
    assert ordered(series) == ["Two"]
    gone = as_alice.post(f"{begun.url}dissolve/", follow=True)
    assert "“Lamp” is dissolved" in gone.content.decode()
    assert not Series.objects.exists()


def test_a_title_that_is_taken_is_said_at_the_field(as_alice, alice, series):
    other = create_series(alice, title="Other", at=NOW)
    for path in ("/series/", f"/series/{other.pk}/rename/"):
        answer = as_alice.post(path, {"title": "LANTERN"})
        assert answer.status_code == 422
        assert "You have a series with this title already." in answer.content.decode()


@pytest.mark.parametrize(
    ("book", "direction", "expected", "focus"),
    [
        (0, "down", ["Two", "One", "Three"], "down"),
        (1, "up", ["Two", "One", "Three"], "down"),
        (2, "up", ["One", "Three", "Two"], "up"),
        (0, "up", ["One", "Two", "Three"], "down"),
        (2, "down", ["One", "Two", "Three"], "up"),
    ],
)
def test_a_book_is_moved_and_a_button_of_it_keeps_the_focus(
    as_alice, series, books, book, direction, expected, focus
):
    path = f"/series/{series.pk}/"
    moved = as_alice.post(f"{path}move/", {"story": books[book].pk, "direction": direction})
    assert ordered(series) == expected
    page = as_alice.get(moved.url).content.decode()
    [button] = re.findall(r"<button[^>]*autofocus", page)
    assert f'value="{focus}"' in button and "disabled" not in button


def test_what_is_moved_added_or_taken_out_is_the_writers_own(as_alice, bob, series, books):
    foreign = make_story(bob, "Bobs")
    theirs = create_series(bob, title="Theirs", stories=[foreign], at=NOW)
    for action in ("add", "move", "remove"):
        for story in (foreign.pk, "nonsense", ""):
            body = {"story": story, "direction": "up"}
            assert as_alice.post(f"/series/{series.pk}/{action}/", body).status_code == 302
            assert as_alice.post(f"/series/{theirs.pk}/{action}/", body).status_code == 404
    assert (ordered(series), ordered(theirs)) == (["One", "Two", "Three"], ["Bobs"])


def test_a_story_is_put_into_series_and_tagged_by_its_form(as_alice, alice):
    sent = story_form(series="Tides", tags=" sea , First draft, SEA,")
    as_alice.post("/stories/new/", sent)
    emma = alice.stories.get()
    assert emma.volume.series.title == "Tides"
    assert emma.story_tags.count() == 2
    page = as_alice.get(f"/stories/{emma.pk}/edit/").content.decode()
    assert 'value="sea, First draft"' in page and 'value="Tides"' in page
    as_alice.post(f"/stories/{emma.pk}/edit/", story_form(title="Emma 2", series="tides"))
    assert (Series.objects.count(), Tag.objects.count()) == (1, 0)
    as_alice.post(f"/stories/{emma.pk}/edit/", story_form())
    assert not Volume.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("tags", ",".join(f"t{n}" for n in range(21)), "A story can have 20 tags."),
        ("tags", "x" * 41, "Please keep a tag to 40 characters."),
        ("series", "a\u202eb", "invisible control characters"),
    ],
)
def test_wrong_tags_and_series_are_said_and_nothing_is_begun(as_alice, field, value, said):
    answer = as_alice.post("/stories/new/", story_form(**{field: value}))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Series.objects.exists() and not Tag.objects.exists()


def test_a_series_is_not_begun_by_a_story_that_is_refused(as_alice, alice):
    make_story(alice)
    answer = as_alice.post("/stories/new/", story_form(series="Tides", tags="sea"))
    assert answer.status_code == 422
    assert not Series.objects.exists() and not Tag.objects.exists()


def test_a_story_links_to_its_series_and_its_neighbours(as_alice, series, books):
    page = as_alice.get(f"/stories/{books[1].pk}/").content.decode()
    assert re.search(rf'Book 2 of\s+<a href="/series/{series.pk}/">Lantern</a>', page)
    assert f'href="/stories/{books[0].pk}/" rel="prev"' in page
    assert f'href="/stories/{books[2].pk}/" rel="next"' in page
    trash_story(books[0], at=NOW)
    page = as_alice.get(f"/stories/{books[1].pk}/").content.decode()
    assert "Book 1 of" in page and 'rel="prev"' not in page


def test_tags_are_renamed_made_one_and_deleted(as_alice, alice):
    make_story(alice, tags=["see", "ocean", "land"])
    make_story(alice, "Two", tags=["ocean"])
    see, ocean, land = (Tag.objects.get(key=key) for key in ("see", "ocean", "land"))
    assert 'value="ocean"' in as_alice.get(f"/tags/?edit={ocean.pk}").content.decode()
    as_alice.post(f"/tags/{see.pk}/rename/", {"name": "Sea"})
    answer = as_alice.post(f"/tags/{ocean.pk}/rename/", {"name": "SEA"}, follow=True)
    assert "“ocean” and “Sea” are one tag now." in answer.content.decode()
    assert "2 stories" in answer.content.decode()
    wrong = as_alice.post(f"/tags/{land.pk}/rename/", {"name": "a,b"}, follow=True)
    assert "A comma ends a tag" in wrong.content.decode()
    as_alice.post(f"/tags/{land.pk}/delete/")
    assert list(StoryTag.objects.values_list("tag__name", flat=True)) == ["Sea", "Sea"]


def test_titles_and_tags_are_text_wherever_they_stand(as_alice, alice):
    evil = "<b>x</b>\"'&"
    story = make_story(alice, evil, tags=[evil])
    series = create_series(alice, title=evil, stories=[story], at=NOW)
    for path in ("/", "/series/", f"/series/{series.pk}/", "/tags/", f"/stories/{story.pk}/"):
        page = as_alice.get(path).content.decode()
        assert "&lt;b&gt;x" in page and "<b>x" not in page, path


def test_the_palette_leads_to_series_and_tags_of_the_writer_alone(as_alice, as_bob, alice):
    story = make_story(alice, tags=["Café noir"])
    series = create_series(alice, title="Lántern Nights", stories=[story], at=NOW)

    def found(client, words):
        items = client.get("/palette/", {"q": words}).json()["items"]
        return [(item["group"], item["title"], item["url"]) for item in items]

    assert found(as_alice, "lantern") == [("Series", "Lántern Nights", f"/series/{series.pk}/")]
    assert found(as_alice, "cafe") == [("Tags", "Café noir", "/?tag=Caf%C3%A9+noir#library")]
    assert found(as_bob, "lantern") == found(as_bob, "cafe") == []
