"""The book as one text: every chapter in order, nothing of anybody else's, nothing that runs."""

import re

import pytest

from stories.models import Chapter
from stories.services.chapters import trash_chapter
from stories.services.stories import trash_story
from stories.tests.builders import NOW, make_chapter, make_story


@pytest.fixture
def story(alice):
    return make_story(alice, "Emma")


def read(client, story):
    return client.get(f"/stories/{story.pk}/read/")


def test_the_book_reads_in_order_with_its_parts(as_alice, story):
    make_chapter(story, title="One", content="<p>She was <em>handsome</em>.</p>", part_title="I")
    make_chapter(story, title="Two", content="<p>He was not.</p>")
    page = read(as_alice, story).text
    places = [page.index(part) for part in (">I</p>", "<em>handsome</em>", "He was not.")]
    assert places == sorted(places)
    assert re.findall(r'<h2 class="book__heading"[^>]*>(.*?)</h2>', page) == ["One", "Two"]
    assert "6 words" in page
    assert "2 chapters" in page


def test_each_chapter_leads_to_its_editor(as_alice, story):
    chapter = make_chapter(story)
    page = read(as_alice, story).text
    assert f'href="/chapters/{chapter.pk}/" aria-label="Edit “One”"' in page


def test_the_contents_lead_to_every_chapter(as_alice, story):
    for title in ("One", "Two", "Three"):
        make_chapter(story, title=title)
    page = read(as_alice, story).text
    led_to = re.findall(r'href="#(chapter-\d)"', page)
    assert (
        led_to == re.findall(r'id="(chapter-\d)"', page) == ["chapter-1", "chapter-2", "chapter-3"]
    )


def test_what_lies_in_the_trash_is_not_read(as_alice, story):
    make_chapter(story, title="Kept")
    trash_chapter(make_chapter(story, title="Away", content="<p>gone</p>"), at=NOW)
    assert "gone" not in read(as_alice, story).text
    trash_story(story, at=NOW)
    assert read(as_alice, story).status_code == 404


def test_a_strangers_book_does_not_exist(as_bob, anonymous, story):
    make_chapter(story, content="<p>secret</p>")
    assert read(as_bob, story).status_code == 404
    answer = read(anonymous, story)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_a_book_without_chapters_says_what_to_do(as_alice, story):
    page = read(as_alice, story).text
    assert "There is nothing to read yet." in page
    assert f'href="/stories/{story.pk}/"' in page


def test_an_empty_chapter_has_its_heading(as_alice, story):
    make_chapter(story, title="To come", content="")
    page = read(as_alice, story).text
    assert "To come" in page
    assert "Nothing is written here yet." in page


def test_text_that_came_around_the_save_cannot_run(as_alice, story):
    chapter = make_chapter(story)
    smuggled = "<p onclick=steal()>kept<script>steal()</script></p>"
    Chapter.objects.filter(pk=chapter.pk).update(content=smuggled, title="<b>One</b>")
    page = read(as_alice, story).text
    assert "steal" not in page
    assert "<p>kept</p>" in page
    assert "&lt;b&gt;One&lt;/b&gt;" in page


def test_a_long_book_takes_no_more_questions(as_alice, story, django_assert_num_queries):
    make_chapter(story, title="One")
    read(as_alice, story)
    with django_assert_num_queries(3) as few:
        read(as_alice, story)
    for number in range(20):
        make_chapter(story, title=f"More {number}")
    with django_assert_num_queries(len(few)):
        read(as_alice, story)
