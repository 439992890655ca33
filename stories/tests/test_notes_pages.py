"""Synopsis, notes and comments without a script: the page, the editor's panel, the outline."""

import pytest
from django.urls import reverse

from stories.anchors import Anchor
from stories.models import Chapter, Comment
from stories.services.comments import add_comment
from stories.tests.builders import NOW, make_chapter, make_story

pytestmark = pytest.mark.django_db
TEXT = '<p data-b="a">It was late.</p><p data-b="b">Tom went home.</p>'


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content=TEXT)


@pytest.fixture
def url(chapter):
    return reverse("stories:notes", args=[chapter.pk])


@pytest.fixture
def comment(chapter):
    return add_comment(chapter, text="Why <b>?", anchor=Anchor("went home"), at=NOW)


def act(client, comment, **body):
    return client.post(reverse("stories:comment", args=[comment.chapter_id, comment.pk]), body)


def test_notes_are_saved_by_the_form_and_shown(as_alice, chapter, url):
    body = {"synopsis": "He goes home.", "notes": "  <script> & more", "version": 1}
    page = as_alice.post(url, body, follow=True).content.decode()
    assert "He goes home." in page and "  &lt;script&gt; &amp; more" in page
    editor = as_alice.get(chapter.get_absolute_url()).content.decode()
    assert "He goes home." in editor and 'name="version" value="2"' in editor
    outline = as_alice.get(chapter.story.get_absolute_url()).content.decode()
    assert '<p class="chapter-row__synopsis">He goes home.</p>' in outline


def test_notes_changed_meanwhile_are_shown_and_nothing_is_lost(as_alice, chapter, url):
    as_alice.post(url, {"synopsis": "", "notes": "from the phone", "version": 1})
    answer = as_alice.post(url, {"synopsis": "", "notes": "from the desk", "version": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "from the phone" in page and "from the desk</textarea>" in page
    assert Chapter.objects.get(pk=chapter.pk).notes == "from the phone"
    as_alice.post(url, {"synopsis": "", "notes": "both", "version": 2})
    assert Chapter.objects.get(pk=chapter.pk).notes == "both"


def test_a_paragraph_or_words_typed_can_be_commented_on(as_alice, chapter, url):
    create = reverse("stories:comment_create", args=[chapter.pk])
    as_alice.post(create, {"text": "All of it", "paragraph": "0", "quote": ""})
    as_alice.post(create, {"text": "Where?", "paragraph": "", "quote": "went home"})
    wrong = as_alice.post(create, {"text": "Typed in vain", "paragraph": "1", "quote": "zebra"})
    assert wrong.status_code == 422 and "Typed in vain" in wrong.content.decode()
    neither = as_alice.post(create, {"text": "x", "paragraph": "", "quote": ""})
    assert neither.status_code == 422
    assert list(Comment.objects.in_order().values_list("quote", "paragraph", "start")) == [
        ("It was late.", 0, 0),
        ("went home", 1, 4),
    ]
    page = as_alice.get(url).content.decode()
    assert page.index("All of it") < page.index("Where?")
    assert "#:~:text=went%20home" in page


def test_a_comment_is_edited_settled_reopened_and_deleted(as_alice, comment, url):
    act(as_alice, comment, act="save", text="Because", version=1)
    act(as_alice, comment, act="resolve", text="not saved by this", version=2)
    comment.refresh_from_db()
    assert comment.text == "Because" and comment.is_resolved
    assert "comment--resolved" in as_alice.get(url).content.decode()
    act(as_alice, comment, act="reopen")
    comment.refresh_from_db()
    assert not comment.is_resolved
    act(as_alice, comment, act="delete")
    assert not Comment.objects.exists()


def test_an_edit_refused_keeps_what_was_typed(as_alice, comment):
    act(as_alice, comment, act="save", text="From the phone", version=1)
    answer = act(as_alice, comment, act="save", text="From the desk", version=1)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "From the desk</textarea>" in page and "From the phone</p>" in page


def test_the_editor_lists_comments_and_counts_none_of_them(as_alice, chapter, comment):
    page = as_alice.get(chapter.get_absolute_url()).content.decode()
    assert "Why &lt;b&gt;?" in page and f'data-comment="{comment.pk}"' in page
    assert "Why" not in as_alice.get(reverse("stories:read", args=[chapter.story_id])).text


def test_comments_cost_the_editor_one_question(as_alice, chapter, django_assert_max_num_queries):
    for number in range(5):
        add_comment(chapter, text=f"{number}", anchor=Anchor("late"), at=NOW)
    as_alice.get(chapter.get_absolute_url())
    with django_assert_max_num_queries(12):
        as_alice.get(chapter.get_absolute_url())


def test_a_stranger_finds_nothing(as_bob, chapter, comment, url):
    assert as_bob.get(url).status_code == 404
    assert as_bob.post(url, {"notes": "mine", "version": 1}).status_code == 404
    assert act(as_bob, comment, act="delete").status_code == 404
    assert Comment.objects.exists()
