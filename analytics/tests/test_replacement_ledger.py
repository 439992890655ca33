"""Replacing words across a book in the ledger: nothing is written, nobody's session ends."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from analytics.models import WritingSession
from analytics.tests.builders import at, make_chapter, write
from stories.replacing import hits_in_story, wanted
from stories.services.replacing import Part, replace_in_story, undo_replacement

pytestmark = pytest.mark.django_db
MORNING = at("2026-03-11 10:00")
TEXT = "Jane walked to town.\n\nShe met Jane there."


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(alice)
    write(chapter, TEXT, MORNING, typed=8)
    return chapter


def replace(chapter, find="Jane", replacement="Mary Ann", minutes=1):
    asked = wanted(find=find, replacement=replacement)
    found = hits_in_story(chapter.story, asked)
    return replace_in_story(
        chapter.story,
        asked=asked,
        parts=[Part(row.chapter.pk, row.chapter.etag) for row in found],
        by=chapter.story.owner,
        source="form",
        at=MORNING + timedelta(minutes=minutes),
    )


def undo(step, minutes=2):
    return undo_replacement(step, by=step.story.owner, at=MORNING + timedelta(minutes=minutes))


def session(cause):
    return WritingSession.objects.filter(**{f"{cause}__gt": 0}).get()


def test_replacing_across_the_book_writes_no_word(chapter):
    replace(chapter)
    row = session("replaced")
    assert (row.typed, row.replaced, row.removed, row.net) == (0, 4, 2, 2)
    assert (row.active_seconds, row.source, row.words_written) == (0, "form", 0)
    chapter.refresh_from_db()
    assert chapter.word_count == 10


def test_taking_words_out_across_the_book_is_removed(chapter):
    replace(chapter, "Jane ", "")
    assert session("removed").removed == 2 and not WritingSession.objects.filter(replaced__gt=0)


def test_undoing_it_writes_no_word_either(chapter):
    undo(replace(chapter))
    row = session("restored")
    assert (row.typed, row.restored, row.undone) == (0, 2, 4)
    rows = list(WritingSession.objects.all())
    assert sum(row.words_written for row in rows) == 8 == sum(row.net for row in rows)


def test_the_session_at_the_desk_goes_on(alice):
    chapter = make_chapter(alice)
    make_chapter(alice, story=chapter.story, title="Two", content="Jane again.")
    write(chapter, TEXT, MORNING, typed=8)
    assert len(replace(chapter).steps) == 2
    longer = "Mary Ann walked to town today.\n\nShe met Mary Ann there."
    write(chapter, longer, MORNING + timedelta(minutes=2), typed=1)
    row = WritingSession.objects.get(chapter=chapter, typed__gt=0)
    assert (row.typed, row.saves) == (9, 2)


def test_the_ledger_still_explains_the_text(chapter):
    undo(replace(chapter))
    call_command("verify")
