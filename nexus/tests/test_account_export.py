"""“Download everything”: all of one writer, nothing of another, whole, harmless and for a week."""

import concurrent.futures
import csv
import hashlib
import io
import json
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
from analytics.models import WritingSession
from jobs.models import Job
from jobs.services import cancel_job, discard_old_uploads, run_job
from jobs.work import JobCancelled, Run
from nexus.account_data import everything, exports
from nexus.account_data.archive import cell, file_name
from nexus.tests.account_cast import furnish
from stories.models import Story
from stories.tests.builders import make_chapter, make_story, send

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


def archive_of(owner, progress=lambda step, steps: None):
    target = io.BytesIO()
    everything.write_everything(target, owner, at=timezone.now(), progress=progress)
    return zipfile.ZipFile(target)


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


# --- What is in it ----------------------------------------------------------------


def test_the_archive_holds_all_of_one_writer_and_nothing_of_another(alice, bob):
    furnish(alice, ALICE)
    furnish(bob, BOB)
    for mine, other, stranger in ((alice, BOB, bob), (bob, ALICE, alice)):
        archive = archive_of(mine)
        whole = b"\n".join(archive.read(name) for name in archive.namelist())
        names = "\n".join(archive.namelist())
        assert other.encode() not in whole and other not in names
        assert stranger.email.encode() not in whole and str(stranger.pk).encode() not in whole


def test_every_text_of_hers_is_in_it(alice):
    furnish(alice, ALICE)
    archive = archive_of(alice)
    read = {name: archive.read(name).decode() for name in archive.namelist()}
    html = read[f"stories/001-story-{ALICE}/story.html"]
    places = [html.index(text) for text in (f"Part {ALICE}", f"new {ALICE}", f"second <em>{ALICE}")]
    assert places == sorted(places)
    assert "In the trash" in html and f"Thrown {ALICE}" in html
    markdown = read[f"stories/001-story-{ALICE}/story.md"]
    assert f"# Story {ALICE}\n" in markdown and f"## Part {ALICE}\n" in markdown
    assert f"### First {ALICE}\n\nnew {ALICE}\n" in markdown and f"*{ALICE}*" in markdown
    thrown = read[f"stories/002-thrown-story-{ALICE}/story.html"]
    assert "In the trash since" in thrown and f"inside {ALICE}" in thrown
    for text in ("line", "notes", "comment", "tag", "Book 1 of Series"):
        assert f"{text} {ALICE}" in html
    assert "March 2026" in read["numbers.html"]
    assert json.loads(read["data/targets.json"])[0]["quota"] == 7
    assert json.loads(read["data/plans.json"])[0]["total_words"] == 9
    assert [one["find"] for one in json.loads(read["data/replacements.json"])] == [ALICE]
    forecast, rest = (
        json.loads(read["data/forecasts.json"]),
        json.loads(read["data/rest-days.json"]),
    )
    assert [one["words_left"] for one in forecast] == [9]
    assert [one["note"] for one in rest] == [f"rest {ALICE}"]
    assert json.loads(read["preferences.json"])["daily_minimum"] == 1
    assert json.loads(read["profile.json"])["bio"] == f"bio {ALICE}"
    assert json.loads(read["preferences.json"])["theme"] == "system"
    assert json.loads(read["api-tokens.json"])[0]["scopes"] == ["read"]


def test_every_version_is_in_it(alice):
    furnish(alice, ALICE)
    archive = archive_of(alice)
    versions = [name for name in archive.namelist() if "/versions/" in name]
    prose = b"".join(archive.read(name) for name in versions).decode()
    assert f"old {ALICE}" in prose and f"copy {ALICE}" in prose
    listed = archive.read(f"stories/001-story-{ALICE}/versions.html").decode()
    folder = f"stories/001-story-{ALICE}/"
    assert {name.removeprefix(folder) for name in versions} <= set(
        re.findall(r'href="([^"]+)"', listed)
    )


def test_the_ledger_is_in_it_twice_with_the_same_rows(alice):
    furnish(alice, ALICE)
    archive = archive_of(alice)
    rows = list(csv.DictReader(io.StringIO(archive.read("ledger/sessions.csv").decode())))
    objects = json.loads(archive.read("ledger/sessions.json"))
    ids = {str(pk) for pk in WritingSession.objects.values_list("pk", flat=True)}
    assert {row["id"] for row in rows} == {one["id"] for one in objects} == ids
    assert len(json.loads(archive.read("ledger/days.json"))) >= 1


