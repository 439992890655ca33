"""The pages that split a chapter or merge it with the next one, without a script."""

import re

import pytest

from stories.models import Chapter
from stories.saving import save_content
from stories.services.chapters import trash_chapter, update_chapter
from stories.tests.builders import NOW, make_chapter, make_story

pytestmark = pytest.mark.django_db
TEXT = "<p>one two</p><hr><h2>The <em>second</em> half</h2><p>three &lt;b&gt;</p>"


@pytest.fixture
def story(alice):
    return make_story(alice)


@pytest.fixture
def chapter(story):
    return make_chapter(story, content=TEXT)


def split(client, chapter, **fields):
    fields = {"at": 2, "title": "Half", "base": chapter.etag} | fields
    return client.post(f"/chapters/{chapter.pk}/split/", fields, follow=True)


def merge(client, chapter, after, **fields):
    bases = {"base": chapter.etag, "next_base": after.etag, "next_id": after.pk}
    return client.post(f"/chapters/{chapter.pk}/merge/", bases | fields, follow=True)


def page_of(answer):
    return " ".join(answer.content.decode().split())


def test_there_is_a_choice_between_any_two_blocks(as_alice, chapter):
    page = page_of(as_alice.get(f"/chapters/{chapter.pk}/split/?at=3"))
    assert re.findall(r'name="at" value="(\d+)"', page) == ["1", "2", "3"]
    assert re.findall(r'value="(\d)"[^>]*checked', page) == ["3"]
    assert "before “The second half”" in page and "before a scene break" in page
    assert "three &lt;b&gt;" in page and 'value="One (2)"' in page


def test_a_heading_that_is_chosen_offers_its_words_as_the_title(as_alice, chapter):
    page = page_of(as_alice.get(f"/chapters/{chapter.pk}/split/?at=2"))
    assert 'name="title" value="The second half"' in page


@pytest.mark.parametrize("at", ["", "0", "99", "-1", "x", "9" * 50, "²"])
def test_a_place_that_is_none_chooses_nothing(as_alice, chapter, at):
    answer = as_alice.get(f"/chapters/{chapter.pk}/split/", {"at": at})
    assert answer.status_code == 200 and " checked" not in page_of(answer)


def test_headings_and_scene_breaks_are_places_to_go_to(as_alice, story, chapter):
    page = page_of(as_alice.get(f"/chapters/{chapter.pk}/split/"))
    assert re.findall(r'<a href="#cut-(\d)">([^<]*)<', page) == [
        ("1", "⁂ The second half"),
        ("2", "The second half"),
    ]
    long = make_chapter(story, "Long", "<p>words of it</p>" * 120)
    page = page_of(as_alice.get(f"/chapters/{long.pk}/split/"))
    assert re.findall(r'<a href="#cut-(\d+)">', page) == ["50", "100"]


@pytest.mark.parametrize(
    ("content", "said"), [("<p>one</p>", "is one paragraph"), ("", "is empty")]
)
def test_what_cannot_be_split_says_so(as_alice, story, content, said):
    short = make_chapter(story, content=content)
    page = page_of(as_alice.get(f"/chapters/{short.pk}/split/"))
    assert said in page and 'name="at"' not in page


def test_a_split_leads_to_the_outline_and_offers_to_merge_again(as_alice, story, chapter):
    answer = split(as_alice, chapter)
    after = Chapter.objects.get(title="Half")
    assert answer.redirect_chain == [(f"/stories/{story.pk}/", 302)]
    page = page_of(answer)
    assert f'href="/chapters/{chapter.pk}/merge/?scene_break=0">Merge them again</a>' in page
    assert f'href="{after.get_absolute_url()}"' in page
    again = page_of(as_alice.get(f"/chapters/{chapter.pk}/merge/?scene_break=0"))
    assert "checked" not in again


def test_a_title_is_text_in_the_message(as_alice, chapter):
    assert b"&lt;i&gt;" in split(as_alice, chapter, title="<i>").content


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"at": ""}, "Please choose where the new chapter begins."),
        ({"at": "9"}, "Something must be left on both sides of the split."),
        ({"title": "two"}, "This story has a chapter with this title already."),
        ({"base": "nonsense"}, "ETag"),
    ],
)
def test_a_refusal_keeps_what_was_chosen(as_alice, story, chapter, fields, said):
    make_chapter(story, "Two")
    answer = split(as_alice, chapter, **fields)
    page = page_of(answer)
    assert answer.status_code == 422 and said in page
    assert f'name="title" value="{fields.get("title", "Half")}"' in page
    assert Chapter.objects.count() == 2


