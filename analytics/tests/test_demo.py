"""The demo's ledger adds up as any writer's does, and is never made in production."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from analytics import reports
from analytics.demo.diary import EMAIL, write_demo
from analytics.demo.margins import read_margins
from analytics.demo.rhythm import Rhythm
from analytics.demo.works import parse_work, read_works
from analytics.models import Forecast, RestDay, WritingDay, WritingSession
from analytics.tests.builders import at
from stories import covers
from stories.counting import count_words
from stories.models import Chapter, Plan, Story, Volume
from stories.services.comments import comments_on

NOW = at("2026-03-11 23:30")
WORK = """# A small book
> synopsis: Short.
> genre: Essays
> status: Complete

## The only part

### First

One *two* three.

> A quoted line

### Second

Four five six seven, eight.
"""


def test_a_work_is_read_with_its_parts_and_chapters():
    work = parse_work(WORK)
    assert (work.title, work.genre, work.status) == ("A small book", "Essays", "Complete")
    assert [(c.title, c.part_title, c.words) for c in work.chapters] == [
        ("First", "The only part", 6),
        ("Second", "", 5),
    ]


@pytest.mark.parametrize("words", range(7))
def test_a_chapter_half_written_counts_what_it_says(words):
    from stories.text import to_text

    content, count = parse_work(WORK).chapters[0].until(words)
    assert count_words(to_text(content)) == count <= words


def test_the_rhythm_is_always_the_same_and_ends_with_a_run():
    def sittings():
        return Rhythm().sittings(days=365, until=NOW, time_zone="Europe/London")

    found = sittings()
    assert found == sittings()
    assert sum(sitting.share for sitting in found) == pytest.approx(1)
    days = {sitting.began.astimezone(ZoneInfo("Europe/London")).date() for sitting in found}
    assert {NOW.date() - timedelta(days=back) for back in range(1, 12)} <= days
    assert 120 < len(days) < 330


def test_the_demo_has_enough_to_look_at():
    works = read_works()
    assert len(works) >= 3 and sum(len(work.chapters) for work in works) >= 12


@pytest.mark.django_db
def test_a_small_demo_adds_up():
    user = User.objects.create_user(EMAIL, time_zone="Europe/London")
    works = [parse_work(WORK), *read_works()[:1]]
    write_demo(user, works, days=20, until=NOW)
    for chapter in Chapter.objects.filter(story__owner=user):
        rows = WritingSession.objects.filter(chapter=chapter)
        assert sum(row.net for row in rows) == chapter.word_count
    for work in works:
        chapters = Chapter.objects.filter(story__title=work.title).in_order()
        assert [c.word_count for c in chapters] == [c.words for c in work.chapters]
        assert [c.title for c in chapters] == [c.title for c in work.chapters]
    assert "<em>two</em>" in Chapter.objects.get(title="First").content
    assert Story.objects.get(title="A small book").status == "Complete"


@pytest.mark.django_db
def test_the_demo_keeps_notes_and_comments_beside_its_chapters():
    user = User.objects.create_user(EMAIL, time_zone="Europe/London")
    works = read_works()
    write_demo(user, works, days=10, until=NOW)
    chapters = {one.title: one for one in Chapter.objects.filter(story__owner=user)}
    margins = read_margins()
    assert {margin.title for margin in margins} == set(chapters)
    assert all(chapter.synopsis for chapter in chapters.values())
    assert sum(bool(chapter.notes) for chapter in chapters.values()) >= 4
    wanted = {remark.text: remark.quote for one in margins for remark in one.remarks}
    found = [comment for one in chapters.values() for comment in comments_on(one)]
    assert {comment.text: comment.quote for comment in found} == wanted and len(wanted) >= 6
    assert all(comment.start is not None for comment in found)
    assert all(one.updated_at < NOW for one in Story.objects.filter(owner=user))


@pytest.mark.django_db
def test_the_demo_has_a_shelf_of_two_books_and_tags():
    user = User.objects.create_user(EMAIL, time_zone="Europe/London")
    works = [replace(work, chapters=work.chapters[:1]) for work in read_works()]
    write_demo(user, works, days=10, until=NOW)
    books = Volume.objects.filter(series__owner=user).order_by("position")
    assert [book.story.title for book in books] == ["Cold Frames", "Eleven Ounces"]
    assert all(story.story_tags.count() >= 2 for story in Story.objects.filter(owner=user))


@pytest.mark.django_db
def test_the_days_of_the_demo_are_its_sessions():
    user = User.objects.create_user(EMAIL, time_zone="Europe/London")
    write_demo(user, read_works()[:1], days=20, until=NOW)
    sessions = WritingSession.objects.filter(user=user)
    days = WritingDay.objects.filter(user=user, story=None)
    assert sum(row.words_written for row in days) == sum(row.words_written for row in sessions)
    assert all(row.last_change_at < NOW and row.ended_at for row in sessions)
    assert reports.streak(user, at=NOW).current >= 10
    assert days.latest("day").goal == 200


@pytest.mark.django_db
def test_the_demo_has_a_plan_that_its_writer_can_keep():
    user = User.objects.create_user(EMAIL, time_zone="Europe/London")
    write_demo(user, read_works()[-1:], days=80, until=NOW)
    plan = Plan.objects.get(story__owner=user)
    words = sum(Chapter.objects.filter(story=plan.story).values_list("word_count", flat=True))
    report = reports.plan_report(plan, word_count=words, user=user, at=NOW)
    assert plan.start_on < NOW.date() < plan.due_on
    assert 0 <= plan.start_words < words < plan.total_words and report.quota_today > 0
    assert reports.forecast_report(report).status == "ready"
    made = list(Forecast.objects.filter(story=plan.story).values_list("made_on", "words_left"))
    assert len(made) >= 2 and made == sorted(made) == sorted(made, key=lambda row: -row[1])


@pytest.mark.django_db
def test_the_demo_rests_without_losing_its_streak():
    user = User.objects.create_user(EMAIL, time_zone="Europe/London")
    write_demo(user, read_works()[-1:], days=80, until=NOW)
    rests = RestDay.objects.filter(user=user)
    assert {rest.kind for rest in rests} == {"life", "illness", "planned"}
    for past in rests.exclude(kind="planned"):
        span = (past.from_date, past.to_date)
        assert not WritingSession.objects.filter(user=user, day__range=span)
    assert reports.streak(user, at=NOW).current >= 10


def test_the_demo_is_never_made_in_production(settings):
    settings.PROFILE = "production"
    with pytest.raises(CommandError):
        call_command("demo")


@pytest.mark.django_db
def test_the_command_may_be_run_twice(capsys):
    call_command("demo", days=15)
    stories = Story.objects.count()
    call_command("demo", days=15)
    assert Story.objects.count() == stories
    # The novel has a picture, in the sizes of the library; nobody waits for a worker to make them.
    novel = Story.objects.get(title="Eleven Ounces")
    client = Client()
    client.force_login(novel.owner)
    for size in ("small", "large"):
        assert client.get(covers.shown(novel)[size])["Content-Type"] == "image/webp"
    said = capsys.readouterr().out
    assert "nothing was changed" in said
    password = said.split()[-1]
    assert Client().login(email=EMAIL, password=password)
