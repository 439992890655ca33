"""What a writer chooses acts at once: on her desk, on her story, in the API and in her letters."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.staticfiles import finders
from django.core import mail
from django.utils import timezone

from accounts import preferences
from accounts.models import Preferences, User
from analytics.models import WritingDay, WritingSession
from jobs import services as job_services
from jobs.models import Job
from jobs.work import JobRefused, register_work
from nexus.lib import effects
from stories.tests.builders import make_chapter, make_story, save, words

pytestmark = pytest.mark.django_db
DAY = {
    "week_start": "1",
    "idle_minutes": "5",
    "counting_rule": "nexus-1",
    "daily_minimum": "1",
    "minimum_unit": "words",
}


@pytest.fixture
def chapter(alice):
    story = make_story(alice, at=timezone.now())
    return make_chapter(story, content="", source="form", at=timezone.now())


def zone_where_it_is(hour, ahead=0):
    """Return a zone without summer time whose clocks show this hour now, or some hours more.

    Clocks stand up to 12 hours behind and 14 ahead of UTC, so three hours more always exist. A test
    may begin in this hour and end in the next: no day may begin in between.
    """
    offset = (hour - datetime.now(UTC).hour + 12) % 24 - 12 + ahead
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


def choose(client, zone, day_end=0, **more):
    form = DAY | {"time_zone": zone, "day_end_hour": str(day_end)} | more
    assert client.post("/settings/day/", form).status_code == 302


def write(client, chapter, count):
    chapter.refresh_from_db()
    activity = {"typed": count - chapter.word_count}
    assert save(client, chapter, words(count), activity=activity).status_code == 200


def todays(client, chapter):
    """Return (day, words) as the API, the desk, the story's page and the day's page tell it."""
    told = client.get("/api/v1/me/dashboard").json()["today"]
    desk = client.get("/")
    activity = client.get(f"/stories/{chapter.story_id}/").context["activity"]["rows"][-1]
    editor = client.get(f"/chapters/{chapter.pk}/").context["today"]
    day = client.get(f"/api/v1/days/{told['date']}").json()["words"]
    bars = [bar for bar in desk.context["week"]["days"] if bar["is_today"]]
    whole = int(re.sub(r"\D", "", str(activity[1])) or 0)
    counts = {told["words"], desk.context["today"]["words"], editor["words"], day, whole}
    assert counts == {told["words"]} == {bars[0]["words"]}
    assert editor["day"] == told["date"]
    return told["date"], told["words"]


def local_date(zone, days=0):
    return (timezone.localtime(timezone=ZoneInfo(zone)).date()) + timedelta(days)


def test_half_past_one_is_yesterday_where_the_day_ends_at_four(as_alice, chapter):
    zone = zone_where_it_is(1)
    choose(as_alice, zone, day_end=4)
    write(as_alice, chapter, 40)
    assert todays(as_alice, chapter) == (local_date(zone, -1).isoformat(), 40)


def test_a_later_day_end_makes_today_yesterday_at_once(as_alice, chapter):
    zone = zone_where_it_is(1)
    choose(as_alice, zone)
    write(as_alice, chapter, 40)
    assert todays(as_alice, chapter) == (local_date(zone).isoformat(), 40)
    choose(as_alice, zone, day_end=4)
    assert todays(as_alice, chapter) == (local_date(zone, -1).isoformat(), 40)
    write(as_alice, chapter, 50)
    assert todays(as_alice, chapter) == (local_date(zone, -1).isoformat(), 50)
    choose(as_alice, zone)
    assert todays(as_alice, chapter) == (local_date(zone).isoformat(), 50)
    assert WritingSession.objects.count() == 1


def test_another_zone_moves_today_at_once_and_takes_the_words_along(as_alice, chapter):
    late, early = zone_where_it_is(22), zone_where_it_is(22, ahead=3)
    choose(as_alice, late)
    write(as_alice, chapter, 40)
    before = todays(as_alice, chapter)
    choose(as_alice, early)
    assert todays(as_alice, chapter) == (local_date(early).isoformat(), 40) != before


def test_what_lies_before_the_new_today_is_yesterdays(as_alice, alice, chapter):
    late, early = zone_where_it_is(20), zone_where_it_is(2)
    choose(as_alice, late)
    write(as_alice, chapter, 40)
    hours_ago = timezone.now() - timedelta(hours=9)
    WritingSession.objects.update(
        started_at=hours_ago, last_change_at=hours_ago, ended_at=hours_ago
    )
    choose(as_alice, early)
    day, count = todays(as_alice, chapter)
    assert (day, count) == (local_date(early).isoformat(), 0)
    yesterday = local_date(early, -1)
    assert as_alice.get(f"/api/v1/days/{yesterday}").json()["words"] == 40


def test_no_day_shows_moved_words_twice_with_the_worker_down(as_alice, alice, chapter):
    from analytics.rollups import roll_up_day

    zone = zone_where_it_is(1)
    choose(as_alice, zone)
    write(as_alice, chapter, 40)
    alice.refresh_from_db()
    now = timezone.now()
    roll_up_day(alice, alice.day_of(now), at=now)
    choose(as_alice, zone, day_end=4)
    assert [row.day for row in WritingDay.objects.filter(story=None)] == [local_date(zone, -1)]
    shown = as_alice.get("/api/v1/me/dashboard").json()["week"]
    assert sum(day["words"] for day in shown) in {0, 40}


def test_the_past_keeps_the_days_it_was_written_on(as_alice, alice, chapter):
    write(as_alice, chapter, 40)
    long_ago = timezone.now() - timedelta(days=9)
    day = long_ago.date() - timedelta(days=1)
    WritingSession.objects.update(
        started_at=long_ago, last_change_at=long_ago, ended_at=long_ago, day=day
    )
    choose(as_alice, "Pacific/Kiritimati", day_end=6)
    assert WritingSession.objects.get().day == day


def test_another_writers_days_stay_as_they_are(as_bob, as_alice, alice, chapter):
    write(as_alice, chapter, 40)
    before = WritingSession.objects.get().day
    choose(as_bob, zone_where_it_is(1), day_end=4)
    assert WritingSession.objects.get().day == before


@pytest.mark.parametrize(("start", "first"), [("1", "Mon"), ("6", "Sat"), ("7", "Sun")])
def test_the_week_begins_where_it_was_chosen(as_alice, start, first):
    choose(as_alice, "UTC", week_start=start)
    assert as_alice.get("/").context["week"]["days"][0]["label"] == first


def test_the_browsers_zone_moves_today_too(as_alice, alice, chapter):
    write(as_alice, chapter, 40)
    User.objects.update(has_chosen_time_zone=False)
    zone = zone_where_it_is(1)
    as_alice.post("/settings/time-zone/", {"time_zone": zone})
    assert todays(as_alice, chapter) == (local_date(zone).isoformat(), 40)


# --- The editor's page ------------------------------------------------------------


def page_of(client, chapter):
    return client.get(f"/chapters/{chapter.pk}/").content.decode()


def test_spelling_is_checked_only_where_it_is_wanted(as_alice, alice, chapter):
    assert page_of(as_alice, chapter).count('spellcheck="true"') == 3
    preferences.change_section(alice, "editor", spell_check=False)
    assert 'spellcheck="true"' not in page_of(as_alice, chapter)


@pytest.mark.parametrize("font", Preferences.EditorFont)
def test_the_chosen_face_is_fetched_ahead_and_is_there(as_alice, alice, chapter, font):
    preferences.change_section(alice, "editor", font=font)
    faces = re.findall(r'rel="preload" href="/static/(fonts/[^"]+)"', page_of(as_alice, chapter))
    assert len(faces) == (2 if font in {"literata", "inter"} else 3)
    assert all(finders.find(face) for face in faces)


@pytest.mark.parametrize("name", ["focus_mode", "typewriter"])
def test_the_editor_begins_as_it_was_chosen(as_alice, alice, chapter, name):
    box = re.compile(rf'data-choice="{name.removesuffix("_mode")}"[^>]* checked')
    assert not box.search(page_of(as_alice, chapter))
    preferences.change_section(alice, "editor", **{name: True})
    assert box.search(page_of(as_alice, chapter))


def test_another_programs_count_stands_beside_ours(as_alice, alice, chapter):
    save(as_alice, chapter, "<p>well-being * yes</p>")
    assert "as LibreOffice counts" not in page_of(as_alice, chapter)
    for rule, sentence in (
        ("libreoffice", "3 words as LibreOffice counts"),
        ("unicode", "3 words by Unicode’s rule"),
    ):
        preferences.change_section(alice, "writing_day", counting_rule=rule)
        html = page_of(as_alice, chapter)
        assert sentence in html and 'data-words="2"' in html


# --- Letters ----------------------------------------------------------------------


@register_work("test.letter", label="Letter")
def succeed(run):
    return {}


@register_work("test.no-letter", label="No letter")
def fail(run):
    raise JobRefused("No.")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "is_wanted", "subjects"),
    [
        ("test.letter", True, ["Done: emma .epub"]),
        ("test.no-letter", True, ["This did not work: emma .epub"]),
        ("test.letter", False, []),
    ],
)
def test_a_letter_says_that_a_job_has_ended(alice, kind, is_wanted, subjects):
    preferences.change_section(alice, "notifications", mail_finished_jobs=is_wanted)
    job = Job.objects.create(owner=alice, kind=kind, title="emma\n.epub")
    job_services.run_job(str(job.pk))
    assert effects.drain(20)
    assert [letter.subject for letter in mail.outbox] == subjects
    for letter in mail.outbox:
        assert letter.to == ["alice@example.com"] and f"/jobs/{job.pk}/" in letter.body
