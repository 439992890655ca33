"""Sessions: when they begin, go on and end, and what each holds."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Preferences
from analytics import services
from analytics.models import WritingSession
from analytics.tests.builders import add_words, at, make_chapter, sessions, words, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(alice):
    return make_chapter(alice)


def test_typing_three_and_deleting_one_gives_three_one_two_in_one_save(chapter, alice):
    write(chapter, "one two", "2026-03-11 10:00", typed=3, removed=1)
    (session,) = sessions(alice)
    assert (session.typed, session.removed, session.net) == (3, 1, 2)


def test_typing_three_and_deleting_one_gives_three_one_two_in_five_saves(chapter, alice):
    steps = [
        ("one", {"typed": 1}),
        ("one two", {"typed": 1}),
        ("one two thr", {"typed": 1}),
        ("one two three", {"typed": 0}),
        ("one two", {"removed": 1}),
    ]
    for second, (text, activity) in enumerate(steps):
        write(chapter, text, at(f"2026-03-11 10:00:{second:02}"), **activity)
    (session,) = sessions(alice)
    assert (session.typed, session.removed, session.net, session.saves) == (3, 1, 2, 5)


def test_the_ledger_adds_up_to_the_text(chapter, alice):
    add_words(chapter, 30, "2026-03-11 10:00", typed=30)
    write(chapter, words(12), "2026-03-11 10:01")
    add_words(chapter, 5, "2026-03-11 18:00", source="api")
    chapter.refresh_from_db()
    assert sum(session.net for session in sessions(alice)) == chapter.word_count == 17


def test_a_pause_longer_than_five_minutes_begins_a_new_session(chapter, alice):
    add_words(chapter, 1, "2026-03-11 10:00")
    add_words(chapter, 1, "2026-03-11 10:05")
    add_words(chapter, 1, "2026-03-11 10:10:01")
    first, second = sessions(alice)
    assert first.ended_at == first.last_change_at == at("2026-03-11 10:05")
    assert second.ended_at is None


def test_the_writer_chooses_how_long_a_pause_is(chapter, alice):
    Preferences.objects.update_or_create(user=alice, defaults={"idle_minutes": 20})
    add_words(chapter, 1, "2026-03-11 10:00")
    add_words(chapter, 1, "2026-03-11 10:19")
    assert len(sessions(alice)) == 1


def test_a_save_that_was_late_belongs_to_the_time_it_was_typed(chapter, alice):
    add_words(chapter, 1, "2026-03-11 10:00")
    since = "2026-03-11T10:02:00+00:00"
    add_words(chapter, 9, "2026-03-11 10:20", typed=9, active_ms=600_000, since=since)
    (session,) = sessions(alice)
    assert session.active_seconds == 600


def test_another_chapter_ends_the_session(chapter, alice):
    other = make_chapter(alice, story=chapter.story, title="Two")
    add_words(chapter, 1, "2026-03-11 10:00")
    add_words(other, 1, "2026-03-11 10:01")
    first, second = sessions(alice)
    assert first.ended_at == at("2026-03-11 10:00")
    assert second.chapter == other and second.ended_at is None


def test_two_saves_around_midnight_are_two_sessions_on_two_days(chapter, alice):
    add_words(chapter, 3, "2026-03-11 23:59:30", typed=3)
    add_words(chapter, 4, "2026-03-12 00:00:10", typed=4, active_ms=90_000)
    first, second = sessions(alice)
    assert [(str(s.day), s.typed) for s in (first, second)] == [
        ("2026-03-11", 3),
        ("2026-03-12", 4),
    ]
    assert second.active_seconds <= 10


def test_a_save_from_before_midnight_to_after_it_is_divided_there(chapter, alice):
    add_words(chapter, 2, "2026-03-11 23:59:30", typed=2)
    since = "2026-03-11T23:59:40+00:00"
    write(
        chapter, words(10), "2026-03-12 00:00:40", typed=9, removed=1, active_ms=60_000, since=since
    )
    first, second = sessions(alice)
    assert [(str(s.day), s.typed, s.removed) for s in (first, second)] == [
        ("2026-03-11", 2 + 3, 0),
        ("2026-03-12", 6, 1),
    ]
    assert (first.words_end, second.words_start, second.words_end) == (5, 5, 10)
    assert first.ended_at == first.last_change_at < at("2026-03-12 00:00")
    assert (second.started_at, second.ended_at) == (at("2026-03-12 00:00"), None)
    assert (first.active_seconds, second.active_seconds) == (20, 40)
    assert (first.saves, second.saves) == (1, 1)


def test_what_was_typed_before_midnight_and_came_in_the_morning_is_the_evenings(chapter, alice):
    since = "2026-03-11T23:50:00+00:00"
    add_words(chapter, 4, "2026-03-12 08:00:00", typed=4, active_ms=300_000, since=since)
    (session,) = sessions(alice)
    assert (str(session.day), session.typed, session.active_seconds) == ("2026-03-11", 4, 300)
    assert session.ended_at == session.last_change_at == at("2026-03-11 23:55")


def test_nothing_is_taken_away_before_midnight_that_was_not_there(chapter, alice):
    since = "2026-03-11T23:59:30+00:00"
    activity = {"typed": 1, "removed": 1, "pasted": 3, "cut": 3}
    write(chapter, "", "2026-03-12 00:00:30", active_ms=60_000, since=since, **activity)
    assert sum(session.net for session in sessions(alice)) == 0
    assert all(session.words_end >= 0 for session in sessions(alice))


def test_a_divided_save_adds_three_statements_at_most(chapter, alice):
    add_words(chapter, 2, "2026-03-11 23:59:30", typed=2)
    since = "2026-03-11T23:59:40+00:00"
    with CaptureQueriesContext(connection) as captured:
        add_words(chapter, 9, "2026-03-12 00:00:40", typed=9, active_ms=60_000, since=since)
    ledger = [query for query in captured.captured_queries if "writingsession" in query["sql"]]
    assert len(ledger) == 3


def test_a_beginning_from_before_yesterday_is_not_believed(chapter, alice):
    add_words(chapter, 4, "2026-03-12 08:00", typed=4, since="2026-03-10T23:59:00+00:00")
    (session,) = sessions(alice)
    assert (str(session.day), session.started_at) == ("2026-03-12", at("2026-03-12 00:00"))


def test_the_day_is_the_writers_own(chapter, alice):
    alice.time_zone, alice.day_end_hour = "Pacific/Auckland", 3
    alice.save()
    chapter.story.owner = alice
    add_words(chapter, 1, "2026-03-11 13:30")  # 02:30 on the 12th there, and her day ends at 3
    add_words(chapter, 1, "2026-03-11 14:30")
    assert [str(session.day) for session in sessions(alice)] == ["2026-03-11", "2026-03-12"]


@pytest.mark.parametrize("when", ["2026-03-29 01:30", "2026-10-25 01:30"])
def test_days_when_the_clocks_change_hold_every_instant_once(chapter, alice, when):
    alice.time_zone = "Europe/London"
    alice.save()
    chapter.story.owner = alice
    add_words(chapter, 2, when)
    (session,) = sessions(alice)
    assert str(session.day) == when[:10]


def test_changing_the_time_zone_moves_no_past_day(chapter, alice):
    add_words(chapter, 1, "2026-03-11 23:30")
    alice.time_zone = "Pacific/Auckland"
    alice.save()
    (session,) = sessions(alice)
    assert (str(session.day), session.time_zone) == ("2026-03-11", "UTC")


def test_active_time_never_exceeds_the_time_that_passed(chapter, alice):
    add_words(chapter, 1, "2026-03-11 10:00:00", typed=1)
    add_words(chapter, 1, "2026-03-11 10:00:30", typed=1, active_ms=10**12)
    (session,) = sessions(alice)
    elapsed = (session.last_change_at - session.started_at).total_seconds()
    assert session.active_seconds == elapsed == 30


@pytest.mark.parametrize(
    "since",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-03-11T09:59:00",
        "2026-03-11T09:59:00Z",
    ],
)
def test_any_beginning_is_brought_within_the_day(chapter, alice, since):
    add_words(chapter, 1, "2026-03-11 10:00", typed=1, active_ms=5000, since=since)
    (session,) = sessions(alice)
    assert at("2026-03-11 00:00") <= session.started_at <= session.last_change_at
    assert session.active_seconds in {0, 5}


def test_a_row_that_is_full_is_followed_by_another(chapter, alice):
    add_words(chapter, 1, "2026-03-11 10:00")
    WritingSession.objects.update(typed=1_500_000_000, removed=1_499_999_999)
    add_words(chapter, 1, "2026-03-11 10:01")
    assert [session.typed for session in sessions(alice)] == [1_500_000_000, 1]


def test_a_clock_set_back_breaks_nothing(chapter, alice):
    add_words(chapter, 1, "2026-03-11 10:00")
    add_words(chapter, 1, "2026-03-11 09:30")
    (session,) = sessions(alice)
    assert session.saves == 2 and session.last_change_at == at("2026-03-11 10:00")


def test_an_import_is_one_closed_row_and_ends_nobody(chapter, alice):
    add_words(chapter, 1, "2026-03-11 10:00")
    write(chapter, words(50), "2026-03-11 10:01", source="import", cause="imported")
    typed, imported = sessions(alice)
    assert typed.ended_at is None
    assert (imported.imported, imported.words_written) == (49, 0)
    assert imported.ended_at == at("2026-03-11 10:01")


def test_titles_survive_the_chapter_and_the_story(chapter, alice):
    add_words(chapter, 7, "2026-03-11 10:00")
    chapter.story.delete()
    (session,) = sessions(alice)
    assert session.chapter is None and session.story is None
    assert (session.story_title, session.chapter_title, session.typed) == (
        "The book of One",
        "One",
        7,
    )


def test_the_row_goes_when_the_save_is_rolled_back(chapter, alice):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        add_words(chapter, 1, "2026-03-11 10:00")
        1 / 0  # noqa: B018
    assert sessions(alice) == []


def test_the_ledger_adds_three_statements_to_a_save_at_most(chapter, alice):
    other = make_chapter(alice, story=chapter.story, title="Two")
    add_words(chapter, 1, "2026-03-11 10:00")
    alice.refresh_from_db()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        write(other, "one", "2026-03-11 10:01")
    ledger = [query for query in captured.captured_queries if "writingsession" in query["sql"]]
    assert len(ledger) <= 3


def test_idle_sessions_are_closed_at_their_last_change(chapter, alice):
    add_words(chapter, 1, "2026-03-11 10:00")
    assert services.close_idle_sessions(at=at("2026-03-11 10:04")) == 0
    assert services.close_idle_sessions(at=at("2026-03-11 10:06")) == 1
    assert WritingSession.objects.get().ended_at == at("2026-03-11 10:00")
