"""A text says which language it is in: voices read it rightly, and its quotes are its own."""

import pytest
from django.urls import reverse

from stories.exports import Options, start_export
from stories.searching.language import language_tag
from stories.tests.builders import make_chapter, make_story

pytestmark = pytest.mark.django_db

GERMAN = (
    "<p>Der Mann und die <em>Frau</em> gingen nicht aus, und das war auf der Straße ein Wunder.</p>"
)
ENGLISH = (
    "<p>The lamp burned low, and nobody in the house by the river had slept for you and her.</p>"
)


@pytest.fixture
def story(alice):
    story = make_story(alice, "Ein Sommer")
    make_chapter(story, title="Eins", content=GERMAN)
    return story


def test_the_words_tell_and_their_marks_do_not():
    assert language_tag(GERMAN) == "de"
    assert language_tag(f"<p><em>Ah</em>{'<em>!</em>' * 20}</p>") == ""


@pytest.mark.parametrize(
    ("content", "language"), [(GERMAN, "de"), (ENGLISH, "en"), ("", "de"), ("<p>Nein.</p>", "de")]
)
def test_a_chapter_is_in_its_own_language_or_while_short_in_its_books(
    as_alice, story, content, language
):
    chapter = make_chapter(story, title="Zwei", content=content)
    page = as_alice.get(chapter.get_absolute_url()).content.decode()
    assert f'<div class="editor__prose" lang="{language}"' in page


def test_what_cannot_be_told_is_not_called_english(as_alice, alice):
    chapter = make_chapter(make_story(alice), content="<p>Hm.</p>")
    page = as_alice.get(chapter.get_absolute_url()).content.decode()
    assert '<div class="editor__prose" lang=""' in page


def test_an_export_begins_in_the_language_of_the_book(as_alice, alice, story):
    german = reverse("stories:export", args=[story.pk])
    asked = '<input type="text" name="language" value="{}"'
    assert asked.format("de") in as_alice.get(german).content.decode()

    english = make_story(alice, "A Summer")
    make_chapter(english, content=ENGLISH)
    other = make_story(alice, "Another")
    make_chapter(other, content=ENGLISH)
    options = Options(author="A. L.", language="en-GB")
    start_export(english, format="text", options=options)
    assert asked.format("de") in as_alice.get(german).content.decode()
    # What she wrote more exactly is kept for her next book in it.
    following = reverse("stories:export", args=[other.pk])
    assert asked.format("en-GB") in as_alice.get(following).content.decode()


def test_the_book_is_read_in_its_language(as_alice, story):
    page = as_alice.get(reverse("stories:read", args=[story.pk])).content.decode()
    assert '<div class="book__text" lang="de">' in page
