"""A story leaves as a file: in the background, whole or not at all, for its owner, for a week."""

import io
import tempfile
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from jobs.models import Job
from jobs.services import cancel_job, discard_old_uploads, retry_job, run_job
from jobs.work import JobCancelled, Run
from nexus.lib.errors import Conflict
from stories import exports
from stories.exporting.formats import FORMATS
from stories.services.chapters import update_chapter
from stories.services.stories import trash_story
from stories.tests.builders import NOW, make_chapter, make_story, send

pytestmark = pytest.mark.django_db
Status = Job.Status


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def story(alice):
    story = make_story(alice, "The Salt Road")
    make_chapter(story, title="One", content="<p>First <em>words</em>.</p>", part_title="Part One")
    make_chapter(story, title="Two", content="<p>Second words.</p>")
    make_chapter(story, title="Three", content="<p>Third words.</p>", part_title="Part Two")
    return story


def ask(client, story, format="markdown", **body):
    return send(client, "post", f"/stories/{story.pk}/exports", {"format": format, **body})


def made(story, format="markdown", **wish):
    job = exports.start_export(story, format=format, **wish)
    run_job(str(job.pk))
    job.refresh_from_db()
    return job


def text_of(job):
    with default_storage.open(job.upload.name) as file:
        return file.read().decode()


def kept():
    return default_storage.listdir("exports")[1] if default_storage.exists("exports") else []


def age(job, **back):
    at = timezone.now() - timedelta(**back)
    Job.objects.filter(pk=job.pk).update(finished_at=at, updated_at=at)


# --- Asking and getting -----------------------------------------------------------


def test_a_story_is_asked_for_made_and_downloaded(as_alice, story):
    answer = ask(as_alice, story)
    assert answer.status_code == 202
    job = answer.json()
    assert (job["kind"], job["status"], job["title"]) == ("story.export", "queued", "The Salt Road")
    assert send(as_alice, "get", f"/exports/{job['id']}/download").json()["code"] == "not_ready"
    run_job(job["id"])
    done = send(as_alice, "get", f"/jobs/{job['id']}").json()
    assert (done["status"], done["progress"]) == ("done", 100)
    assert done["result"]["filename"] == "the-salt-road.md"
    assert (done["result"]["chapters"], done["result"]["word_count"]) == (3, 6)
    file = as_alice.get(f"/api/v1/exports/{job['id']}/download")
    assert file.headers["Content-Disposition"] == 'attachment; filename="the-salt-road.md"'
    assert "no-store" in file.headers["Cache-Control"]
    content = b"".join(file.streaming_content)
    assert b"# Part One\n\n## One\n\nFirst *words*." in content
    assert len(content) == done["result"]["bytes"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_written_and_named(story, format, as_alice):
    job = made(story, format)
    assert job.status == Status.DONE, job.error
    file = as_alice.get(f"/exports/{job.pk}/")
    content = b"".join(file.streaming_content)
    starts = {".epub": b"PK", ".docx": b"PK", ".zip": b"PK", ".pdf": b"%PDF", ".html": b"<!doctype"}
    suffix = FORMATS[format].suffix
    assert content.startswith(starts.get(suffix, b"---" if suffix == ".md" else b"The Salt Road"))
    assert job.result["filename"].endswith(suffix) and suffix in file.headers["Content-Disposition"]
    assert file.headers["Content-Type"] == FORMATS[format].content_type
    if content.startswith(b"PK"):
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_chapters_are_chosen_and_the_part_goes_to_the_first_of_it(as_alice, story):
    _one, two, three = story.chapters.order_by("position")
    body = ask(as_alice, story, chapters=[str(three.pk), str(two.pk)]).json()
    run_job(body["id"])
    text = text_of(Job.objects.get())
    assert "First" not in text
    order = [text.index(said) for said in ("# Part One", "## Two", "# Part Two", "## Three")]
    assert order == sorted(order)


def test_drafts_stay_out_when_asked(story, alice):
    two = story.chapters.get(title="Two")
    update_chapter(two, by=alice, at=NOW, published=True)
    text = text_of(made(story, options=exports.Options(drafts=False)))
    assert "Second" in text and "First" not in text and "Third" not in text


def test_the_authors_name_and_note_and_the_title_page_are_as_asked(story):
    options = exports.Options(author="A. N. Other", author_note="Thanks.\n\nTo all.", language="de")
    text = text_of(made(story, "html", options=options))
    assert "A. N. Other" in text and '<html lang="de">' in text
    assert "<p>Thanks.</p>\n<p>To all.</p>" in text
    bare = text_of(made(story, "html", options=exports.Options(front_matter=False)))
    assert "<nav" not in bare and "<h1>" not in bare


def test_what_is_in_the_trash_does_not_leave(story):
    from stories.services.chapters import trash_chapter

    trash_chapter(story.chapters.get(title="Two"), at=NOW)
    assert "Second" not in text_of(made(story))


def test_words_written_after_asking_are_in_it_too(story):
    job = exports.start_export(story, format="text")
    make_chapter(story, title="Four", content="<p>Late words.</p>")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert "Late words." in text_of(job)


# --- Refusals ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        {"format": "papyrus"},
        {"format": None},
        {"chapters": []},
        {"chapters": ["nonsense"]},
        {"chapters": [str(uuid4())]},
        {"options": {"page_size": "huge"}},
        {"options": {"font": 1}},
        {"options": {"drafts": "yes"}},
        {"options": {"language": '"><script>'}},
        {"options": {"author": "x" * 256}},
        {"options": []},
    ],
)
def test_a_wish_of_the_wrong_shape_is_422(as_alice, story, body):
    answer = ask(as_alice, story, **body)
    assert (answer.status_code, Job.objects.exists()) == (422, False), answer.content


