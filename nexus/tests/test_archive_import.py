"""An archive brought back into an empty account: the same stories, days and numbers, or nothing."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Preferences, User
from analytics.demo.diary import write_demo
from analytics.demo.works import parse_work
from analytics.models import WritingDay, WritingSession
from analytics.resting import declare_rest
from analytics.rollups import roll_up_day
from analytics.verify import verify
from jobs.models import Job
from jobs.services import run_job
from jobs.work import JobCancelled
from nexus.account_data.bringing import is_empty
from nexus.account_data.sections import LEFT_OUT, SECTIONS
from nexus.tests.account_cast import furnish
from nexus.tests.archive_cast import (
    archive_of,
    bring,
    changed,
    forged,
    rows,
    small_archive,
    sum_up,
    upload,
    without_ids,
)
from stories.models import Story
from stories.tests.builders import make_story, send

pytestmark = pytest.mark.django_db
WORK = """# A small book
> synopsis: Short.
> genre: Essays
> status: Ongoing

## The only part

### First

One *two* three. A longer sentence stands here, so that there is something to revise.

> A quoted line

### Second

Four five six seven, eight.
"""


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    # The watch beside a job looks from outside, where a test's rows are not to be seen.
    monkeypatch.setattr("jobs.watch.LOOK_SECONDS", 3600)


@pytest.fixture
def wrote(alice):
    """Alice, with weeks of writing, and a row of everything an archive holds."""
    alice.time_zone, alice.day_end_hour = "Pacific/Auckland", 3
    alice.save()
    furnish(alice, "xylograph")
    # Made up, and no sum of any session.
    WritingDay.objects.all().delete()
    declare_rest(alice, from_date=date(2026, 3, 2), weekday=6, today=date(2026, 3, 1))
    write_demo(alice, [parse_work(WORK)], days=12, until=timezone.now())
    Preferences.objects.filter(user=alice).update(daily_minimum=20, theme="sepia")
    return sum_up(User.objects.get(pk=alice.pk))


@pytest.fixture
def bobs(bob):
    """Bob as he is now."""
    return lambda: User.objects.get(pk=bob.pk)


def test_everything_comes_back_and_every_number_is_the_same(wrote, as_alice, as_bob, bobs):
    raw = archive_of(wrote)
    job = bring(as_bob, raw)
    assert job.status == "done", job.error
    told = [answers(client, user) for client, user in ((as_alice, wrote), (as_bob, bobs()))]
    for address in (*STATISTICS, *PAGES):
        assert told[0][address] == told[1][address], address
    assert '"current":' in told[0]["/streak"] and '"p50"' in told[0]["/stories/{story}/forecast"]
    _are_rows_the_same(raw, wrote, bobs)
    assert all(finding.wrong == 0 for finding in verify())
    # And all of it is hers, and not Alice's.
    assert not WritingSession.objects.filter(user=bobs(), chapter__story__owner=wrote).exists()
    assert Story.objects.filter(owner=wrote).count() == Story.objects.filter(owner=bobs()).count()


def _are_rows_the_same(raw, wrote, bobs):
    open_from = bobs().day_of(timezone.now()) - timedelta(days=1)
    past = WritingDay.objects.filter(day__lt=open_from)
    assert past.filter(user=wrote).count() == past.filter(user=bobs()).count() > 5
    for day in (open_from, open_from + timedelta(days=1)):
        roll_up_day(bobs(), day, at=timezone.now())
    again = archive_of(bobs())
    for section in SECTIONS:
        before, after = (without_ids(json.dumps(rows(one, section.path))) for one in (raw, again))
        assert len(rows(raw, section.path)) and after == before, section.path
    for path in ("ledger/sessions.csv", "ledger/days.csv"):
        before, after = (zipfile.ZipFile(io.BytesIO(one)).read(path) for one in (raw, again))
        assert without_ids(after.decode()) == without_ids(before.decode())
    assert rows(again, "preferences.json") == rows(raw, "preferences.json")


STATISTICS = (
    "/me/dashboard",
    "/analytics/overview",
    "/analytics/overview?measure=net",
    "/analytics/series?bucket=day",
    "/analytics/series?bucket=month&measure=minutes",
    "/analytics/heatmap?year={year}",
    "/analytics/clock",
    "/streak",
    "/sessions",
    "/rest-days",
    "/stories/targets",
    "/days/{day}",
    "/stories",
    "/trash",
    "/stories/{story}",
    "/stories/{story}/analytics?frequency=Monthly",
    "/stories/{story}/targets",
    "/stories/{story}/plan",
    "/stories/{story}/plan/days",
    "/stories/{story}/forecast",
    "/chapters/{chapter}/versions",
)
PAGES = (
    "/analytics/",
    "/analytics/lifetime/",
    "/stories/{story}/analytics/",
    "/stories/{story}/plan/",
    "/targets/",
)


def answers(client, user):
    story = Story.objects.get(owner=user, title="A small book")
    chapter = story.chapters.get(title="Second")
    now = user.day_of(timezone.now())
    values = {"story": story.pk, "chapter": chapter.pk, "day": now - timedelta(days=2)}
    values["year"] = now.year
    found = {}
    for address in STATISTICS:
        answer = client.get("/api/v1" + address.format(**values))
        assert answer.status_code == 200, (address, answer.content)
        found[address] = without_ids(answer.content.decode())
    for address in PAGES:
        answer = client.get(address.format(**values))
        text = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        # Keys of forms, places in a list that are written as one long word, the time of looking.
        found[address] = re.sub(r"[\w=-]{50,}|As of [^.]+", "", without_ids(text))
        assert text and answer.status_code == 200
    return found


@pytest.fixture
def small(alice):
    return small_archive(alice)


# --- Two steps, and all or nothing ----------------------------------------------------


def test_the_preview_says_what_is_in_it_and_nothing_is_written(small, as_bob, bob):
    job = upload(as_bob, small)
    assert is_empty(bob)
    page = as_bob.get(f"/jobs/{job.pk}/").content.decode()
    assert "This is a Nexus archive: 1 story, 4 words, 1 writing day, 1 version." in page
    assert "Bring everything back" in page and "Emma" in page
    answer = as_bob.post(f"/import/{job.pk}/apply/")
    writing = Job.objects.get(kind="account.import")
    assert answer.url == f"/jobs/{writing.pk}/"
    run_job(str(writing.pk))
    assert "Everything is here again: 1 story" in as_bob.get(answer.url).content.decode()
    assert "Bring everything back" not in as_bob.get(f"/jobs/{job.pk}/").content.decode()


def test_an_account_with_writing_in_it_is_not_written_over(small, as_bob, bob):
    job = upload(as_bob, small)
    make_story(bob, "Persuasion")
    page = as_bob.get(f"/jobs/{job.pk}/").content.decode()
    assert "There is writing in this account already" in page
    assert "Bring everything back" not in page
    answer = send(as_bob, "post", f"/imports/{job.pk}/apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_empty")
    assert list(Story.objects.filter(owner=bob).values_list("title", flat=True)) == ["Persuasion"]


def applied(client, raw):
    """Have an archive read and asked for; its writing waits."""
    reading = upload(client, raw)
    answer = send(client, "post", f"/imports/{reading.pk}/apply")
    return Job.objects.get(pk=answer.json()["id"])


def test_a_story_begun_between_the_two_steps_stops_the_second(small, as_bob, bob):
    job = applied(as_bob, small)
    make_story(bob, "Persuasion")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == "failed" and "There is writing" in job.error
    assert Story.objects.filter(owner=bob).count() == 1


def test_an_archive_that_contradicts_itself_leaves_nothing(small, as_bob, bob):
    job = applied(as_bob, forged(small, {"data/chapters.json": changed(title="Two")}))
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == "failed" and "contradicts itself" in job.error
    assert is_empty(bob)


def test_a_second_delivery_brings_nothing_twice(small, as_bob, bob):
    job = applied(as_bob, small)
    run_job(str(job.pk))
    Job.objects.filter(pk=job.pk).update(status="queued")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == "done" and Story.objects.filter(owner=bob).count() == 1


@pytest.mark.parametrize("stop_at", ["archive-half-stored", "archive-stored"])
def test_one_that_breaks_or_is_stopped_half_way_leaves_nothing(
    small, as_bob, bob, monkeypatch, stop_at
):
    job = applied(as_bob, small)

    def stop(name):
        if name == stop_at:
            raise JobCancelled

    monkeypatch.setattr("nexus.account_data.bringing.hit", stop)
    monkeypatch.setattr("nexus.account_data.imports.hit", stop)
    run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.result) == ("cancelled", None)
    bob.refresh_from_db()
    assert is_empty(bob) and not WritingDay.objects.filter(user=bob).exists()


# --- Nothing is forgotten -------------------------------------------------------------


def test_every_model_of_a_person_is_in_the_archive_or_left_out_on_purpose():
    told = {section.model._meta.label for section in SECTIONS}
    of_a_person = {model._meta.label for model in apps.get_models() if leads_to_a_person(model)}
    assert not told & set(LEFT_OUT)
    assert of_a_person == told | set(LEFT_OUT)


def leads_to_a_person(model, seen=frozenset()):
    """Say whether rows of a model are somebody's, over however many other rows."""
    if model is User:
        return True
    parents = {column.related_model for column in model._meta.concrete_fields} - seen - {None}
    return any(leads_to_a_person(parent, seen | {model}) for parent in parents)


# --- By the host, for an archive of whatever size ---------------------------------------


def test_a_host_brings_back_what_no_upload_could(small, bob, tmp_path):
    path = tmp_path / "archive.zip"
    path.write_bytes(small)
    out = io.StringIO()
    call_command("bring_back", path, to="BOB@example.com", stdout=out)
    assert "Stories: 1, writing days: 1." in out.getvalue() and not is_empty(bob)
    with pytest.raises(CommandError, match="There is writing in this account already"):
        call_command("bring_back", path, to=bob.email)
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("bring_back", path, to="nobody@example.com")
