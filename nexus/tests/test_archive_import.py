"""An archive brought back into an empty account: the same stories, days and numbers, or nothing."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
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
from nexus.account_data import everything
from nexus.account_data.sections import SECTIONS
from nexus.tests.account_cast import furnish
from stories.models import Story
from stories.tests.builders import send

pytestmark = pytest.mark.django_db
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
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
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def archive_of(owner):
    target = io.BytesIO()
    owner = User.objects.get(pk=owner.pk)
    everything.write_everything(target, owner, at=timezone.now(), progress=lambda *_: None)
    return target.getvalue()


def rows(raw, path):
    return json.loads(zipfile.ZipFile(io.BytesIO(raw)).read(path))


def upload(client, raw, name="archive.zip"):
    file = ContentFile(raw, name=name)
    answer = client.post("/api/v1/imports", {"file": file})
    assert answer.status_code == 202, answer.content
    run_job(answer.json()["id"])
    return Job.objects.get(pk=answer.json()["id"])


def bring(client, raw):
    reading = upload(client, raw)
    assert reading.status == "done", reading.error
    answer = send(client, "post", f"/imports/{reading.pk}/apply")
    assert answer.status_code == 202, answer.content
    run_job(answer.json()["id"])
    return Job.objects.get(pk=answer.json()["id"])


def without_ids(text):
    """Name ids by the order in which they come: equal answers then are equal byte for byte."""
    seen = {}
    return UUID.sub(lambda found: f"id-{seen.setdefault(found[0], len(seen))}", text)


@pytest.fixture
def wrote(alice):
    """Alice, with weeks of writing, and a row of everything an archive holds."""
    alice.time_zone, alice.day_end_hour = "Pacific/Auckland", 3
    alice.save()
    furnish(alice, "xylograph")
    # Made up, and no sum of any session.
    WritingDay.objects.all().delete()
    declare_rest(alice, from_date=date(2026, 3, 2), weekday=6, today=date(2026, 3, 1))
    write_demo(alice, [parse_work(WORK)], days=25, until=timezone.now())
    Preferences.objects.filter(user=alice).update(daily_minimum=20, theme="sepia")
    return sum_up(User.objects.get(pk=alice.pk))


def sum_up(user):
    """Do what the worker would have done by now."""
    days = WritingSession.objects.filter(user=user).values_list("day", flat=True)
    for day in sorted(set(days)):
        roll_up_day(user, day, at=timezone.now())
    return user


@pytest.fixture
def bobs(bob):
    """Bob as he is now."""
    return lambda: User.objects.get(pk=bob.pk)


def test_all_rows_come_back_as_they_were(wrote, as_bob, bobs):
    raw = archive_of(wrote)
    job = bring(as_bob, raw)
    assert job.status == "done", job.error
    open_from = bobs().day_of(timezone.now()) - timedelta(days=1)
    past = WritingDay.objects.filter(day__lt=open_from)
    assert past.filter(user=wrote).count() == past.filter(user=bobs()).count() > 10
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
    assert all(finding.wrong == 0 for finding in verify())
    # And all of it is hers, and not Alice's.
    assert not WritingSession.objects.filter(user=bobs(), chapter__story__owner=wrote).exists()
    assert Story.objects.filter(owner=wrote).count() == Story.objects.filter(owner=bobs()).count()


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
PAGES = ("/analytics/", "/stories/{story}/analytics/", "/stories/{story}/plan/", "/targets/")


def test_all_statistics_answer_byte_for_byte_the_same(wrote, as_alice, as_bob, bobs):
    raw = archive_of(wrote)
    assert bring(as_bob, raw).status == "done"
    told = [answers(client, user) for client, user in ((as_alice, wrote), (as_bob, bobs()))]
    for address in (*STATISTICS, *PAGES):
        assert told[0][address] == told[1][address], address
    assert '"current":' in told[0]["/streak"] and '"p50"' in told[0]["/stories/{story}/forecast"]


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
        # Keys of forms, and places in a list that are written as one long word.
        found[address] = re.sub(r"[\w=-]{50,}", "", without_ids(text))
        assert text and answer.status_code == 200
    return found
