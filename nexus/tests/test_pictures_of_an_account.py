"""Covers and the portrait come along with their writer, and go with her."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import User
from accounts.portraits import put_portrait
from jobs.models import Job
from jobs.services import run_job
from nexus.account_data import deletion, everything
from nexus.tests.pictures_cast import opened, picture
from stories.covers import make_sizes, put_cover
from stories.models import Story
from stories.services.stories import trash_story
from stories.tests.builders import make_story, send

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def furnished(alice):
    """A writer with a portrait, a cover and a cover in the trash."""
    put_portrait(alice, picture((256, 256), colour="red"))
    for title in ("The Salt Road", "Thrown away"):
        story = make_story(alice, title)
        put_cover(story, picture(), at=NOW)
        make_sizes(story.pk)
    trash_story(story, at=NOW)
    return alice


def archive_of(owner):
    target = io.BytesIO()
    everything.write_everything(target, owner, at=NOW, progress=lambda *_: None)
    return target.getvalue()


def files_kept():
    there = [one for one in ("covers", "portraits") if default_storage.exists(one)]
    return [f"{one}/{name}" for one in there for name in default_storage.listdir(one)[1]]


def test_the_archive_holds_them_and_brings_them_back(furnished, bob, as_bob):
    raw = archive_of(furnished)
    names = [name for name in zipfile.ZipFile(io.BytesIO(raw)).namelist() if "pictures/" in name]
    assert len(names) == 3 and "pictures/portrait.jpg" in names
    bringing(as_bob, raw)
    back = User.objects.get(pk=bob.pk)
    covers = [story.cover.name for story in Story.objects.filter(owner=bob)]
    assert len(covers) == 2 and all(covers)
    for name, size in ((back.portrait.name, (256, 256)), (covers[0], (300, 450))):
        assert opened(default_storage.open(name).read()).size == size
    theirs = {furnished.portrait.name, *Story.objects.filter(owner=furnished).values_list("cover")}
    assert not theirs & {back.portrait.name, *covers}


def bringing(client, raw):
    file = ContentFile(raw, name="archive.zip")
    job_id = client.post("/api/v1/imports", {"file": file}).json()["id"]
    run_job(job_id)
    applied = send(client, "post", f"/imports/{job_id}/apply", {}).json()
    run_job(applied["id"])
    job = Job.objects.get(pk=applied["id"])
    assert job.status == "done", job.error


def test_the_end_of_an_account_is_the_end_of_its_pictures(furnished):
    assert len(files_kept()) == 7
    furnished.deleted_at = timezone.now() - timedelta(days=31)
    furnished.save()
    assert deletion.purge_accounts(at=timezone.now()) == {"purged": 1, "failed": 0}
    assert files_kept() == []
