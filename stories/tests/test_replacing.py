"""Replacing words across a book: one step, exact, all or nothing, and exactly undone."""

from datetime import timedelta

import pytest

from nexus.lib.errors import Conflict, Invalid, NotFound, Stale, TooLarge
from stories import saving
from stories.models import Chapter, ChapterVersion, Replacement
from stories.replacing import hits_in_story, wanted
from stories.saving import save_content
from stories.services.chapters import trash_chapter
from stories.services.relocation import move_to_story
from stories.services.replacing import Part, replace_in_story, undo_replacement
from stories.services.stories import trash_story
from stories.tests.builders import NOW, make_chapter, make_story

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
FIRST = '<p data-b="a">Jane said <em>Ja</em>ne.</p><hr data-b="b"><p data-b="c">jane</p>'
SECOND = (
    '<ul data-b="d"><li data-b="e"><p>Jane’s <a href="https://x.org/Jane">Jane</a></p></li></ul>'
)


@pytest.fixture
def story(alice):
    return make_story(alice)


@pytest.fixture
def chapters(story):
    texts = {"One": FIRST, "Two": SECOND, "Three": "<p>Nobody here.</p>"}
    return [make_chapter(story, title=title, content=text) for title, text in texts.items()]


def now(chapter):
    return Chapter.objects.get(pk=chapter.pk)


def contents(story):
    return list(Chapter.objects.filter(story=story).in_order().values_list("content", flat=True))


def seen(story, asked):
    """Return what a writer who was shown everything sends."""
    return [Part(found.chapter.pk, found.chapter.etag) for found in hits_in_story(story, asked)]


def act(story, find="Jane", replacement="Anne", parts=None, at=LATER, **options):
    asked = wanted(find=find, replacement=replacement, **options)
    parts = seen(story, asked) if parts is None else parts
    return replace_in_story(story, asked=asked, parts=parts, by=story.owner, source="form", at=at)


def undo(replacement, minutes=2):
    by = replacement.story.owner
    return undo_replacement(replacement, by=by, at=NOW + timedelta(minutes=minutes))


# --- The preview ------------------------------------------------------------------


def test_hits_are_listed_by_chapter_in_order_and_chapters_without_any_are_not(story, chapters):
    found = hits_in_story(story, wanted(find="jane", replacement="Anne"))
    assert [(row.chapter.title, len(row.hits)) for row in found] == [("One", 3), ("Two", 2)]
    assert [hit.words for row in found for hit in row.hits] == ["Jane", "Jane", "jane"] + 2 * [
        "Jane"
    ]


def test_what_reads_so_already_is_no_hit(story, chapters):
    found = hits_in_story(story, wanted(find="jane", replacement="Jane"))
    assert [(row.chapter.title, len(row.hits)) for row in found] == [("One", 1)]


def test_the_trash_is_not_looked_at(story, chapters):
    trash_chapter(chapters[0], at=NOW)
    found = hits_in_story(story, wanted(find="jane"))
    assert [row.chapter.title for row in found] == ["Two"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("find", {"find": ""}),
        ("find", {"find": "x" * 201}),
        ("find", {"find": "a\nb"}),
        ("find", {"find": "a\0"}),
        ("find", {"find": "\ud800"}),
        ("replacement", {"find": "a", "replacement": "x" * 1_001}),
        ("replacement", {"find": "a", "replacement": "one\r\ntwo"}),
        ("replacement", {"find": "a", "replacement": "\ufeff"}),
    ],
)
def test_what_is_no_line_of_words_is_refused(field, values):
    with pytest.raises(Invalid) as refused:
        wanted(**values)
    assert refused.value.errors[0].field == field


def test_what_is_asked_is_composed_like_every_string():
    assert wanted(find="e\u0301", replacement="o\u0308").find == "é"


# --- Replacing --------------------------------------------------------------------


def test_every_hit_is_replaced_and_nothing_else(story, chapters):
    step = act(story)
    assert contents(story) == [
        '<p data-b="a">Anne said <em>Anne</em>.</p><hr data-b="b"><p data-b="c">Anne</p>',
        '<ul data-b="d"><li data-b="e"><p>Anne’s <a href="https://x.org/Jane">Anne</a></p></li></ul>',
        "<p>Nobody here.</p>",
    ]
    assert step.count == 5 and len(step.steps) == 2


def test_a_hit_that_is_left_out_stays(story, chapters):
    asked = wanted(find="jane", replacement="Anne")
    first, second = seen(story, asked)
    parts = [
        Part(first.chapter_id, first.base, frozenset({0, 2})),
        Part(second.chapter_id, second.base, frozenset({0, 1})),
    ]
    step = act(story, "jane", parts=parts)
    assert contents(story)[0].startswith('<p data-b="a">Jane said <em>Anne</em>.</p>')
    assert contents(story)[1] == SECOND and now(chapters[1]).content_revision == 1
    assert step.count == 1 and len(step.steps) == 1


def test_only_the_chapters_that_were_named_are_touched(story, chapters):
    act(story, parts=[Part(chapters[1].pk, chapters[1].etag)])
    assert contents(story)[0] == FIRST and "Anne" in contents(story)[1]


def test_each_chapter_keeps_what_it_was(story, chapters):
    act(story)
    kept = ChapterVersion.objects.filter(reason="replace")
    assert sorted(kept.values_list("content", flat=True)) == sorted([FIRST, SECOND])


