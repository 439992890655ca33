"""What the services promise beyond what the API shows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nexus.lib.errors import Conflict, Forbidden, Invalid, NotFound, Stale, TooLarge
from stories.models import Chapter, ChapterVersion, Story
from stories.saving import MAX_CONTENT_BYTES, save_content
from stories.services.chapters import import_chapters, move_chapter, trash_chapter
from stories.services.stories import trash_story, update_story
from stories.services.targets import create_target, update_target
from stories.services.trash import purge_trash
from stories.signals import chapter_saved
from stories.tests.builders import NOW, make_chapter, make_story, words

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def story(alice):
    return make_story(alice)


@pytest.fixture
def heard():
    sent = []

    def listen(**event):
        sent.append(event)

    chapter_saved.connect(listen)
    yield sent
    chapter_saved.disconnect(listen)


def book(*titles):
    return [
        {"title": title, "part_title": "", "content": f"<p>text of {number}</p>"}
        for number, title in enumerate(titles)
    ]


def test_an_import_is_appended_in_order_and_told_as_imported(story, alice, heard):
    make_chapter(story, "First")
    heard.clear()
    added = import_chapters(story, by=alice, chapters=book("A", "B"), at=LATER)
    rows = Chapter.objects.filter(story=story).in_order()
    assert [(row.title, row.position) for row in rows] == [("First", 0), ("A", 1), ("B", 2)]
    assert [event["chapter"].pk for event in heard] == [chapter.pk for chapter in added]
    assert {(event["change"].source, event["change"].cause) for event in heard} == {
        ("import", "imported")
    }
    assert [event["change"].words_after for event in heard] == [3, 3]


def test_titles_of_a_book_that_repeat_or_are_missing_get_a_number(story, alice):
    make_chapter(story, "Letter")
    chapters = book("Letter", "LETTER", "", "\u0000\n", "x" * 400, "x" * 400)
    added = import_chapters(story, by=alice, chapters=chapters, at=LATER)
    titles = [chapter.title for chapter in added]
    assert titles[:4] == ["Letter (2)", "LETTER (3)", "Chapter 4", "Chapter 5"]
    assert all(len(title) <= 255 for title in titles) and len(set(titles)) == 6


def test_an_import_is_all_or_nothing(story, alice):
    def fail(chapter, **event):
        if chapter.title == "B":
            raise RuntimeError("the ledger is broken")

    chapter_saved.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            import_chapters(story, by=alice, chapters=book("A", "B"), at=LATER)
    finally:
        chapter_saved.disconnect(fail)
    assert not Chapter.objects.exists()


def test_an_import_takes_few_statements(story, alice):
    def count(*titles):
        with CaptureQueriesContext(connection) as queries:
            import_chapters(story, by=alice, chapters=book(*titles), at=LATER)
        return sum("stories_" in query["sql"] for query in queries)

    assert count(*"ABCDEFGHIJ") == count("K")


def test_a_save_without_a_base_keeps_what_it_replaces(story, alice):
    chapter = make_chapter(story)
    result = save_content(chapter.pk, by=alice, content="<p>new</p>", base=None, at=LATER)
    assert (result.revision, result.saved_at) == (2, LATER)
    assert chapter.versions.get().content == "<p>one two three</p>"


def test_a_stale_save_leaves_the_callers_transaction_usable(story, alice):
    chapter = make_chapter(story)
    with pytest.raises(Stale):
        save_content(chapter.pk, by=alice, content="x", base="4-00000000", at=LATER)
    story.refresh_from_db()
    assert story.updated_at == NOW


def test_who_and_what_a_save_refuses(story, alice, bob):
    chapter = make_chapter(story)
    with pytest.raises(Forbidden):
        save_content(chapter.pk, by=bob, content="x", base=None, at=LATER)
    with pytest.raises(TooLarge):
        save_content(
            chapter.pk, by=alice, content="x" * (MAX_CONTENT_BYTES + 1), base=None, at=LATER
        )
    trash_chapter(chapter, at=LATER)
    with pytest.raises(NotFound):
        save_content(chapter.pk, by=alice, content="x", base=None, at=LATER)
    assert not ChapterVersion.objects.exists()


@pytest.mark.parametrize(
    ("before", "after", "is_kept"),
    [(400, 200, True), (401, 201, False), (398, 199, False), (1000, 501, False), (300, 0, True)],
)
def test_a_cut_is_large_from_half_the_text_and_two_hundred_words(
    story, alice, before, after, is_kept
):
    chapter = make_chapter(story, content=words(before))
    content = words(after) if after else ""
    save_content(chapter.pk, by=alice, content=content, base=chapter.etag, at=LATER)
    assert ChapterVersion.objects.filter(reason="big_cut").exists() is is_kept


def test_positions_stay_dense_through_everything(story, alice):
    chapters = [make_chapter(story, title) for title in "ABCDE"]
    move_chapter(chapters[4], to_pos=0, at=LATER)
    trash_chapter(chapters[1], at=LATER)
    make_chapter(story, "X", position=2)
    rows = Chapter.objects.filter(story=story).live().in_order()
    assert [(row.position, row.title) for row in rows] == list(enumerate("EAXCD"))


def test_a_trashed_story_takes_no_change(story, alice):
    chapter = make_chapter(story)
    trash_story(story, at=LATER)
    with pytest.raises(NotFound):
        update_story(story, at=LATER, title="New")
    with pytest.raises(NotFound):
        make_chapter(story, "New")
    with pytest.raises(NotFound):
        trash_story(story, at=LATER)
    with pytest.raises(NotFound):
        trash_chapter(chapter, at=LATER)


def test_the_trash_is_emptied_after_thirty_days(story, alice):
    chapter = make_chapter(story)
    trash_chapter(chapter, at=NOW)
    trash_story(make_story(alice, "Other"), at=NOW)
    assert purge_trash(at=NOW + timedelta(days=30)) == {"stories": 0, "chapters": 0}
    purge_trash(at=NOW + timedelta(days=30, seconds=1))
    assert list(Story.objects.all()) == [story]
    assert not Chapter.objects.exists()


def test_half_a_change_of_a_target_cannot_cross_the_other_half(story):
    values = {"quota": 5, "from_date": NOW.date(), "to_date": NOW.date()}
    target = create_target(story, frequency="Daily", **values)
    with pytest.raises(Invalid):
        update_target(target, from_date=NOW.date() + timedelta(days=1))
    with pytest.raises(Conflict):
        create_target(story, frequency="Daily", **values)
    for quota in (True, -1, 10_000_001, 1.0, "5"):
        with pytest.raises(Invalid):
            update_target(target, quota=quota)
    other = create_target(story, frequency="Weekly", **values)
    with pytest.raises(Conflict):
        update_target(other, frequency="Daily")
    assert update_target(target, quota=0).quota == 0
