"""How a writer has one book set is how the next begins; what belongs to one book stays with it."""

from dataclasses import asdict

import pytest

from stories import exports
from stories.tests.builders import make_chapter, make_story

pytestmark = pytest.mark.django_db

HERS = exports.Options(
    author="A. Munro",
    author_note="Thanks to the harbour.",
    contact="1 Quay Street",
    cover=False,
    drafts=False,
    font="classic",
    front_matter=False,
    language="en-GB",
    manuscript_style="classic",
    page_size="a4",
)


@pytest.fixture
def exported(alice):
    """A story of hers that went out as a PDF in a style of her own."""
    story = make_story(alice, "The Lamp")
    chapter = make_chapter(story, title="One", content="<p>First.</p>")
    chapter.published_at = chapter.created_at
    chapter.save(update_fields=["published_at"])
    exports.start_export(story, format="pdf", options=HERS)
    return story


def asked_of(client, story):
    form = client.get(f"/stories/{story.pk}/export/").context["form"]
    return {name: form[name].value() for name in form.fields}


def test_the_next_book_begins_with_the_style_of_the_last(as_alice, alice, exported):
    second = make_story(alice, "The Storm")
    make_chapter(second, title="One", content="<p>First.</p>")
    asked = asked_of(as_alice, second)
    hers = asdict(HERS)
    of_one_book = {name: asked[name] for name in ("author_note", "cover")}
    assert {name: asked[name] for name in hers} == hers | of_one_book
    assert asked["format"] == "pdf"
    assert not asked["author_note"] and asked["cover"] and not asked["chapters"]


def test_the_same_book_begins_with_all_that_was_chosen_for_it(as_alice, exported):
    asked = asked_of(as_alice, exported)
    assert asked["author_note"] == HERS.author_note and asked["cover"] is False


def test_nobody_begins_with_the_style_of_another_writer(as_bob, bob, exported):
    story = make_story(bob, "His")
    make_chapter(story, title="One", content="<p>First.</p>")
    asked = asked_of(as_bob, story)
    assert asked["author"] == bob.username and asked["font"] == "book"
    assert not asked["contact"]