def test_an_empty_replacement_takes_words_out_and_an_emptied_paragraph_keeps_its_id(
    story, chapters
):
    act(story, "Jane", "")
    assert contents(story)[0] == '<p data-b="a"> said .</p><hr data-b="b"><p data-b="c"></p>'


def test_nothing_chosen_is_said(story, chapters):
    with pytest.raises(Invalid) as refused:
        act(story, "Nowhere")
    assert refused.value.code == "nothing_chosen" and not Replacement.objects.exists()


def test_a_chapter_that_was_changed_refuses_all_of_it(story, chapters, alice):
    asked = wanted(find="jane", replacement="Anne")
    parts = seen(story, asked)
    save_content(chapters[1].pk, by=alice, content="<p>Jane, again</p>", base=None, at=LATER)
    before = contents(story)
    with pytest.raises(Stale) as refused:
        act(story, parts=parts)
    assert [row["title"] for row in refused.value.extra["chapters"]] == ["Two"]
    assert contents(story) == before and not Replacement.objects.exists()


@pytest.mark.parametrize("away", ["trash", "other story", "other writer"])
def test_a_chapter_that_went_away_refuses_all_of_it(away, story, chapters, alice, bob):
    asked = wanted(find="jane", replacement="Anne")
    parts = seen(story, asked)
    if away == "trash":
        trash_chapter(chapters[1], at=NOW)
    elif away == "other story":
        other = make_story(alice, "Other")
        move_to_story(chapters[1], other, by=alice, source="form", at=NOW)
    else:
        foreign = make_chapter(make_story(bob), content="<p>Jane</p>")
        parts.append(Part(foreign.pk, foreign.etag))
    with pytest.raises(Stale) as refused:
        act(story, parts=parts)
    titles = [row["title"] for row in refused.value.extra["chapters"]]
    assert titles == (["Two"] if away == "trash" else [])
    assert contents(story)[0] == FIRST


def test_a_chapter_that_would_grow_too_long_refuses_all_of_it(story, chapters, monkeypatch):
    monkeypatch.setattr(saving, "MAX_CONTENT_BYTES", 300)
    with pytest.raises(TooLarge) as refused:
        act(story, "Jane", "A" * 100)
    assert "“One”" in refused.value.detail
    assert contents(story)[:2] == [FIRST, SECOND] and not Replacement.objects.exists()


def test_a_story_in_the_trash_is_left_alone(story, chapters):
    parts = [Part(chapters[0].pk, chapters[0].etag)]
    trash_story(story, at=NOW)
    with pytest.raises(NotFound):
        act(story, parts=parts)


# --- Undoing ----------------------------------------------------------------------


def test_undoing_gives_back_every_text_to_the_byte(story, chapters):
    before = contents(story)
    step = act(story)
    done = undo(step)
    assert contents(story) == before
    assert [chapter.title for chapter in done.restored] == ["One", "Two"] and not done.left
    assert now(chapters[0]).content_revision == 3
    kept = ChapterVersion.objects.filter(chapter=chapters[0], reason="restore")
    assert "Anne" in kept.get().content


def test_a_chapter_edited_since_is_left_and_named(story, chapters, alice):
    step = act(story)
    save_content(chapters[0].pk, by=alice, content="<p>Anne, and more</p>", base=None, at=LATER)
    done = undo(step)
    assert contents(story)[:2] == ["<p>Anne, and more</p>", SECOND]
    assert [(left.title, left.why) for left in done.left] == [("One", "changed")]


def test_a_chapter_put_away_since_is_left_and_named(story, chapters):
    step = act(story)
    trash_chapter(chapters[0], at=LATER)
    done = undo(step)
    assert [(left.title, left.why) for left in done.left] == [("One", "gone")]
    assert "Anne" in now(chapters[0]).content


def test_a_chapter_whose_history_was_thinned_is_left_and_named(story, chapters):
    step = act(story)
    ChapterVersion.objects.filter(chapter=chapters[0]).delete()
    done = undo(step)
    assert [(left.title, left.why) for left in done.left] == [("One", "forgotten")]


def test_when_every_chapter_was_changed_it_can_still_be_undone_once_they_are_back(
    story, chapters, alice
):
    step = act(story, parts=[Part(chapters[0].pk, chapters[0].etag)])
    replaced = contents(story)[0]
    save_content(chapters[0].pk, by=alice, content="<p>More</p>", base=None, at=LATER)
    with pytest.raises(Conflict) as refused:
        undo(step)
    assert refused.value.code == "changed_since"
    save_content(chapters[0].pk, by=alice, content=replaced, base=None, at=LATER)
    undo(step)
    assert contents(story)[0] == FIRST


def test_undoing_twice_is_refused_and_changes_nothing(story, chapters):
    step = act(story)
    undo(step)
    revisions = [now(chapter).content_revision for chapter in chapters]
    with pytest.raises(Conflict) as refused:
        undo(step)
    assert refused.value.code == "already_undone"
    assert [now(chapter).content_revision for chapter in chapters] == revisions


def test_two_steps_are_taken_back_one_after_the_other(story, chapters):
    before = contents(story)
    first = act(story)
    second = act(story, "Anne", "Emma", at=LATER + timedelta(seconds=1))
    undo(second)
    undo(first)
    assert contents(story) == before


def test_a_version_kept_for_another_reason_serves_as_well(story, chapters, alice):
    saving.keep_version(chapters[0], reason="auto", at=NOW)
    step = act(story)
    assert not undo(step).left and contents(story)[0] == FIRST
