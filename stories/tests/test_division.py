"""Splitting and merging chapters: no word is lost, written or counted twice."""

from datetime import timedelta

import pytest

from nexus.lib.errors import Conflict, Invalid, Stale, TooLarge
from stories.history import snapshot
from stories.models import Chapter, ChapterVersion
from stories.saving import save_content
from stories.services.chapters import restore_chapter, trash_chapter, update_chapter
from stories.services.division import Cut, Neighbour, merge_with_next, split_chapter
from stories.tests.builders import NOW, make_chapter, make_story
from stories.text import content_hash, heading_text, to_text, top_blocks

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
TEXT = (
    '<p data-b="a">one two</p><hr data-b="b"><h2 data-b="c">The <em>second</em> half</h2>'
    '<ul data-b="d"><li data-b="e"><p>three</p></li></ul><p data-b="f">four five</p>'
)


@pytest.fixture
def story(alice):
    return make_story(alice)


@pytest.fixture
def chapter(story):
    return make_chapter(story, content=TEXT)


def now(chapter):
    return Chapter.objects.get(pk=chapter.pk)


def split(chapter, number=2, **values):
    values = {"cut": Cut(number), "base": now(chapter).etag, "source": "form", "at": LATER} | values
    return split_chapter(chapter, by=chapter.story.owner, **values)


def merge(chapter, after, **values):
    values = {
        "base": now(chapter).etag,
        "following": Neighbour(now(after).etag),
        "source": "form",
        "at": LATER,
    } | values
    return merge_with_next(chapter, by=chapter.story.owner, **values)


def outline(story):
    rows = Chapter.objects.filter(story=story).live().in_order()
    return list(rows.values_list("position", "title", "part_title"))


# --- Splitting --------------------------------------------------------------------


def test_everything_from_the_block_on_is_a_new_chapter_right_after_it(story, chapter):
    make_chapter(story, "Two")
    after = now(split(chapter, 2))
    head = now(chapter)
    assert head.content + after.content == TEXT
    assert after.content.startswith('<h2 data-b="c">')
    assert (head.word_count, after.word_count) == (2, 6)
    assert outline(story) == [(0, "One", ""), (1, "The second half", ""), (2, "Two", "")]


def test_a_block_is_found_by_its_id(chapter):
    after = split(chapter, cut=Cut(block="f"))
    assert now(after).content == '<p data-b="f">four five</p>'


@pytest.mark.parametrize(
    "cut", [Cut(0), Cut(5), Cut(-1), Cut(10**9), Cut(), Cut(block="a"), Cut(block="e")]
)
def test_a_place_that_leaves_nothing_or_is_none_is_refused(chapter, cut):
    with pytest.raises(Invalid):
        split(chapter, cut=cut)
    assert now(chapter).content == TEXT and Chapter.objects.count() == 1


def test_a_chapter_of_one_paragraph_or_none_cannot_be_split(story):
    for title, content in (("A", "<p>one</p>"), ("B", "")):
        with pytest.raises(Invalid, match="both sides"):
            split(make_chapter(story, title, content), 1)


def test_the_replaced_text_is_a_version_and_the_revision_rises_by_one(chapter):
    after = split(chapter)
    assert now(chapter).content_revision == 2 and now(after).content_revision == 1
    kept = chapter.versions.get()
    assert (kept.revision, kept.content, kept.reason) == (1, TEXT, "split")
    assert now(chapter).content_hash == content_hash(now(chapter).content)


def test_a_stale_base_splits_nothing_and_says_what_is_there(chapter, alice):
    base = chapter.etag
    save_content(chapter.pk, by=alice, content="<p>x</p><p>y</p>", base=base, at=LATER)
    with pytest.raises(Stale) as refusal:
        split(chapter, 1, base=base)
    assert refusal.value.extra["head_revision"] == 2
    assert Chapter.objects.count() == 1


def test_a_taken_title_is_a_conflict_even_when_the_base_is_stale(story, chapter):
    make_chapter(story, "Two")
    for base in (chapter.etag, "9-00000000"):
        with pytest.raises(Conflict, match="this title already"):
            split(chapter, title=" two ", base=base)
    assert now(chapter).content == TEXT


def test_without_a_title_or_a_heading_the_old_one_gets_a_number(story, chapter):
    assert split(chapter, 3).title == "One (2)"


def test_a_published_chapter_is_published_in_both_halves(chapter, alice):
    update_chapter(chapter, by=alice, published=True, at=NOW)
    after = split(chapter)
    assert now(chapter).is_published and now(after).published_at == NOW


def test_a_part_goes_on_through_both_halves(story, chapter, alice):
    update_chapter(chapter, by=alice, part_title="Part One", at=NOW)
    make_chapter(story, "Two", part_title="Part Two")
    split(chapter, title="New")
    assert outline(story) == [(0, "One", "Part One"), (1, "New", ""), (2, "Two", "Part Two")]


# --- Merging ----------------------------------------------------------------------


