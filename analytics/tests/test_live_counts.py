"""The numbers sent after a save are those a page would show."""

from datetime import date

import pytest

from analytics import live, reports
from analytics.tests.builders import add_words, at, make_chapter
from stories.models import Target

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 11)
NOW = at("2026-03-11 15:00")


def told(user, story):
    so_far, words = live.read_counts(user.pk, story.pk, TODAY)
    return live.day(so_far), words


@pytest.fixture
def chapter(alice):
    chapter = make_chapter(alice)
    add_words(chapter, 25, "2026-03-10 10:00", typed=25)
    add_words(chapter, 40, "2026-03-11 10:00", typed=40, active_ms=120_000)
    return chapter


def set_target(chapter, quota, *, last=TODAY, frequency="Daily"):
    Target.objects.create(
        story=chapter.story,
        quota=quota,
        frequency=frequency,
        from_date=date(2026, 3, 1),
        to_date=last,
        created_at=at("2026-03-01 10:00"),
    )


def test_they_agree_without_a_goal(alice, chapter):
    report = live.day(reports.today(alice, at=NOW))
    assert told(alice, chapter.story) == (report, live.story_words(chapter.story_id))
    assert (report["words"], report["minutes"], report["goal"]) == (40, 2, None)


def test_they_agree_on_the_goals_in_force(alice, chapter):
    set_target(chapter, 100)
    set_target(chapter, 700, frequency="Weekly")
    set_target(make_chapter(alice, title="Two"), 30, last=date(2026, 3, 10))
    trashed = make_chapter(alice, title="Three")
    set_target(trashed, 1000)
    trashed.story.trashed_at = NOW
    trashed.story.save()
    day, _words = told(alice, chapter.story)
    assert day == live.day(reports.today(alice, at=NOW))
    assert (day["goal"], day["percent"]) == (100, 40)


def test_a_chapter_in_the_trash_is_not_in_the_storys_words(alice, chapter):
    other = make_chapter(alice, story=chapter.story, title="Two", content="one two three")
    assert told(alice, chapter.story)[1] == 68
    other.trashed_at, other.position = NOW, None
    other.save()
    assert told(alice, chapter.story)[1] == 65 == live.story_words(chapter.story_id)


def test_nobody_elses_words_are_told(alice, bob, chapter):
    theirs = make_chapter(bob)
    add_words(theirs, 9, "2026-03-11 10:00", typed=9)
    assert told(alice, chapter.story)[0]["words"] == 40
    assert told(bob, theirs.story) == (live.day(reports.today(bob, at=NOW)), 9)
