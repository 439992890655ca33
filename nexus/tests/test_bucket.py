"""Files in a bucket, on a server that speaks S3: what comes back, what goes, what fails kindly."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from jobs.models import Job
from jobs.services import MAX_ATTEMPTS, discard_old_uploads, retry_job, run_job
from nexus import health
from nexus.account_data import deletion, exports
from nexus.backups import restoring
from nexus.backups.making import make_backup
from nexus.backups.manifest import BackupError
from nexus.lib import effects
from nexus.lib.storage import StorageFault, check_storage
from nexus.lib.storage_address import WrongAddress, options_of
from nexus.tests.backup_cast import write_something
from nexus.tests.bucket_server import BucketServer
from nexus.tests.pictures_cast import opened, picture
from stories import covers
from stories.services.stories import trash_story
from stories.services.trash import purge_trash
from stories.tests.builders import make_chapter, make_story, save, send

FULL = ("507 Insufficient Storage", "XMinioStorageFull")
QUOTA = ("403 Forbidden", "QuotaExceeded")
ODD = ("418 Teapot", "IAmATeapot")
Status = Job.Status
NOW = timezone.now()


@pytest.fixture(scope="module")
def server():
    made = BucketServer()
    yield made
    made.stop()


@pytest.fixture
def bucket(server, settings):
    server.begin()
    keep_at(settings, server.url())
    return server


def keep_at(settings, url):
    """Point the studio at a bucket, as the settings would."""
    settings.STORAGE_URL = url
    options = options_of(url, {})
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "nexus.lib.bucket.BucketStorage", "OPTIONS": options}
    }


def upload(client, text=b"# One\n\nThe first words."):
    file = ContentFile(text, name="book.md")
    return client.post("/api/v1/imports", {"file": file})


def finished(job_id):
    run_job(str(job_id))
    return Job.objects.get(pk=job_id)


def worked(job_id):
    """Run a job as often as the worker would, without its pauses."""
    for _attempt in range(MAX_ATTEMPTS):
        Job.objects.filter(pk=job_id).update(retry_at=None)
        with suppress(StorageFault):
            run_job(str(job_id))
    return Job.objects.get(pk=job_id)


# --- The address ------------------------------------------------------------------


def test_a_server_of_ones_own_is_named_with_its_key():
    found = options_of("s3://me:s%2Fcret@minio:9000/books/studio?tls=off&region=eu-1", {})
    assert found == {
        "bucket_name": "books",
        "location": "studio",
        "access_key": "me",
        "secret_key": "s/cret",
        "endpoint_url": "http://minio:9000",
        "region_name": "eu-1",
    }
    assert options_of("s3://k:s@files.example/books", {})["endpoint_url"] == "https://files.example"


def test_a_bucket_at_amazon_takes_its_keys_from_the_environment():
    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1"}
    found = options_of("s3://books/deep/er", keys)
    assert (found["bucket_name"], found["location"]) == ("books", "deep/er")
    assert (found["access_key"], found["region_name"]) == ("k", "eu-west-1")
    assert found["endpoint_url"] is None


@pytest.mark.parametrize(
    "url",
    [
        "https://k:s@host/bucket",
        "s3://k:s@host",
        "s3://k@host/bucket",
        "s3://bucket",
        "s3://k:s@host:port/bucket",
        "s3://k:s@host/Bucket_Of_Mine",
        "s3://k:s@host/bucket/../other",
        "s3://k:s@host/bucket?tls=maybe",
        "s3://k:s@host/bucket?acl=public-read",
        "s3://[k:s@host/bucket",
    ],
)
def test_an_address_that_is_none_is_refused_without_its_secret(url):
    with pytest.raises(WrongAddress) as refused:
        options_of(url.replace("k:s", "k:hush-hush"), {})
    assert "STORAGE_URL" in str(refused.value) and "hush-hush" not in str(refused.value)


# --- What comes back, and what goes -----------------------------------------------


@pytest.mark.django_db
def test_a_file_comes_back_whole_and_has_no_address(bucket):
    name = default_storage.save("exports/a book.zip", ContentFile(b"\0words" * 500_000))
    assert name == "exports/a book.zip" and bucket.names() == ["studio/exports/a book.zip"]
    assert default_storage.open(name).read() == b"\0words" * 500_000
    assert default_storage.size(name) == 3_000_000
    assert default_storage.listdir("exports") == ([], ["a book.zip"])
    with pytest.raises(ValueError, match="no address"):
        default_storage.url(name)
    default_storage.delete(name)
    default_storage.delete(name)
    assert bucket.names() == [] and not default_storage.exists(name)
    with pytest.raises(FileNotFoundError):
        default_storage.open(name)


@pytest.mark.django_db
def test_a_book_goes_in_by_the_bucket_and_comes_out_by_it(bucket, alice, as_alice, as_bob):
    reading = finished(upload(as_alice).json()["id"])
    assert reading.status == Status.DONE and len(bucket.names()) == 1
    writing = send(as_alice, "post", f"/imports/{reading.pk}/apply", {}).json()
    done = finished(writing["id"])
    assert done.status == Status.DONE and bucket.names() == []
    asked = send(as_alice, "post", f"/stories/{done.result['story']}/exports", {"format": "text"})
    job = finished(asked.json()["id"])
    address = f"/api/v1/exports/{job.pk}/download"
    answer = as_alice.get(address)
    assert b"The first words." in answer.getvalue()
    assert answer["Content-Disposition"].startswith("attachment")
    assert as_bob.get(address).status_code == 403
    later = timezone.now() + timedelta(days=8)
    assert discard_old_uploads(at=later) == 1 and bucket.names() == []


@pytest.mark.django_db
def test_an_account_takes_its_files_along_and_leaves_none(bucket, alice):
    make_chapter(make_story(alice, "The Salt Road"), title="One")
    job = finished(exports.start_export(alice).pk)
    assert job.status == Status.DONE and bucket.names() == [f"studio/{job.upload.name}"]
    alice.deleted_at = timezone.now() - timedelta(days=31)
    alice.save()
    assert deletion.purge_accounts(at=timezone.now()) == {"purged": 1, "failed": 0}
    assert bucket.names() == []


@pytest.mark.django_db
def test_a_cover_is_kept_there_and_goes_with_its_story(
    bucket, alice, as_alice, django_capture_on_commit_callbacks
):
    story = make_story(alice)
    covers.set_cover(story, file=ContentFile(picture()), at=NOW)
    covers.make_sizes(story.pk)
    assert len(bucket.names()) == 3
    shown = as_alice.get(covers.shown(story)["small"])
    assert shown["Content-Type"] == "image/webp" and opened(shown.getvalue()).size == (240, 360)
    with bucket.failing(FULL):
        refused = as_alice.post(f"/stories/{story.pk}/cover/", {"file": cover_file()})
        assert refused.status_code == 422 and b"no room for files" in refused.content
    assert len(bucket.names()) == 3
    trash_story(story, at=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        purge_trash(at=NOW + timedelta(days=31))
    assert effects.drain(20) and bucket.names() == []


def cover_file():
    return ContentFile(picture(), name="cover.jpg")


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_the_files_of_the_bucket_and_brings_them_back(bucket, alice, tmp_path):
    job = write_something(alice)
    backup = make_backup(tmp_path / "backups")
    assert backup.manifest.files == [job.upload.name] and backup.manifest.missing == ()
    bucket.begin()
    restoring._bring_files(backup.path, backup.manifest)
    assert default_storage.open(job.upload.name).read() == b"\0a book" * 1000


# --- What fails -------------------------------------------------------------------


def test_a_bucket_that_works_has_nothing_to_say(bucket):
    assert check_storage() == ""
    assert health.probe_storage().is_ok
    call_command("check", deploy=True, tags=["files"], fail_level="ERROR")


@pytest.mark.parametrize(
    ("fault", "words"), [(FULL, "is full"), (QUOTA, "is full"), (ODD, "failed: IAmATeapot")]
)
def test_a_bucket_that_takes_nothing_says_why(bucket, fault, words):
    with bucket.failing(fault):
        found = health.probe_storage()
        assert not found.is_ok and words in found.detail and "nexus-files" in found.detail


@pytest.mark.parametrize(
    ("change", "words"),
    [({"key": "wrong"}, "refuses the key"), ({"bucket": "not-there"}, "does not exist")],
)
def test_a_wrong_key_and_a_missing_bucket_are_told_apart(bucket, settings, change, words):
    keep_at(settings, bucket.url(**change))
    assert words in health.probe_storage().detail
    with pytest.raises(CommandError, match=words):
        call_command("check", deploy=True, tags=["files"], fail_level="ERROR")
    with pytest.raises(StorageFault, match=words):
        default_storage.open("jobs/book")
    assert "nexus-secret" not in check_storage()


def test_a_server_that_is_away_is_known_at_once(bucket, settings):
    keep_at(settings, "s3://k:s@127.0.0.1:9/books?tls=off")
    assert "cannot be reached" in health.probe_storage().detail


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [FULL, ("503 Slow Down", "SlowDown")])
def test_an_upload_that_cannot_be_kept_is_refused_and_text_is_saved(bucket, alice, as_alice, fault):
    chapter = make_chapter(make_story(alice), title="One")
    with bucket.failing(fault):
        answer = upload(as_alice)
        assert answer.status_code == 503 and "Retry-After" in answer
        assert answer.json()["code"] == "storage_unavailable"
        assert "text is safe" in answer.json()["detail"]
        page = as_alice.post("/import/", {"file": ContentFile(b"# One", name="b.md")})
        assert page.status_code == 422 and b"text is safe" in page.content
        assert save(as_alice, chapter, "<p>words while it is full</p>").status_code == 200
    assert not Job.objects.exists() and bucket.names() == []
    assert upload(as_alice).status_code == 202


@pytest.mark.django_db
def test_a_file_that_cannot_be_kept_ends_its_job_with_the_reason_and_a_way_on(bucket, alice):
    make_chapter(make_story(alice, "The Salt Road"), title="One")
    job = exports.start_export(alice)
    with bucket.failing(FULL):
        job = worked(job.pk)
    assert job.status == Status.DEAD and "no room for files" in job.error
    assert bucket.names() == []
    retry_job(job)
    assert finished(job.pk).status == Status.DONE


@pytest.mark.django_db
def test_a_download_waits_kindly_for_a_bucket_that_is_away(bucket, settings, alice, as_alice):
    make_chapter(make_story(alice, "The Salt Road"), title="One")
    job = finished(exports.start_export(alice).pk)
    keep_at(settings, "s3://k:s@127.0.0.1:9/books?tls=off")
    answer = as_alice.get(f"/api/v1/auth/me/export/{job.pk}/download")
    assert answer.status_code == 503 and answer.json()["code"] == "storage_unavailable"
    assert Job.objects.get(pk=job.pk).upload


@pytest.mark.django_db(transaction=True)
def test_a_backup_of_a_bucket_that_is_away_fails_and_says_so(bucket, settings, alice, tmp_path):
    write_something(alice)
    keep_at(settings, bucket.url(bucket="not-there"))
    with pytest.raises(BackupError, match="does not exist"):
        make_backup(tmp_path / "backups")


def test_a_silent_server_is_not_waited_for_long(bucket, monkeypatch):
    monkeypatch.setattr("nexus.lib.bucket.READ_PATIENCE", 0.3)
    with bucket.failing("silent"), pytest.raises(StorageFault, match="cannot be reached"):
        default_storage.exists("jobs/book")