def test_the_next_text_is_appended_and_the_next_chapter_is_in_the_trash(story, chapter):
    two, _three = make_chapter(story, "Two", "<p>six</p>"), make_chapter(story, "Three")
    merge(chapter, two)
    head, away = now(chapter), now(two)
    assert head.content == TEXT + "<p>six</p>" and head.word_count == 9
    assert (head.content_revision, away.content_revision) == (2, 1)
    assert chapter.versions.get().reason == "merge" and chapter.versions.get().content == TEXT
    assert away.content == "<p>six</p>" and away.merged_into_id == chapter.pk
    assert away.trashed_at == LATER
    assert outline(story) == [(0, "One", ""), (1, "Three", "")]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("<p>a</p>", "<p>b</p>", "<p>a</p><hr><p>b</p>"),
        ("", "<p>b</p>", "<p>b</p>"),
        ("<p>a</p>", "", "<p>a</p>"),
        ("", "", ""),
        ("<ul><li><p>a</p></li></ul>", "<p>b</p>", "<ul><li><p>a</p></li></ul><hr><p>b</p>"),
    ],
)
def test_a_scene_break_stands_between_two_texts_only(story, first, second, joined):
    one, two = make_chapter(story, "A", first), make_chapter(story, "B", second)
    merge(one, two, scene_break=True)
    assert now(one).content == joined


def test_block_ids_that_both_have_stay_with_the_first(story):
    one = make_chapter(story, "A", '<p data-b="x">a</p>')
    merge(one, make_chapter(story, "B", '<p data-b="x">b</p><p data-b="y">c</p>'))
    assert now(one).content == '<p data-b="x">a</p><p>b</p><p data-b="y">c</p>'


def test_splitting_and_merging_again_gives_the_very_text(chapter):
    before = chapter.content_hash
    for number in range(1, 5):
        merge(chapter, split(chapter, number, title=f"Half {number}"))
        assert now(chapter).content_hash == before
    assert now(chapter).content_revision == 9


def test_either_stale_base_merges_nothing(story, chapter):
    two = make_chapter(story, "Two")
    for values in ({"base": "9-00000000"}, {"following": Neighbour("9-00000000")}):
        with pytest.raises(Stale):
            merge(chapter, two, **values)
    assert now(two).trashed_at is None and now(chapter).content == TEXT


def test_another_next_chapter_than_the_one_seen_is_stale_though_it_reads_the_same(story, chapter):
    two, three = make_chapter(story, "Two", ""), make_chapter(story, "Three", "")
    with pytest.raises(Stale):
        merge(chapter, two, following=Neighbour(three.etag, three.pk))
    assert now(two).trashed_at is None


def test_the_last_chapter_has_nothing_to_merge_with(story, chapter):
    trash_chapter(make_chapter(story, "Two"), at=NOW)
    with pytest.raises(Conflict, match="No chapter comes after") as refusal:
        merge(chapter, chapter)
    assert refusal.value.code == "no_next_chapter"


def test_more_than_five_megabytes_together_are_refused_whole(story):
    big = f"<p>{'x' * 2_700_000}</p>"
    one, two = make_chapter(story, "A", big), make_chapter(story, "B", big)
    with pytest.raises(TooLarge, match="Together"):
        merge(one, two)
    assert now(two).trashed_at is None and now(one).content == big


def test_a_part_that_began_with_the_merged_chapter_begins_with_the_one_after(story, chapter):
    two = make_chapter(story, "Two", part_title="Part Two")
    make_chapter(story, "Three")
    merge(chapter, two)
    assert outline(story) == [(0, "One", ""), (1, "Three", "Part Two")]
    restore_chapter(now(two), at=LATER)
    assert outline(story) == [(0, "One", ""), (1, "Two", "Part Two"), (2, "Three", "")]


def test_a_part_of_its_own_is_not_overwritten(story, chapter):
    two = make_chapter(story, "Two", part_title="Part Two")
    make_chapter(story, "Three", part_title="Part Three")
    merge(chapter, two)
    assert outline(story) == [(0, "One", ""), (1, "Three", "Part Three")]


def test_what_was_merged_away_comes_back_as_it_was_with_its_history(story, chapter, alice):
    two = make_chapter(story, "Two", "<p>six</p>")
    save_content(two.pk, by=alice, content="<p>six seven</p>", base=None, at=NOW)
    before = Chapter.objects.filter(pk=two.pk).values().get()
    merge(chapter, two)
    restore_chapter(now(two), at=LATER)
    after = Chapter.objects.filter(pk=two.pk).values().get()
    assert {n: v for n, v in after.items() if v != before[n]} == {"updated_at": LATER}
    assert snapshot(now(two), "1").content == "<p>six</p>"
    assert "six seven" in now(chapter).text and "six seven" in now(two).text


def test_a_device_that_wrote_on_meanwhile_joins_its_words_by_the_kept_version(chapter):
    split(chapter)
    kept = ChapterVersion.objects.get(chapter=chapter, revision=1)
    assert f"{kept.revision}-{kept.content_hash[:8]}" == chapter.etag


# --- Blocks -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("", 0),
        ("<p></p>", 1),
        (TEXT, 5),
        ("<blockquote><p>a</p><blockquote><hr><p>b</p></blockquote></blockquote><hr><hr>", 3),
        ('<p><a href="http://x/&lt;p&gt;">1 &lt; 2</a><br><s>x</s></p><p>y</p>', 2),
        ("<ol><li><p>a</p><ul><li><p>b</p></li></ul></li></ol><pre>odd", 2),
    ],
)
def test_outermost_blocks_are_the_content_to_the_byte(content, count):
    blocks = top_blocks(content)
    assert len(blocks) == count and "".join(blocks) == content
    assert to_text(content) == "\n\n".join(filter(None, map(to_text, blocks)))


def test_only_a_heading_has_the_text_of_one():
    assert heading_text('<h3 data-b="x">Two<br>lines &amp; more</h3>') == "Two lines & more"
    assert heading_text("<p>no</p>") == heading_text("<hr>") == ""