def test_no_key_digest_or_secret_is_in_it(alice, as_alice):
    furnish(alice, ALICE)
    archive = archive_of(alice)
    whole = b"\n".join(archive.read(name) for name in archive.namelist()).decode()
    session_key = as_alice.cookies["session_id"].value
    for secret in (f"digest-{ALICE}", f"secret-{ALICE}", f"key-{ALICE}", session_key):
        assert secret not in whole
    assert f"secret-social-{ALICE}" not in whole and alice.password not in whole
    assert json.loads(archive.read("devices.json"))[0].keys() >= {"user_agent", "last_seen_at"}


def test_the_manifest_names_every_file_with_its_checksum(alice):
    furnish(alice, ALICE)
    archive = archive_of(alice)
    manifest = json.loads(archive.read("manifest.json"))
    listed = {one["path"]: one for one in manifest["files"]}
    assert set(listed) == set(archive.namelist()) - {"manifest.json"}
    for path, one in listed.items():
        raw = archive.read(path)
        assert (one["sha256"], one["bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))


def test_every_link_of_the_pages_leads_to_a_file_of_the_archive(alice):
    furnish(alice, ALICE)
    archive = archive_of(alice)
    names = set(archive.namelist())
    for page in (name for name in names if name.endswith(".html")):
        text = archive.read(page).decode()
        assert "default-src 'none'" in text and "<script" not in text
        assert not re.search(r"(?:src|srcset)=|url\(|@import|https?://", text)
        for address in re.findall(r'href="([^"#]+)"', text):
            parts = page.split("/")[:-1]
            for step in address.split("/"):
                parts = parts[:-1] if step == ".." else [*parts, step]
            assert "/".join(parts) in names, (page, address)


HOSTILE = ["../../etc/passwd", "<script>alert(1)</script>", "CON", "日本語", "a" * 255, "..", "/"]


def test_names_are_safe_and_no_two_alike(alice):
    story = make_story(alice, "../../.. / <img src=x onerror=alert(1)>")
    for title in HOSTILE:
        make_chapter(story, title=title)
    make_story(alice, "Emma!")
    make_story(alice, "Emma?")
    names = archive_of(alice).namelist()
    assert len({name.casefold() for name in names}) == len(names)
    assert all(re.fullmatch(r"(?:[a-z0-9][a-z0-9._-]*/)*[a-z0-9][a-z0-9._-]*", n) for n in names)
    assert all(len(name) < 200 and ".." not in name for name in names)


def test_titles_and_prose_are_escaped(alice):
    title = "<script>alert('t')</script>"
    story = make_story(alice, title, synopsis=title, genre=title[:90])
    chapter = make_chapter(story, title=title, part_title=title)
    # As no save would leave it, and a careless restore might.
    type(chapter).objects.filter(pk=chapter.pk).update(
        content='<p onclick="x()">a</p><script>alert("p")</script><img src="https://e.org/x">'
    )
    alice.username = title
    alice.save()
    archive = archive_of(alice)
    for name in archive.namelist():
        if name.endswith(".html"):
            text = archive.read(name).decode()
            assert "<script" not in text and "onclick" not in text and "<img" not in text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(text):
    assert cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are(alice):
    assert [cell(value) for value in ("Emma", -5, None, "a=b")] == ["Emma", "-5", "", "a=b"]
    story = make_story(alice, "=HYPERLINK(1)")
    make_chapter(story, title="@cmd")
    rows = list(csv.DictReader(io.StringIO(archive_of(alice).read("ledger/sessions.csv").decode())))
    assert (rows[0]["story_title"], rows[0]["chapter_title"]) == ("'=HYPERLINK(1)", "'@cmd")


def test_file_names_keep_their_number_and_lose_the_rest():
    assert file_name(7, "The Storm!", fallback="x") == "007-the-storm"
    assert file_name(1000, "日本", fallback="story") == "1000-story"


def test_an_account_with_nothing_in_it_can_be_taken_along(alice):
    archive = archive_of(alice)
    assert "There is no story yet." in archive.read("index.html").decode()
    assert json.loads(archive.read("ledger/sessions.json")) == []


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