def test_another_writers_chapter_cannot_be_slipped_in(as_alice, story, bob):
    foreign = make_chapter(make_story(bob, "Bob's"), content="<p>quagmire</p>")
    assert ask(as_alice, story, chapters=[str(foreign.pk)]).status_code == 422
    assert not Job.objects.exists()


def test_strangers_get_neither_the_story_nor_the_file(as_bob, anonymous, story):
    job = made(story)
    assert ask(as_bob, story).status_code == 403
    assert send(as_bob, "get", f"/exports/{job.pk}/download").status_code == 403
    assert as_bob.get(f"/exports/{job.pk}/").status_code == 404
    assert as_bob.get(f"/stories/{story.pk}/export/").status_code == 404
    assert as_bob.post(f"/stories/{story.pk}/export/", {"format": "epub"}).status_code == 404
    assert anonymous.get(f"/api/v1/exports/{job.pk}/download").status_code == 403
    assert send(as_bob, "get", f"/exports/{uuid4()}/download").status_code == 404


def test_an_archive_of_the_account_is_not_handed_out_here(as_alice, alice, story):
    other = Job.objects.create(owner=alice, kind="account.export", status="done", upload="x.zip")
    assert send(as_alice, "get", f"/exports/{other.pk}/download").status_code == 404
    assert as_alice.get(f"/exports/{other.pk}/").status_code == 404


def test_a_story_without_a_chapter_has_nothing_to_export(as_alice, alice, story):
    answer = ask(as_alice, make_story(alice, "Empty"))
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_export")
    answer = ask(as_alice, story, options={"drafts": False})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_export")


def test_a_story_that_went_meanwhile_is_said_to_be_gone(story):
    job = exports.start_export(story, format="epub")
    trash_story(story, at=NOW)
    run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.error, kept()) == (Status.FAILED, "This story is gone.", [])


# --- How many ---------------------------------------------------------------------


def test_the_same_wish_is_met_once_while_it_is_being_met(as_alice, story):
    first, again = ask(as_alice, story).json(), ask(as_alice, story).json()
    other = ask(as_alice, story, "epub").json()
    assert first["id"] == again["id"] != other["id"]
    run_job(first["id"])
    assert ask(as_alice, story).json()["id"] != first["id"]


def test_at_most_three_are_made_at_once(as_alice, story, bob):
    for format in ("epub", "html", "text"):
        assert ask(as_alice, story, format).status_code == 202
    answer = ask(as_alice, story, "docx")
    assert (answer.status_code, answer.json()["code"]) == (409, "exports_running")
    other = make_story(bob, "Bob's")
    make_chapter(other)
    assert exports.start_export(other, format="docx")


def test_at_most_fifty_files_are_kept_even_by_trying_again(as_alice, alice, story, monkeypatch):
    monkeypatch.setattr(exports, "MAX_KEPT", 2)
    stopped = exports.start_export(story, format="epub")
    cancel_job(stopped, at=timezone.now())
    made(story), made(story)
    answer = ask(as_alice, story)
    assert (answer.status_code, answer.json()["code"]) == (409, "enough_exports")
    retry_job(stopped)
    run_job(str(stopped.pk))
    stopped.refresh_from_db()
    assert stopped.status == Status.FAILED and len(kept()) == 2


# --- Stopping, breaking, ending ---------------------------------------------------


@pytest.mark.parametrize(
    ("format", "steps"), [("markdown", 4), ("epub", 4), ("docx", 4), ("pdf", 7)]
)
def test_stopping_in_the_middle_leaves_nothing(story, format, steps):
    job = exports.start_export(story, format=format)
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING)
    seen = []

    def progress(step, steps):
        seen.append((step, steps))
        if step == 2:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        exports.make_export(Run(job, progress))
    job.refresh_from_db()
    assert (seen, kept(), job.upload.name) == ([(1, steps), (2, steps)], [], "")


def test_a_page_setter_at_work_gives_signs_of_life_and_is_ended_when_the_writer_stops(story):
    job = exports.start_export(story, format="pdf")
    long_ago = timezone.now() - timedelta(hours=1)
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, updated_at=long_ago)
    progress = exports._Progress(Run(job, lambda step, steps: None), 1, 9, sets_pages=True)
    progress.tick()
    progress.tick()
    job.refresh_from_db()
    assert job.updated_at > long_ago
    Job.objects.filter(pk=job.pk).update(cancel_requested_at=NOW)
    with pytest.raises(JobCancelled):
        progress.tick()


