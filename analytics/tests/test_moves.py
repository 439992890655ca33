"""Cut here and pasted there is moved: within an hour, in one account, and only the very words."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import services
from analytics.models import WritingSession
from analytics.moves import mark_of
from analytics.tests.builders import at, make_chapter, sessions, write
from analytics.words import CAUSES
from stories.models import Chapter
from stories.saving import Change
from stories.services import chapters
from stories.tests.builders import save

pytestmark = pytest.mark.django_db
PASSAGE = "the long way home was longer than anyone had said"
SIZE = 10
REST = "what stays where it is"


@pytest.fixture
def source(alice):
    """A chapter with a passage that is about to go."""
    chapter = make_chapter(alice, title="Source", content=f"{REST} {PASSAGE}")
    WritingSession.objects.all().delete()
    return chapter


@pytest.fixture
def target(alice):
    """A chapter of another story."""
    return make_chapter(alice, title="Target")


def cut(chapter, when, *, left=REST, words=SIZE, passage=PASSAGE):
    move = {"cause": "cut", "words": words, "mark": mark_of(passage)}
    return write(chapter, left, when, cut=words, moves=[move])


def paste(chapter, when, *, passage=PASSAGE, words=SIZE, onto=""):
    move = {"cause": "pasted", "words": words, "mark": mark_of(passage)}
    return write(chapter, f"{onto} {passage}".strip(), when, pasted=words, moves=[move])


def ledger(user):
    """Return what is booked under each cause; what is 0 left out."""
    rows = WritingSession.objects.visible_to(user).values(*CAUSES)
    sums = {cause: sum(row[cause] for row in rows) for cause in CAUSES}
    return {cause: words for cause, words in sums.items() if words}


def test_a_passage_carried_into_another_story_is_moved(alice, source, target):
    cut(source, "2026-03-11 10:00")
    assert ledger(alice) == {"cut": SIZE}
    paste(target, "2026-03-11 10:30")
    assert ledger(alice) == {"moved_out": SIZE, "moved_in": SIZE}
    first, second = sessions(alice)
    assert (first.net, second.net, second.words_written) == (-SIZE, SIZE, 0)


def test_both_within_one_save_are_moved_as_well(alice, source):
    moves = [
        {"cause": cause, "words": SIZE, "mark": mark_of(PASSAGE)} for cause in ("cut", "pasted")
    ]
    write(source, f"{PASSAGE} {REST}", "2026-03-11 10:00", cut=SIZE, pasted=SIZE, moves=moves)
    assert ledger(alice) == {"moved_out": SIZE, "moved_in": SIZE}


def test_pasting_it_back_is_moved_too(alice, source):
    cut(source, "2026-03-11 10:00")
    paste(source, "2026-03-11 10:01", onto=REST)
    assert ledger(alice) == {"moved_out": SIZE, "moved_in": SIZE}
    assert len(sessions(alice)) == 1


def test_a_cut_serves_once(alice, source, target):
    cut(source, "2026-03-11 10:00")
    paste(target, "2026-03-11 10:01")
    paste(target, "2026-03-11 10:02", onto=PASSAGE)
    assert ledger(alice) == {"moved_out": SIZE, "moved_in": SIZE, "pasted": SIZE}


def test_words_that_were_copied_are_pasted(alice, target):
    paste(target, "2026-03-11 10:00")
    assert ledger(alice) == {"pasted": SIZE}


def test_a_part_of_what_was_cut_is_pasted(alice, source, target):
    cut(source, "2026-03-11 10:00")
    paste(target, "2026-03-11 10:01", passage="the long way home", words=4)
    assert ledger(alice) == {"cut": SIZE, "pasted": 4}


@pytest.mark.parametrize(("when", "moved"), [("11:00:00", True), ("11:00:01", False)])
def test_an_hour_later_it_is_pasted(alice, source, target, when, moved):
    cut(source, "2026-03-11 10:00")
    paste(target, f"2026-03-11 {when}")
    assert ("moved_in" in ledger(alice)) is moved


def test_over_midnight_it_is_still_moved_and_the_evening_is_summed_again(alice, source, target):
    cut(source, "2026-03-11 23:50")
    recorded = services.record_change(
        chapter=target, user=alice, at=at("2026-03-12 00:10"), change=change_of_a_paste()
    )
    assert ledger(alice) == {"moved_out": SIZE, "moved_in": SIZE}
    assert sorted(map(str, recorded.days)) == ["2026-03-11", "2026-03-12"]


def change_of_a_paste():
    move = {"cause": "pasted", "words": SIZE, "mark": mark_of(PASSAGE)}
    return Change(
        words_before=0,
        words_after=SIZE,
        source="editor",
        cause="typed",
        activity={"pasted": SIZE, "moves": [move]},
        text_after=PASSAGE,
    )


def test_what_somebody_else_cut_is_pasted(alice, bob, source):
    cut(source, "2026-03-11 10:00")
    paste(make_chapter(bob), "2026-03-11 10:01")
    assert ledger(alice) == {"cut": SIZE}
    assert ledger(bob) == {"pasted": SIZE}


def test_moved_out_is_as_much_as_moved_in(alice, source, target):
    """Cut in the middle of words, a passage takes fewer away than it brings."""
    move = {"cause": "cut", "words": SIZE - 1, "mark": mark_of(PASSAGE)}
    write(source, f"{REST} x", "2026-03-11 10:00", cut=SIZE - 1, moves=[move])
    paste(target, "2026-03-11 10:01")
    assert ledger(alice) == {"moved_out": SIZE - 1, "moved_in": SIZE - 1, "pasted": 1}


def test_a_report_of_more_moves_than_words_is_taken_without_its_moves(alice, source, target):
    cut(source, "2026-03-11 10:00")
    move = {"cause": "pasted", "words": 900, "mark": mark_of(PASSAGE)}
    write(target, PASSAGE, "2026-03-11 10:01", pasted=SIZE, moves=[move])
    assert ledger(alice) == {"cut": SIZE, "pasted": SIZE}


def test_the_ledger_keeps_no_word_of_a_cut_and_not_even_its_plain_mark(alice, source):
    cut(source, "2026-03-11 10:00")
    (session,) = sessions(alice)
    [kept] = session.cuts
    assert set(kept) == {"mark", "words", "cause", "at"}
    assert mark_of(PASSAGE)[:8] not in kept["mark"]
    assert not any(word in str(kept) for word in PASSAGE.split() if len(word) > 3)


def test_old_marks_are_forgotten_and_no_number_with_them(alice, source):
    cut(source, "2026-03-11 10:00")
    WritingSession.objects.update(updated_at=at("2026-03-11 10:00"))
    assert services.forget_old_cuts(at=at("2026-03-11 10:59")) == 0
    assert services.forget_old_cuts(at=at("2026-03-11 11:01")) == 1
    assert WritingSession.objects.get().cuts == []
    assert ledger(alice) == {"cut": SIZE}


def test_a_form_reports_nothing_and_a_whole_passage_is_moved_all_the_same(alice, source, target):
    write(source, REST, "2026-03-11 10:00", source="form")
    write(target, PASSAGE, "2026-03-11 10:05", source="form")
    assert ledger(alice) == {"moved_out": SIZE, "moved_in": SIZE}


def test_a_passage_cut_out_into_a_new_chapter_is_moved(alice, source):
    write(source, REST, "2026-03-11 10:00", source="form")
    chapters.create_chapter(
        source.story,
        by=alice,
        title="New",
        content=PASSAGE,
        source="form",
        at=at("2026-03-11 10:01"),
    )
    assert ledger(alice) == {"moved_out": SIZE, "moved_in": SIZE}


def test_a_few_words_deleted_and_typed_again_are_typed(alice, source):
    write(source, f"what stays where it is {PASSAGE[:-5]}", "2026-03-11 10:00", source="form")
    write(source, f"{REST} {PASSAGE}", "2026-03-11 10:01", source="form")
    assert ledger(alice) == {"removed": 1, "typed": 1}


def test_a_paste_that_is_moved_adds_three_statements_to_a_save_at_most(alice, source, target):
    cut(source, "2026-03-11 10:00")
    owner = Chapter.objects.select_related("story__owner").get(pk=target.pk)
    with CaptureQueriesContext(connection) as captured:
        paste(owner, "2026-03-11 10:01")
    queries = [q for q in captured.captured_queries if "writingsession" in q["sql"]]
    assert len(queries) == 3
    assert ledger(alice) == {"moved_out": SIZE, "moved_in": SIZE}


def test_moving_reordering_trashing_and_restoring_write_no_word(alice, source):
    other = make_chapter(alice, story=source.story, title="Two", content="x")
    WritingSession.objects.all().delete()
    when = at("2026-03-11 10:00")
    chapters.move_chapter(other, to_pos=0, at=when)
    chapters.reorder_chapters(source.story, order=[source.pk, other.pk], at=when)
    chapters.trash_chapter(source, at=when)
    source.refresh_from_db()
    chapters.restore_chapter(source, at=when)
    assert ledger(alice) == {}


def test_words_of_a_suggestion_that_was_applied_are_written(alice, target):
    write(target, "one two three", "2026-03-11 10:00", applied=3)
    (session,) = sessions(alice)
    assert (session.applied, session.words_written, session.gross) == (3, 3, 3)


def test_words_replaced_everywhere_are_not_written(alice, target):
    write(target, "one two three", "2026-03-11 10:00", typed=3)
    write(target, "one two big four", "2026-03-11 10:01", replaced=1)
    assert ledger(alice) == {"typed": 3, "replaced": 1}


@pytest.mark.parametrize(
    "moves",
    [
        {},
        "cut",
        [1],
        [{"cause": "typed", "words": 1, "mark": "00000000-1"}],
        [{"cause": "cut", "words": -1, "mark": "00000000-1"}],
        [{"cause": "cut", "words": 1, "mark": "all the words"}],
    ],
)
def test_moves_of_another_shape_are_refused(as_alice, target, moves):
    answer = save(as_alice, target, "one", activity={"typed": 1, "moves": moves})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "activity.moves"
