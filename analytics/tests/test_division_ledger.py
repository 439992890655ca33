"""Splitting and merging chapters in the ledger: words are moved, nobody's session ends."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from analytics.models import WritingSession
from analytics.tests.builders import LONG_AGO, at, make_chapter, words, write
from stories.models import Chapter
from stories.services.chapters import restore_chapter
from stories.services.division import Cut, Neighbour, merge_with_next, split_chapter

pytestmark = pytest.mark.django_db
MORNING = at("2026-03-11 10:00")
TEXT = f"{words(30)}\n\n{words(12)}"


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(alice)
    write(chapter, TEXT, MORNING, typed=42)
    return chapter


def split(chapter, minutes=1, number=1):
    return split_chapter(
        chapter,
        by=chapter.story.owner,
        base=Chapter.objects.get(pk=chapter.pk).etag,
        cut=Cut(number),
        source="form",
        at=MORNING + timedelta(minutes=minutes),
    )


def merge(chapter, after, minutes=2):
    return merge_with_next(
        chapter,
        by=chapter.story.owner,
        base=Chapter.objects.get(pk=chapter.pk).etag,
        following=Neighbour(Chapter.objects.get(pk=after.pk).etag),
        source="api",
        at=MORNING + timedelta(minutes=minutes),
    )


def moves(chapter):
    rows = WritingSession.objects.filter(chapter=chapter).exclude(moved_in=0, moved_out=0)
    return list(rows.order_by("started_at").values_list("moved_in", "moved_out", "active_seconds"))


def test_a_split_moves_words_from_the_one_to_the_other(chapter):
    after = split(chapter)
    assert moves(chapter) == [(0, 12, 0)] and moves(after) == [(12, 0, 0)]
    rows = WritingSession.objects.all()
    assert sum(row.words_written for row in rows) == 42 == sum(row.net for row in rows)


def test_a_merge_moves_them_back_and_verify_explains_what_lies_in_the_trash(chapter):
    after = merge(chapter, split(chapter))
    assert moves(chapter) == [(0, 12, 0), (12, 0, 0)] and moves(after) == [(12, 0, 0), (0, 12, 0)]
    assert Chapter.objects.get(pk=after.pk).word_count == 12
    call_command("verify")
    restore_chapter(Chapter.objects.get(pk=after.pk), at=MORNING + timedelta(minutes=3))
    [back] = WritingSession.objects.filter(source="restore")
    assert (back.restored, back.words_written) == (12, 0)
    call_command("verify")


def test_writing_goes_on_in_the_same_session_after_a_split(chapter):
    split(chapter)
    write(chapter, words(33), MORNING + timedelta(minutes=2), typed=3)
    session = WritingSession.objects.get(chapter=chapter, source="editor")
    assert session.ended_at is None and session.typed == 45 and session.words_end == 33
    divided = WritingSession.objects.exclude(source="editor").exclude(started_at=LONG_AGO)
    assert all(row.ended_at == row.last_change_at for row in divided)