def test_how_far_it_is_goes_on_while_pages_are_set():
    told = []
    job = Run(None, lambda step, steps: told.append((step, steps)))
    progress = exports._Progress(job, 4, 40_000, sets_pages=True)
    progress._is_wanted = lambda: True
    for _ in range(10):
        progress.tick()
    assert told == [(min(step, 8), 9) for step in range(1, 11)]


def test_setting_pages_leaves_no_prose_on_the_disk(story, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    seen = []
    job = exports.start_export(story, format="pdf")
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING)

    def progress(step, steps):
        seen.extend((tmp_path / "own").rglob("*"))

    exports.make_export(Run(job, progress))
    assert seen == []


def test_a_stop_between_writing_and_keeping_keeps_nothing(story):
    job = exports.start_export(story, format="text")
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, cancel_requested_at=NOW)
    with pytest.raises(JobCancelled):
        exports.make_export(Run(job, lambda step, steps: None))
    assert kept() == []


def test_after_a_killed_worker_it_is_made_again_and_one_file_is_kept(story):
    job = exports.start_export(story, format="text")
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING)
    exports.make_export(Run(job, lambda step, steps: None))
    assert len(kept()) == 1
    # Killed before the job could say that it is done; the clock finds it and queues it again.
    Job.objects.filter(pk=job.pk).update(status=Status.QUEUED)
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == Status.DONE and len(kept()) == 1
    assert kept() == [job.upload.name.removeprefix("exports/")]


def test_after_seven_days_it_is_gone_and_the_clock_deletes_it(as_alice, story):
    old, fresh = made(story), made(story)
    age(old, days=6, hours=23)
    assert as_alice.get(f"/exports/{old.pk}/").status_code == 200
    age(old, days=7, minutes=1)
    answer = send(as_alice, "get", f"/exports/{old.pk}/download")
    assert (answer.status_code, answer.json()["code"]) == (410, "expired")
    discard_old_uploads(at=timezone.now())
    fresh.refresh_from_db()
    assert kept() == [fresh.upload.name.removeprefix("exports/")]


def test_an_unknown_format_is_refused_by_the_service_too(story):
    with pytest.raises(Exception, match="does not write"):
        exports.start_export(story, format="papyrus")
    with pytest.raises(Conflict):
        exports.start_export(make_story(story.owner, "Empty"), format="epub")


# --- The page ---------------------------------------------------------------------


def test_the_page_leads_to_the_progress_and_the_progress_to_the_file(as_alice, story):
    assert f'href="/stories/{story.pk}/export/"' in as_alice.get(f"/stories/{story.pk}/").text
    page = as_alice.get(f"/stories/{story.pk}/export/").text
    assert all(f'value="{format}"' in page for format in FORMATS)
    fields = {
        "format": "html",
        "author": "Jane",
        "font": "classic",
        "language": "en-GB",
        "front_matter": "on",
        "drafts": "on",
        "manuscript_style": "modern",
    }
    answer = as_alice.post(f"/stories/{story.pk}/export/", fields)
    job = Job.objects.get()
    assert answer.url == f"/jobs/{job.pk}/"
    assert "Export" in as_alice.get("/jobs/").text
    run_job(str(job.pk))
    assert f'href="/exports/{job.pk}/">Download it</a>' in as_alice.get(answer.url).text
    again = as_alice.get(f"/stories/{story.pk}/export/").text
    assert f'href="/exports/{job.pk}/"' in again and "kept until" in again
    assert 'value="Jane"' in again and 'value="html" checked' in again
    age(job, days=8)
    late = as_alice.get(f"/exports/{job.pk}/", follow=True)
    assert "is gone" in late.text


def test_the_page_takes_some_chapters_and_says_what_is_wrong(as_alice, story):
    two = story.chapters.get(title="Two")
    fields = {"format": "text", "font": "book", "language": "en", "manuscript_style": "modern"}
    wrong = as_alice.post(f"/stories/{story.pk}/export/", fields | {"language": "no such thing"})
    assert wrong.status_code == 422 and "Write it like en" in wrong.text
    none = as_alice.post(f"/stories/{story.pk}/export/", fields)
    assert none.status_code == 409 and "nothing to export" in none.text
    as_alice.post(f"/stories/{story.pk}/export/", fields | {"drafts": "on", "chapters": [two.pk]})
    job = Job.objects.get()
    run_job(str(job.pk))
    job.refresh_from_db()
    assert "Second" in text_of(job) and "First" not in text_of(job)


def test_an_empty_story_has_a_page_that_says_so(as_alice, alice):
    page = as_alice.get(f"/stories/{make_story(alice, 'Empty').pk}/export/")
    assert page.status_code == 200 and "nothing to export yet" in page.text
