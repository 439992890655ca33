"""The pages of the search: everything by story, one book literally, the palette, the keys."""

import html
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stories.searching import inside, pages
from stories.tests.builders import make_chapter, make_story


@pytest.fixture
def story(alice):
    story = make_story(alice, "The Lighthouse", synopsis="A goat.")
    make_chapter(
        story,
        "One",
        "<p>First.</p><p>The <em>lamp</em> burned &lt;low&gt; &amp; well-lit.</p>"
        "<p>LAMPS, a lamp.</p>",
    )
    make_chapter(story, "A lamp", "<p>Nothing of it.</p>")
    return story


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def seen(text):
    """Return the main part of a page as a reader sees it."""
    main = text[text.index("<main") : text.index("</main>")]
    return " ".join(html.unescape(re.sub("<[^>]+>", "", main)).split())


def marked(text):
    return [html.unescape(found) for found in re.findall('<mark class="found">(.*?)</mark>', text)]


# --- Everything -------------------------------------------------------------------------


def test_hits_stand_by_story_with_marked_passages_and_links_to_them(story, alice, as_alice):
    make_chapter(make_story(alice, "Other"), "Elsewhere", "<p>A lamp.</p>")
    text = page(as_alice, "/search/?q=lamp")
    assert marked(text) == ["lamp", "lamp", "LAMPS", "lamp", "lamp"]
    assert "One The lamp burned <low> & well-lit. LAMPS, a lamp." in seen(text)
    assert "3 results" in seen(text)
    assert re.search(r'href="/chapters/[0-9a-f-]+/#p-1:~:text=lamp%20burned', text)
    assert text.index(">The Lighthouse</a></h2>") < text.index(">Other</a></h2>")


def test_what_was_typed_comes_back_escaped(story, as_alice):
    text = page(as_alice, "/search/?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E+lamp")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; lamp" in text


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Where did you write that?"),
        ("?q=", "Where did you write that?"),
        ("?q=%00", "Where did you write that?"),
        ("?q=-lamp", "There is no word to look for yet."),
        ("?q=…", "There is no word to look for yet."),
        ("?q=zebra", "Nothing holds all of that."),
        ("?q=" + "lamp+" * 200, "That was a long question."),
        ("?q=lamp&cursor=nonsense&story=nonsense", "2 results"),
    ],
)
def test_every_question_has_a_kind_answer(story, as_alice, query, said):
    assert said in seen(page(as_alice, f"/search/{query}"))


def test_one_story_can_be_chosen_and_pages_follow(story, alice, as_alice, monkeypatch):
    other = make_story(alice, "Other")
    for number in range(25):
        make_chapter(other, f"Chapter {number}", "<p>A lamp.</p>")
    text = page(as_alice, f"/search/?q=lamp&story={other.pk}")
    assert "25 results" in seen(text) and "burned" not in text
    first = re.findall(r"Chapter \d+", seen(text))
    following = html.unescape(re.search(r'href="(\?[^"]+)" rel="next"', text)[1])
    text = page(as_alice, f"/search/{following}")
    assert len({*first, *re.findall(r"Chapter \d+", seen(text))}) == 25
    assert 'rel="next"' not in text and "Back to the best" in text


def test_a_strangers_story_is_no_filter(story, bob, as_bob):
    make_chapter(make_story(bob, "Bob's"), "Own", "<p>my lamp</p>")
    text = page(as_bob, f"/search/?q=lamp&story={story.pk}")
    assert "1 result" in seen(text) and "Lighthouse" not in text


# --- One book ---------------------------------------------------------------------------


def test_every_place_of_a_book_is_shown_in_reading_order(story, as_alice):
    text = page(as_alice, f"/stories/{story.pk}/search/?q=lamp")
    assert marked(text) == ["lamp", "LAMP", "lamp"]
    assert "3 places in 1 chapter" in seen(text)
    assert re.findall(r"#p-\d", text) == ["#p-1", "#p-2", "#p-2"]
    assert f'href="/stories/{story.pk}/replace/"' in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=lamp&case=1", ["lamp", "lamp"]),
        ("q=lamp&whole=1", ["lamp", "lamp"]),
        ("q=LAMP&case=1&whole=1", []),
        ("q=burned+%3Clow%3E+%26", ["burned <low> &"]),
        ("q=.*", []),
        ("q=", []),
        ("q=%00", []),
    ],
)
def test_words_are_found_just_so(story, as_alice, query, found):
    assert marked(page(as_alice, f"/stories/{story.pk}/search/?{query}")) == found


def test_too_many_places_are_counted_and_said(story, alice, as_alice, monkeypatch):
    monkeypatch.setattr(inside, "MOST_SHOWN", 5)
    monkeypatch.setattr(pages, "MOST_SHOWN", 5)
    make_chapter(story, "Long", "<p>lamp</p>" * 12)
    text = page(as_alice, f"/stories/{story.pk}/search/?q=lamp")
    assert len(marked(text)) == 5
    assert "15 places in 2 chapters. The first 5 are shown" in seen(text)


def test_a_stranger_does_not_learn_that_the_book_exists(story, as_bob, anonymous):
    assert as_bob.get(f"/stories/{story.pk}/search/?q=lamp").status_code == 404
    assert anonymous.get(f"/stories/{story.pk}/search/?q=lamp").status_code == 302


@pytest.mark.parametrize(
    "address", ["/search/?q=lamp", "/stories/{}/search/?q=lamp", "/palette/?q=lamp"]
)
def test_the_same_questions_are_asked_however_many_hits(story, alice, as_alice, address):
    address = address.format(story.pk)

    def asked():
        as_alice.get(address)
        with CaptureQueriesContext(connection) as queries:
            as_alice.get(address)
        return len(queries)

    few = asked()
    for number in range(12):
        make_chapter(story, f"More lamps {number}", "<p>lamp</p>" * 4)
        make_chapter(make_story(alice, f"Lamp {number}"), "A lamp", "<p>lamp</p>")
    assert asked() == few


# --- The palette and the keys -------------------------------------------------------------


def items(client, words=""):
    return json.loads(page(client, f"/palette/?q={words}"))["items"]


def test_the_palette_offers_titles_first_and_passages_after(story, as_alice):
    found = [(item["group"], item["title"]) for item in items(as_alice, "lamp")]
    assert found == [("Chapters", "A lamp"), ("In the text", "One")]
    (story_item, *_rest) = items(as_alice, "lightho")
    assert story_item["url"] == f"/stories/{story.pk}/"
    parts = items(as_alice, "lamp")[-1]["parts"]
    assert {"text": "lamp", "is_hit": True} in parts


def test_the_palette_begins_with_where_the_writer_was_last(story, as_alice):
    assert {item["title"] for item in items(as_alice)} == {"One", "A lamp"}


@pytest.mark.parametrize("words", ["%00", "-", "%22", "x" * 2_000, "%F0%9F%92%A9", "zebra"])
def test_the_palette_survives_any_words(story, as_alice, words):
    assert isinstance(items(as_alice, words), list)


def test_the_palette_offers_nothing_of_others(story, as_bob, anonymous):
    for words in ("", "lamp", "light", "goat", "one"):
        assert items(as_bob, words) == []
    assert anonymous.get("/palette/?q=lamp").status_code == 302


def test_every_page_of_a_writer_leads_to_search_and_keys(as_alice, anonymous):
    text = page(as_alice, "/trash/")
    assert 'href="/search/"' in text and 'href="/keys/"' in text
    assert "<kbd>Ctrl</kbd> <kbd>K</kbd>" in page(as_alice, "/keys/")
    assert "nx-palette" not in page(anonymous, "/accounts/login/")
