"""`manage.py verify` says whether everything adds up, and mends nothing but the sums of days."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from analytics import rollups, services
from analytics.models import WritingDay, WritingSession
from analytics.tests.builders import add_words, at, make_chapter, settle, words
from stories.models import Chapter, ChapterVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(alice):
    """Two days of writing with every kind of row, summed and settled."""
    chapter = make_chapter(alice, content=words(3))
    add_words(chapter, 10, "2026-03-11 10:00", typed=10, active_ms=1000)
    add_words(chapter, 20, "2026-03-11 12:00", source="import", cause="imported")
    add_words(chapter, 7, "2026-03-12 10:00", typed=7)
    other = make_chapter(alice, story=chapter.story, title="Two", content=words(5))
    for session in WritingSession.objects.all():
        rollups.roll_up_day(alice, session.day, at=at("2026-03-13 12:00"))
    services.close_idle_sessions(at=at("2026-03-13 12:00"))
    settle(alice)
    other.refresh_from_db()
    return Chapter.objects.get(pk=chapter.pk)


def run(**options):
    out = StringIO()
    call_command("verify", stdout=out, **options)
    return out.getvalue()


def refused(**options):
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("verify", stdout=out, **options)
    assert refusal.value.returncode == 1
    return out.getvalue()


def test_what_was_written_through_the_services_adds_up(chapter):
    told = run()
    assert "All of it adds up." in told
    assert "ledger: explains the words of each chapter" in told


@pytest.mark.parametrize(
    ("model", "values", "line"),
    [
        (Chapter, {"word_count": 999}, "chapters: words, text and hash"),
        (Chapter, {"text": "other"}, "chapters: words, text and hash"),
        (Chapter, {"content_hash": "0" * 64}, "chapters: words, text and hash"),
        (ChapterVersion, {"word_count": 999}, "versions: words, hash and revision"),
        (ChapterVersion, {"revision": 99}, "versions: words, hash and revision"),
        (WritingSession, {"active_seconds": 90_000}, "sessions: 0 ≤ at work"),
        (WritingSession, {"day": "2026-03-01"}, "sessions: 0 ≤ at work"),
        (WritingSession, {"pasted": 4}, "ledger: explains"),
        (WritingDay, {"typed": 4}, "days: the sums"),
        (WritingDay, {"first_change_at": "2026-03-01T00:00Z"}, "days: the sums"),
    ],
)
def test_whatever_is_wrong_is_named(chapter, model, values, line):
    row = model.objects.order_by("pk").last()
    model.objects.filter(pk=row.pk).update(**values)
    [found] = [said for said in refused().splitlines() if said.startswith(line)]
    assert found.endswith(" 1")


def test_a_gap_between_chapters_is_named(chapter):
    Chapter.objects.filter(position=1).update(position=5)
    assert "chapters: places without gaps" in refused()


def test_sums_alone_are_mended_when_asked(chapter):
    right = list(WritingDay.objects.order_by("pk").values("day", "story", "typed"))
    WritingDay.objects.update(typed=999)
    refused()
    assert "All of it adds up." in run(repair=True)
    found = WritingDay.objects.order_by("pk").values("day", "story", "typed")
    assert list(found) == right
    WritingSession.objects.filter(day="2026-03-12").update(pasted=4)
    refused(repair=True)


def test_a_day_without_sessions_is_drift(alice, chapter):
    WritingDay.objects.create(user=alice, day="2026-01-01", typed=4, hours=[4] + [0] * 23)
    refused()
    run(repair=True)
    assert not WritingDay.objects.filter(day="2026-01-01").exists()


def test_a_day_that_waits_for_its_sum_is_no_fault(alice, chapter):
    add_words(chapter, 7, "2026-03-12 11:00", typed=7)
    told = run()
    [line] = [said for said in told.splitlines() if "waiting to be summed" in said]
    assert line.split()[-2:] == ["1", "0"]


def test_a_constraint_that_was_never_checked_is_named(chapter):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE odd (n int)")
        cursor.execute("ALTER TABLE odd ADD CONSTRAINT never_checked CHECK (n < 1) NOT VALID")
    assert "never_checked" in refused()