def test_a_chapter_changed_meanwhile_is_shown_as_it_is_now(as_alice, alice, chapter):
    save_content(chapter.pk, by=alice, content=TEXT + "<p>new</p>", base=None, at=NOW)
    answer = split(as_alice, chapter)
    page = page_of(answer)
    assert answer.status_code == 409 and "was changed meanwhile" in page
    assert " checked" not in page and 'value="Half"' in page and 'value="4"' in page
    assert Chapter.objects.count() == 1


def test_the_page_of_a_merge_says_what_will_happen(as_alice, alice, story, chapter):
    two = make_chapter(story, "Two", "<p>six</p>", part_title="Part Two")
    make_chapter(story, "Three")
    update_chapter(two, by=alice, published=True, at=NOW)
    page = page_of(as_alice.get(f"/chapters/{chapter.pk}/merge/"))
    for said in (
        "7 words",
        "1 word<",
        "8 words",
        "its words are in both chapters then",
        "The part “Part Two” then begins with “Three”.",
        "“One” is a draft, and so is then the text of “Two”, published until now.",
    ):
        assert said in page, said
    assert 'name="scene_break" value="1" checked' in page


def test_a_merge_leads_to_the_outline_and_offers_both_ways_back(as_alice, story, chapter):
    two = make_chapter(story, "Two", "<p>six</p>")
    answer = merge(as_alice, chapter, two, scene_break="1")
    assert answer.redirect_chain == [(f"/stories/{story.pk}/", 302)]
    page = page_of(answer)
    assert f"/chapters/{chapter.pk}/split/?at=5&amp;title=Two#cut-5" in page
    assert 'href="/trash/">To the trash</a>' in page
    apart = page_of(as_alice.get(f"/chapters/{chapter.pk}/split/?at=5&title=Two"))
    assert 'name="title" value="Two"' in apart and re.search('value="5"[^>]* checked', apart)


def test_the_trash_says_that_the_words_are_elsewhere_too(as_alice, story, chapter):
    two = make_chapter(story, "Two", "<p>six</p>")
    trash_chapter(make_chapter(story, "Three"), at=NOW)
    merge(as_alice, chapter, two)
    assert page_of(as_alice.get("/trash/")).count("Merged into “One”") == 1
    back = as_alice.post(f"/chapters/{two.pk}/restore/", follow=True)
    assert "“Two” is back. Its words are in “One” as well." in page_of(back)
    assert "Merged into" not in page_of(as_alice.get("/trash/"))


def test_either_text_changed_meanwhile_merges_nothing(as_alice, alice, story, chapter):
    two = make_chapter(story, "Two", "<p>six</p>")
    save_content(two.pk, by=alice, content="<p>six seven</p>", base=None, at=NOW)
    answer = merge(as_alice, chapter, two)
    assert answer.status_code == 409 and "nothing was merged" in page_of(answer)
    two.refresh_from_db()
    assert two.trashed_at is None and two.etag in page_of(answer)


def test_the_last_chapter_says_that_nothing_comes_after_it(as_alice, story, chapter):
    page = page_of(as_alice.get(f"/chapters/{chapter.pk}/merge/"))
    assert "“One” is the last chapter." in page
    menu = page_of(as_alice.get(f"/stories/{story.pk}/?more={chapter.pk}"))
    assert f"/chapters/{chapter.pk}/split/" in menu
    assert f"/chapters/{chapter.pk}/merge/" not in menu
    answer = merge(as_alice, chapter, chapter)
    assert answer.status_code == 422


def test_both_are_offered_in_the_outline_and_at_the_chapter(as_alice, story, chapter):
    make_chapter(story, "Two")
    for address in (f"/stories/{story.pk}/?more={chapter.pk}", f"/chapters/{chapter.pk}/"):
        page = page_of(as_alice.get(address))
        assert f'href="/chapters/{chapter.pk}/split/"' in page, address
        assert f'href="/chapters/{chapter.pk}/merge/"' in page, address


def test_three_thousand_paragraphs_take_no_more_questions_than_three(
    as_alice, story, chapter, django_assert_max_num_queries
):
    big = make_chapter(story, "Big", "<p>word</p>" * 3000)
    with django_assert_max_num_queries(8):
        page = page_of(as_alice.get(f"/chapters/{big.pk}/split/"))
    assert page.count('type="radio"') == 2999
