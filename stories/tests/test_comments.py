"""Comments stay with their passages: in edits, restores, splits, merges, moves and replacements."""

import pytest

from nexus.lib.errors import Conflict, Stale
from stories.anchors import Anchor
from stories.history import restore_version
from stories.models import Chapter, Comment
from stories.saving import save_content
from stories.services import comments as comment_services
from stories.services.chapters import restore_chapter, trash_chapter
from stories.services.comments import add_comment, change_comment, comments_on
from stories.services.division import Cut, Neighbour, merge_with_next, split_chapter
from stories.services.relocation import move_to_story
from stories.tests.builders import NOW, make_chapter, make_story

pytestmark = pytest.mark.django_db
TEXT = (
    '<p data-b="a">It was late in the evening.</p><p data-b="b">Tom went home and slept well.</p>'
    '<p data-b="c">Nobody saw him there.</p>'
)


@pytest.fixture
def chapter(alice):
    return make_chapter(make_story(alice), content=TEXT)


def remark(chapter, quote, text="Why?"):
    return add_comment(chapter, text=text, anchor=Anchor(quote), at=NOW)


def write(chapter, content, **more):
    values = {"base": None, "source": "editor", "cause": "typed", "at": NOW} | more
    save_content(chapter.pk, by=chapter.story.owner, content=content, **values)
    return whole(chapter)


def whole(chapter):
    return Chapter.objects.select_related("story").get(pk=chapter.pk)


def places(chapter):
    return [(one.quote, one.paragraph, one.start) for one in comments_on(whole(chapter))]


def test_a_comment_knows_its_passage_and_what_stands_around_it(chapter):
    comment = remark(chapter, "went home")
    assert (comment.block, comment.paragraph, comment.start) == ("b", 1, 4)
    assert comment.prefix.endswith("evening.\nTom ") and comment.suffix.startswith(" and slept")


def test_comments_follow_their_passages_through_edits(chapter):
    remark(chapter, "Nobody saw him")
    remark(chapter, "went home")
    write(chapter, "<p>New.</p>" + TEXT.replace("Tom went home", "Then Tom slowly went home"))
    assert places(chapter) == [("went home", 2, 16), ("Nobody saw him", 3, 0)]


def test_a_passage_that_is_gone_leaves_its_words_and_is_found_when_it_comes_back(chapter):
    remark(chapter, "Tom went home and slept well.")
    write(chapter, TEXT.replace("Tom went home and slept well.", ""))
    assert places(chapter) == [("Tom went home and slept well.", None, None)]
    restore_version(whole(chapter), "1", by=chapter.story.owner, at=NOW)
    assert places(chapter) == [("Tom went home and slept well.", 1, 0)]


def test_nothing_is_looked_for_twice_in_the_same_text(chapter, django_assert_num_queries):
    remark(chapter, "went home")
    current = write(chapter, TEXT + "<p>More.</p>")
    comments_on(current)
    with django_assert_num_queries(1):
        comments_on(current)


def test_a_comment_is_no_part_of_the_text(chapter):
    before = Chapter.objects.values().get(pk=chapter.pk)
    remark(chapter, "went home")
    assert Chapter.objects.values().get(pk=chapter.pk) == before


def test_a_split_shares_the_comments_out(chapter):
    for quote in ("late in the evening", "slept well", "Nobody"):
        remark(chapter, quote)
    lost = Comment.objects.create(chapter=chapter, text="Gone", quote="zebras graze", stamp="")
    after = split_chapter(
        chapter, by=chapter.story.owner, base=chapter.etag, cut=Cut(1), source="api", at=NOW
    )
    assert places(chapter)[0] == ("late in the evening", 0, 7)
    assert places(after) == [("slept well", 0, 18), ("Nobody", 1, 0)]
    lost.refresh_from_db()
    assert lost.chapter_id == chapter.pk


def test_a_merge_brings_the_comments_and_the_notes_along(chapter):
    after = make_chapter(chapter.story, title="Two", content='<p data-b="z">A new day came.</p>')
    remark(chapter, "went home")
    remark(after, "new day")
    Chapter.objects.filter(pk=chapter.pk).update(notes="first", synopsis="He sleeps.")
    Chapter.objects.filter(pk=after.pk).update(notes="second", synopsis="He wakes.")
    merge_with_next(
        chapter,
        by=chapter.story.owner,
        base=chapter.etag,
        following=Neighbour(after.etag),
        source="api",
        at=NOW,
    )
    assert places(chapter) == [("went home", 1, 4), ("new day", 3, 2)]
    assert not Comment.objects.filter(chapter=after).exists()
    assert whole(chapter).notes == "first\n\nsecond"
    assert whole(chapter).synopsis == "He sleeps. He wakes."
    after.refresh_from_db()
    assert after.notes == "second"
    # Restoring it undoes the merge for its comments too.
    restore_chapter(after, at=NOW)
    assert places(chapter) == [("went home", 1, 4)]
    assert places(after) == [("new day", 0, 2)]


def test_comments_move_with_a_chapter_and_wait_in_the_trash(chapter):
    remark(chapter, "went home")
    other = make_story(chapter.story.owner, "Other")
    move_to_story(chapter, other, by=chapter.story.owner, source="api", at=NOW)
    assert places(chapter) == [("went home", 1, 4)]
    trash_chapter(whole(chapter), at=NOW)
    assert Comment.objects.filter(chapter=chapter).exists()
    assert not Comment.objects.live().exists()


def test_words_not_saved_yet_may_be_commented_on(chapter):
    comment = remark(chapter, "words still only in the window")
    assert not comment.is_found and comment.quote == "words still only in the window"
    write(chapter, TEXT + "<p>Here are words still only in the window.</p>")
    assert places(chapter) == [("words still only in the window", 3, 9)]


def test_of_two_windows_the_second_does_not_write_over_the_first(chapter):
    comment = remark(chapter, "went home")
    change_comment(comment, text="Because.", base=1, at=NOW)
    with pytest.raises(Stale):
        change_comment(comment, text="Who knows.", base=1, at=NOW)
    change_comment(comment, resolved=True, base=1, at=NOW)
    comment.refresh_from_db()
    assert comment.text == "Because." and comment.is_resolved and comment.version == 2


def test_there_is_an_end_to_comments(chapter, monkeypatch):
    monkeypatch.setattr(comment_services, "MOST_COMMENTS", 1)
    remark(chapter, "went home")
    with pytest.raises(Conflict):
        remark(chapter, "Nobody")
