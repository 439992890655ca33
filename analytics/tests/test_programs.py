"""Sessions announced by programs: split at the day's end, never counted twice."""

import pytest

from analytics import programs
from analytics.tests.builders import add_words, at, make_chapter, sessions
from nexus.lib.errors import NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(alice):
    return make_chapter(alice)


def start(chapter, user, when, words=0):
    place = {"story_id": chapter.story_id, "chapter_id": chapter.pk}
    return programs.start(user=user, words=words, at=at(when), **place)


def test_time_and_words_are_held(chapter, alice):
    started = start(chapter, alice, "2026-03-11 10:00", words=10)
    programs.finish(started, user=alice, words=25, at=at("2026-03-11 10:20"))
    (session,) = sessions(alice)
    assert (session.typed, session.active_seconds, session.saves) == (15, 1200, 0)


def test_fewer_words_than_before_were_removed(chapter, alice):
    started = start(chapter, alice, "2026-03-11 10:00", words=25)
    programs.finish(started, user=alice, words=10, at=at("2026-03-11 10:20"))
    assert sessions(alice)[0].removed == 15


def test_a_session_over_midnight_is_split_there(chapter, alice):
    started = start(chapter, alice, "2026-03-11 23:40")
    programs.finish(started, user=alice, words=25, at=at("2026-03-12 00:10"))
    first, second = sessions(alice)
    assert (str(first.day), first.typed, first.active_seconds) == ("2026-03-11", 0, 1199)
    assert (str(second.day), second.typed, second.active_seconds) == ("2026-03-12", 25, 600)
    assert first.last_change_at < second.started_at == at("2026-03-12 00:00")


def test_a_save_within_the_session_leaves_it_its_time_only(chapter, alice):
    started = start(chapter, alice, "2026-03-11 10:00")
    add_words(chapter, 7, "2026-03-11 10:10", typed=7)
    programs.finish(started, user=alice, words=7, at=at("2026-03-11 10:20"))
    assert sum(session.typed for session in sessions(alice)) == 7


def test_a_second_start_ends_the_first(chapter, alice):
    start(chapter, alice, "2026-03-11 10:00")
    start(chapter, alice, "2026-03-11 10:05")
    first, second = sessions(alice)
    assert first.ended_at and second.ended_at is None


def test_another_writers_chapter_does_not_exist(chapter, bob):
    with pytest.raises(NotFound):
        start(chapter, bob, "2026-03-11 10:00")
