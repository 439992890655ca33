"""A chapter moves to another story: the ledger books its words as moved, and writing goes on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from analytics.models import WritingSession
from analytics.tests.builders import at, make_chapter, words, write
from nexus.lib.errors import Busy, Conflict, DomainError, Forbidden, Invalid, NotFound
from stories.models import Chapter
from stories.saving import save_content
from stories.services.chapters import restore_chapter, trash_chapter
from stories.services.relocation import move_to_story
from stories.services.stories import create_story, trash_story

MORNING = at("2026-03-11 10:00")
NOON = MORNING + timedelta(hours=2)


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(alice)
    make_chapter(alice, story=chapter.story, title="Two", content=words(3))
    write(chapter, words(30), MORNING, typed=30)
    return Chapter.objects.get(pk=chapter.pk)


@pytest.fixture
def other(alice):
    other = create_story(alice, title="Other", at=MORNING)
    make_chapter(alice, story=other, title="There", content=words(2))
    return other


def move(chapter, story, when=NOON):
    return move_to_story(chapter, story, by=chapter.story.owner, source="form", at=when)


def places(story):
    rows = Chapter.objects.filter(story=story).live().in_order()
    return list(rows.values_list("position", "title", "part_title"))


@pytest.mark.django_db
def test_it_is_the_last_chapter_there_with_text_history_and_revision(chapter, other):
    before = Chapter.objects.filter(pk=chapter.pk).values().get()
    old = chapter.story
    Chapter.objects.filter(pk=chapter.pk).update(part_title="Part One")
    move(chapter, other)
    assert places(old) == [(0, "Two", "Part One")]
    assert places(other) == [(0, "There", ""), (1, "One", "")]
    after = Chapter.objects.filter(pk=chapter.pk).values().get()
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {"story_id", "position", "updated_at", "metadata_version"}


@pytest.mark.django_db
def test_its_words_are_moved_and_neither_written_nor_lost(chapter, other, alice):
    old = chapter.story_id
    past = list(WritingSession.objects.order_by("pk").values())
    move(chapter, other)
    rows = WritingSession.objects.exclude(pk__in=[row["id"] for row in past])
    assert set(rows.values_list("story_id", "moved_in", "moved_out")) == {
        (old, 0, 30),
        (other.pk, 30, 0),
    }
    assert sum(row.words_written for row in rows) == 0 == sum(row.net for row in rows)
    assert list(WritingSession.objects.filter(ended_at=None).values("typed")) != []
    call_command("verify")


@pytest.mark.django_db
def test_what_is_written_afterwards_belongs_to_the_new_story(chapter, other):
    soon = MORNING + timedelta(minutes=1)
    move(chapter, other, soon)
    fresh = Chapter.objects.get(pk=chapter.pk)
    write(fresh, words(34), soon + timedelta(seconds=5), typed=4)
    rows = WritingSession.objects.filter(chapter=chapter, source="editor").order_by("started_at")
    assert list(rows.values_list("story__title", "typed", "ended_at")) == [
        (chapter.story.title, 30, MORNING),
        ("Other", 4, None),
    ]


@pytest.mark.django_db
def test_what_cannot_be_moved_is_refused_and_stays(chapter, other, alice, bob):
    make_chapter(alice, story=other, title="ONE")
    foreign = create_story(bob, title="Bob’s", at=MORNING)
    away = create_story(alice, title="Away", at=MORNING)
    trash_story(away, at=MORNING)
    for story, refusal in (
        (other, Conflict),
        (foreign, Forbidden),
        (chapter.story, Invalid),
        (away, NotFound),
    ):
        with pytest.raises(refusal):
            move(chapter, story)
    trash_chapter(chapter, at=NOON)
    with pytest.raises(NotFound):
        move(chapter, create_story(alice, title="New", at=NOON))


@pytest.mark.django_db
def test_the_page_offers_ones_other_stories_and_moves(as_alice, chapter, other, bob):
    create_story(bob, title="Xylograph", at=MORNING)
    address = f"/chapters/{chapter.pk}/to-story/"
    page = as_alice.get(address).content.decode()
    assert ">Other</option>" in page and "Xylograph" not in page and "30 words" in page
    assert as_alice.post(address, {"story": chapter.story_id}).status_code == 422
    answer = as_alice.post(address, {"story": other.pk}, follow=True)
    assert answer.redirect_chain == [(f"/stories/{other.pk}/", 302)]
    assert "is the last chapter of “Other” now" in answer.content.decode()
    make_chapter(chapter.story.owner, story=chapter.story, title="One")
    back = as_alice.post(address, {"story": chapter.story_id})
    assert back.status_code == 422 and "title already" in back.content.decode()


@pytest.mark.django_db
def test_without_another_story_the_page_says_so(as_alice, chapter):
    assert b"your only story" in as_alice.get(f"/chapters/{chapter.pk}/to-story/").content


@pytest.mark.django_db(transaction=True)
def test_moves_to_and_fro_among_saves_lose_no_save_and_wait_for_nobody_for_ever():
    alice = User.objects.create_user("alice@example.com", username="Alice")
    stories = [create_story(alice, title=f"Story {number}", at=MORNING) for number in range(2)]
    chapters = [
        make_chapter(alice, story=stories[number % 2], title=f"C{number}", content=words(3))
        for number in range(4)
    ]

    def do(number, chapter):
        if number % 3 == 0:
            move(chapter, stories[chapter.story_id == stories[0].pk])
        elif number % 3 == 1:
            text = f"<p>save{number}</p>"
            save_content(chapter.pk, by=alice, content=text, base=None, at=NOON)
        else:
            trash_chapter(chapter, at=NOON)
            restore_chapter(Chapter.objects.get(pk=chapter.pk), at=NOON)

    def act(number):
        """Do it, once more when the chapter was just moving; say whether a text was saved."""
        for _try in range(50):
            chapter = Chapter.objects.select_related("story__owner").get(pk=chapters[number % 4].pk)
            try:
                do(number, chapter)
            except Busy:
                continue
            except DomainError:
                return False
            finally:
                connection.close()
            return number % 3 == 1
        raise AssertionError("it was moving for ever")

    with ThreadPoolExecutor(6) as pool:
        saved = sum(pool.map(act, range(60)))
    for story in stories:
        found = Chapter.objects.filter(story=story).in_order().values_list("position", flat=True)
        assert list(found) == list(range(len(found)))
    assert sum(Chapter.objects.values_list("content_revision", flat=True)) == 4 + saved
    for chapter in Chapter.objects.all():
        net = sum(row.net for row in WritingSession.objects.filter(chapter=chapter))
        assert net == chapter.word_count
