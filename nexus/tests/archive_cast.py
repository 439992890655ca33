"""Archives for tests: made, changed by hand, brought into another account."""

import io
import json
import re
import zipfile
from datetime import date

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from analytics.models import WritingSession
from analytics.rollups import roll_up_day
from jobs.models import Job
from jobs.services import run_job
from nexus.account_data import everything
from nexus.account_data.archive import MANIFEST, Archive
from nexus.account_data.bringing import bring_back, looked_through
from stories.history import keep_conflict_copy
from stories.services.targets import create_target, set_plan
from stories.tests.builders import NOW, make_chapter, make_story, send

DAY = date(2026, 3, 11)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


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


def sum_up(user):
    """Do what the worker would have done by now."""
    days = WritingSession.objects.filter(user=user).values_list("day", flat=True)
    for day in sorted(set(days)):
        roll_up_day(user, day, at=timezone.now())
    return user


def forged(raw, edits, *, drop=(), add=(), about=None):
    """Return an archive with other rows, whose manifest says that all is as it was."""
    before = zipfile.ZipFile(io.BytesIO(raw))
    target = io.BytesIO()
    archive = Archive(target, at=timezone.now())
    for name in (*before.namelist(), *add):
        if name == MANIFEST or name in drop:
            continue
        with archive.entry(name) as entry:
            text = before.read(name).decode() if name in before.namelist() else ""
            edit = edits.get(name)
            entry.write(text if edit is None else edit(text))
    manifest = json.loads(before.read(MANIFEST))
    archive.close({"made_by": manifest["made_by"]} | (about or {}))
    return target.getvalue()


def changed(**values):
    """Change the first row of a list."""

    def edit(text):
        found = json.loads(text)
        found[0] |= values
        return "[\n" + ",\n".join(map(json.dumps, found)) + "\n]\n"

    return edit


def small_archive(owner):
    """Write a little of most things, and return it as an archive."""
    story = make_story(owner, "Emma")
    chapter = make_chapter(story, title="One", content="<p>one two three</p>")
    make_chapter(story, title="Two", content="<p>four</p>")
    keep_conflict_copy(chapter, content="<p>other</p>", by=owner, at=NOW)
    create_target(story, quota=7, frequency="Daily", from_date=DAY, to_date=DAY)
    set_plan(story, total_words=9, start_on=DAY, due_on=DAY)
    sum_up(owner)
    return archive_of(owner)


def brought(raw, owner):
    """Do what the two jobs do, without them."""
    file = io.BytesIO(raw)
    with (
        looked_through(file, owner, at=timezone.now(), progress=lambda *_: None) as (into, found),
        transaction.atomic(),
    ):
        bring_back(found, into, lambda: None)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
