"""“Download everything”: one job at a time, a whole file or none, for its owner, for a week."""

import concurrent.futures
import io
import re
import uuid
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import api_tokens
from jobs.models import Job
from jobs.services import cancel_job, discard_old_uploads, run_job
from jobs.work import JobCancelled, Run
from nexus.account_data import exports
from nexus.tests.account_cast import archive_of, furnish
from stories.models import Story
from stories.tests.builders import send

pytestmark = pytest.mark.django_db
ALICE, BOB = "xylograph", "quagmirer"
EXPORT = "/auth/me/export"


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def files_kept():
    if not default_storage.exists("exports"):
        return []
    return default_storage.listdir("exports")[1]


def made(owner):
    job = exports.start_export(owner)
    run_job(str(job.pk))
    job.refresh_from_db()
    return job


def age(job, **back):
    Job.objects.filter(pk=job.pk).update(
        finished_at=timezone.now() - timedelta(**back),
        updated_at=timezone.now() - timedelta(**back),
    )


def download(client, job_id):
    return client.get(f"/api/v1{EXPORT}/{job_id}/download")


# --- The job ----------------------------------------------------------------------


def test_asking_makes_a_job_whose_file_has_a_name_nobody_can_guess(alice, as_alice):
    furnish(alice, ALICE)
    answer = send(as_alice, "post", EXPORT)
    assert (answer.status_code, answer.json()["kind"]) == (202, "account.export")
    run_job(answer.json()["id"])
    job = Job.objects.get(pk=answer.json()["id"])
    assert (job.status, job.percent, job.result["stories"]) == ("done", 100, 2)
    assert files_kept() == [job.upload.name.removeprefix("exports/")]
    assert len(files_kept()[0]) > 40 and str(job.pk) not in job.upload.name
    told = send(as_alice, "get", f"/jobs/{job.pk}").content.decode()
    assert job.upload.name not in told and files_kept()[0] not in told


def test_progress_rises_to_the_end(alice):
    furnish(alice, ALICE)
    told = []
    archive_of(alice, progress=lambda step, steps: told.append((step, steps)))
    assert [step for step, _steps in told] == sorted(step for step, _steps in told)
    assert told[0][0] == 0 and told[-1][0] == told[-1][1] == len(told) - 1


def test_a_second_request_meets_the_one_that_is_running(alice, as_alice):
    first, second = (send(as_alice, "post", EXPORT).json()["id"] for _again in range(2))
    assert first == second and Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_one_makes_the_archive(alice):
    def ask(_turn):
        try:
            return exports.start_export(alice).pk
        finally:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        found = set(pool.map(ask, range(6)))
    assert len(found) == Job.objects.count() == 1


def test_the_same_key_is_answered_with_the_same_job(alice, as_alice):
    key = str(uuid.uuid4())
    first = send(as_alice, "post", EXPORT, **{"Idempotency-Key": key}).json()["id"]
    run_job(first)
    again = send(as_alice, "post", EXPORT, **{"Idempotency-Key": key})
    assert (again.json()["id"], again.headers["Idempotency-Replayed"]) == (first, "true")
    assert Job.objects.count() == 1


def test_five_archives_are_kept_and_no_more(alice, as_alice):
    for _turn in range(5):
        made(alice)
    refused = send(as_alice, "post", EXPORT)
    assert (refused.status_code, refused.json()["code"]) == (409, "enough_exports")
    assert as_alice.post("/settings/data/").status_code == 409
    assert len(files_kept()) == 5


def test_asking_too_often_is_refused(alice, as_alice):
    for _turn in range(10):
        job_id = send(as_alice, "post", EXPORT).json()["id"]
        cancel_job(Job.objects.get(pk=job_id), at=timezone.now())
    refused = send(as_alice, "post", EXPORT)
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0


def stop_at(step, error):
    def progress(now, steps):
        if now == step:
            raise error

    return progress


@pytest.mark.parametrize("error", [JobCancelled(), OSError("the disk is full")])
@pytest.mark.parametrize("step", [0, 3])
def test_a_stopped_or_broken_one_leaves_no_file(alice, step, error):
    furnish(alice, ALICE)
    job = exports.start_export(alice)
    with pytest.raises(type(error)):
        exports.make_export(Run(job, stop_at(step, error)))
    job.refresh_from_db()
    assert files_kept() == [] and not job.upload


def test_one_stopped_while_its_file_is_put_away_leaves_no_file(alice, monkeypatch):
    job = exports.start_export(alice)
    save = default_storage.save

    def save_and_stop(name, content):
        Job.objects.filter(pk=job.pk).update(cancel_requested_at=timezone.now())
        return save(name, content)

    monkeypatch.setattr(default_storage, "save", save_and_stop)
    run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, files_kept()) == ("cancelled", [])


