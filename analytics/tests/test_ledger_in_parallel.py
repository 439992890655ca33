"""Windows that save at the same time: nobody waits for ever, and every word is counted once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from analytics import rollups
from analytics.models import WritingDay, WritingSession
from analytics.moves import mark_of
from analytics.tests.builders import add_words, make_chapter, write
from stories.models import Chapter

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


@pytest.fixture
def chapters():
    alice = User.objects.create_user("alice@example.com", username="Alice")
    first = make_chapter(alice)
    return [first, *(make_chapter(alice, story=first.story, title=t) for t in ("Two", "Three"))]


def in_threads(work, jobs):
    def run(job):
        try:
            return work(job)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        return list(pool.map(run, jobs))


def test_saves_of_several_chapters_at_once_count_every_word(chapters):
    def save(number):
        add_words(chapters[number % 3], 5, NOW + timedelta(seconds=number), typed=5)

    in_threads(save, range(30))
    for chapter in Chapter.objects.all():
        rows = WritingSession.objects.filter(chapter=chapter)
        assert sum(row.net for row in rows) == chapter.word_count
        assert rows.filter(ended_at__isnull=True).count() <= 1


def test_rollups_among_saves_end_with_the_sessions_numbers(chapters):
    alice = chapters[0].story.owner

    def act(number):
        add_words(chapters[number % 3], 5, NOW, typed=5)
        rollups.roll_up_day(alice, alice.day_of(NOW), at=NOW)

    in_threads(act, range(18))
    day = WritingDay.objects.get(user=alice, story=None)
    assert day.net == sum(row.net for row in WritingSession.objects.all())
    assert day.saves == 18


def test_two_workers_on_the_same_days_leave_the_rows_of_one(chapters):
    alice = chapters[0].story.owner
    days = [NOW - timedelta(days=number) for number in range(3)]
    for number, chapter in enumerate(chapters):
        for when in days:
            add_words(chapter, 5 + number, when, typed=5 + number)

    def roll(number):
        when = days[number % 3]
        rollups.roll_up_day(alice, alice.day_of(when), at=NOW)

    in_threads(roll, range(24))
    whole = WritingDay.objects.filter(user=alice, story=None)
    assert sorted(whole.values_list("typed", "sessions")) == [(18, 3)] * 3
    assert WritingDay.objects.filter(story__isnull=False).count() == 3


def test_a_passage_pasted_in_two_windows_at_once_is_moved_once(chapters):
    passage = "a long passage that two windows want at the same time"
    mark = mark_of(passage)
    source, *windows = chapters
    write(source, passage, NOW - timedelta(minutes=9), typed=11)
    cut = {"cause": "cut", "words": 11, "mark": mark}
    write(source, "", NOW - timedelta(minutes=8), cut=11, moves=[cut])
    paste = {"cause": "pasted", "words": 11, "mark": mark}
    in_threads(lambda window: write(window, passage, NOW, pasted=11, moves=[paste]), windows)
    rows = WritingSession.objects.values_list("cut", "moved_out", "moved_in", "pasted")
    assert [sum(column) for column in zip(*rows, strict=True)] == [0, 11, 11, 11]