def test_what_a_killed_attempt_left_is_gone_after_the_next(alice):
    job = exports.start_export(alice)
    default_storage.save("exports/left-behind.zip", io.BytesIO(b"half"))
    Job.objects.filter(pk=job.pk).update(upload="exports/left-behind.zip")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert files_kept() == [job.upload.name.removeprefix("exports/")] != ["left-behind.zip"]


def test_a_story_purged_meanwhile_does_not_break_it(alice):
    furnish(alice, ALICE)

    def purge_all(step, steps):
        if step == 1:
            Story.objects.all().delete()

    assert "index.html" in archive_of(alice, progress=purge_all).namelist()


# --- Handing it out -----------------------------------------------------------------


def test_its_owner_downloads_a_whole_zip(alice, as_alice):
    job = made(alice)
    for answer in (
        download(as_alice, job.pk),
        as_alice.get(f"/settings/data/exports/{job.pk}/"),
    ):
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
        assert re.fullmatch(
            r'attachment; filename="nexus-alice-\d{4}-\d\d-\d\d.zip"',
            answer.headers["Content-Disposition"],
        )
        assert answer.headers["Cache-Control"] == "no-store"
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
        assert archive.testzip() is None and "index.html" in archive.namelist()


def test_a_stranger_and_a_visitor_get_nothing(alice, as_bob, anonymous):
    job = made(alice)
    assert download(as_bob, job.pk).status_code == 403
    assert download(as_bob, uuid.uuid4()).status_code == 404
    assert download(anonymous, job.pk).status_code == 403
    assert as_bob.get(f"/settings/data/exports/{job.pk}/").status_code == 404
    assert anonymous.get(f"/settings/data/exports/{job.pk}/").status_code == 302


def test_another_kind_of_job_is_no_archive(alice, as_alice):
    job = Job.objects.create(owner=alice, kind="import.read", status="done", upload="jobs/x")
    assert download(as_alice, job.pk).status_code == 404


def test_before_it_is_done_there_is_nothing_to_download(alice, as_alice):
    job = exports.start_export(alice)
    answer = download(as_alice, job.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    assert as_alice.get(f"/settings/data/exports/{job.pk}/").status_code == 409


def test_after_seven_days_it_is_gone(alice, as_alice):
    job = made(alice)
    age(job, days=6, hours=23)
    assert download(as_alice, job.pk).status_code == 200
    age(job, days=7)
    answer = download(as_alice, job.pk)
    assert (answer.status_code, answer.json()["code"]) == (410, "expired")
    page = as_alice.get(f"/settings/data/exports/{job.pk}/")
    assert page.status_code == 410 and "ask for a new one" in page.content.decode()


def test_the_clock_deletes_its_file_after_seven_days(alice, as_alice):
    job, fresh = made(alice), made(alice)
    age(job, days=7, minutes=1)
    discard_old_uploads(at=timezone.now())
    fresh.refresh_from_db()
    assert files_kept() == [fresh.upload.name.removeprefix("exports/")]
    assert download(as_alice, job.pk).status_code == 410


def test_a_file_that_vanished_is_gone_and_no_error(alice, as_alice):
    job = made(alice)
    default_storage.delete(job.upload.name)
    assert download(as_alice, job.pk).status_code == 410


# --- The pages --------------------------------------------------------------------


def test_the_button_leads_to_the_progress_and_the_progress_to_the_file(alice, as_alice):
    answer = as_alice.post("/settings/data/")
    job = Job.objects.get()
    assert answer.url == f"/jobs/{job.pk}/"
    assert "Download everything" in as_alice.get("/jobs/").content.decode()
    run_job(str(job.pk))
    page = as_alice.get(answer.url).content.decode()
    assert f'href="/settings/data/exports/{job.pk}/">Download it</a>' in page
    listed = as_alice.get("/settings/data/").content.decode()
    assert f'href="/settings/data/exports/{job.pk}/"' in listed and "kept until" in listed
    age(job, days=8)
    assert (
        f'href="/settings/data/exports/{job.pk}/"'
        not in as_alice.get("/settings/data/").content.decode()
    )
    assert "is gone" in as_alice.get(answer.url).content.decode()


def test_a_personal_token_takes_nothing_along(alice):
    _token, secret = api_tokens.create(alice, name="all", scopes=["read", "write", "analytics"])
    job = made(alice)
    bearer = {"Authorization": f"Bearer {secret}"}
    answers = [
        send(Client(), "post", EXPORT, **bearer),
        send(Client(), "get", f"{EXPORT}/{job.pk}/download", **bearer),
        send(Client(), "delete", "/auth/me", {"email": alice.email}, **bearer),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {
        (403, "insufficient_scope")
    }
