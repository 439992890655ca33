"""Bringing a book in, through the pages, from the file to the ledger."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from analytics import reports
from analytics.models import WritingSession
from jobs import services
from jobs.models import Job
from jobs.work import JobCancelled, Run
from nexus.lib.errors import Conflict, Invalid
from nexus.tests.import_cast import BOOK, apply, read, titles, upload
from stories import imports
from stories.models import Chapter, Story
from stories.services.stories import create_story, trash_story
from stories.tests.documents import cocoa, item, odt_files, p, scriv
from stories.tests.samples import chapter_page, epub, pseudo_words, zip_bytes

pytestmark = pytest.mark.django_db
Status = Job.Status


def said(page):
    return " ".join(str(message) for message in page.context["messages"])


# --- The whole way ----------------------------------------------------------------


def test_a_book_comes_in_and_counts_as_imported_not_as_written(as_alice, alice):
    reading = read(as_alice)
    assert reading.status == Status.DONE and not Story.objects.exists()
    preview = as_alice.get(f"/jobs/{reading.pk}/").content.decode()
    assert all(title in preview for title in ("One", "Two", "Three"))
    assert "Four words stand here" not in preview

    writing = apply(as_alice, reading)
    assert writing.status == Status.DONE
    assert titles() == ["One", "Two", "Three"]
    assert Chapter.objects.get(title="Two").text == "And five more of them."
    story = Story.objects.get()
    assert f"/stories/{story.pk}/" in as_alice.get(f"/jobs/{writing.pk}/").content.decode()

    sessions = WritingSession.objects.filter(user=alice)
    words = sum(Chapter.objects.values_list("word_count", flat=True))
    assert words == 10
    assert sum(session.imported for session in sessions) == words
    assert sum(session.typed for session in sessions) == 0
    assert sum(session.words_written for session in sessions) == 0
    assert {session.source for session in sessions} == {"import"}


def test_the_desk_shows_the_book_and_no_words_of_today(as_alice, alice):
    apply(as_alice, read(as_alice))
    assert "The Salt Road" in as_alice.get("/").content.decode()
    today = reports.today(alice, at=timezone.now())
    assert (today.words, today.figures.imported) == (0, 10)


def test_an_epub_comes_in_with_its_parts_and_title(as_alice):
    pages = {f"c{n}.xhtml": chapter_page(f"Chapter {n}", f"It was night {n}.") for n in range(1, 4)}
    reading = read(as_alice, epub(pages, title="The Salt Road"), "book.epub")
    assert reading.result["title"] == "The Salt Road"
    assert apply(as_alice, reading).result["chapters"] == 3


def test_a_scrivener_project_comes_in_with_synopses_and_notes(as_alice):
    extra = {"Files/Data/A/synopsis.txt": "She leaves.", "Files/Data/A/notes.rtf": cocoa("Tide?")}
    research = item("R", "Research", item("R1", "Salt"), kind="ResearchFolder")
    project = scriv(
        {"A": "She left.", "R1": "Salt is old."}, item("A", "Ash"), others=[research], extra=extra
    )
    reading = read(as_alice, project, "Salt.scriv.zip")
    assert "<b>Research</b>" in as_alice.get(f"/jobs/{reading.pk}/").content.decode()
    assert apply(as_alice, reading, chapters=["0"]).status == Status.DONE
    chapter = Chapter.objects.get()
    assert (chapter.title, chapter.text) == ("Ash", "She left.")
    assert (chapter.synopsis, chapter.notes) == ("She leaves.", "Tide?")


def test_only_the_chosen_chapters_are_written(as_alice):
    apply(as_alice, read(as_alice), chapters=["0", "2"])
    assert titles() == ["One", "Three"]
    assert list(Chapter.objects.in_order().values_list("position", flat=True)) == [0, 1]


def test_the_form_is_sent_as_the_page_shows_it(as_alice):
    reading = read(as_alice)
    page = as_alice.get(f"/jobs/{reading.pk}/").content.decode()
    assert page.count('name="chapters"') == page.count(" checked>") == 3
    assert 'name="title" value="salt road"' in page


# --- Into a story that exists ----------------------------------------------------


@pytest.fixture
def story(alice):
    return create_story(alice, title="Emma", at=timezone.now())


def test_chapters_go_behind_those_of_an_existing_story(as_alice, story):
    reading = read(as_alice, story=str(story.pk))
    page = as_alice.get(f"/jobs/{reading.pk}/").content.decode()
    assert 'name="title"' not in page
    apply(as_alice, reading, title="")
    assert Story.objects.get() == story
    assert Chapter.objects.filter(story=story).count() == 3


def test_a_story_that_went_to_the_trash_meanwhile_refuses(as_alice, story):
    reading = read(as_alice, story=str(story.pk))
    trash_story(story, at=timezone.now())
    writing = apply(as_alice, reading)
    assert (writing.status, writing.error) == (
        Status.FAILED,
        "The story this was meant for is gone.",
    )
    assert not Chapter.objects.exists()


def test_nobody_imports_into_a_strangers_story(as_bob, story):
    file = SimpleUploadedFile("a.md", BOOK.encode())
    answer = as_bob.post("/import/", {"file": file, "story": str(story.pk)})
    assert answer.status_code == 422 and not Job.objects.exists()


# --- Once -------------------------------------------------------------------------


def test_a_second_delivery_writes_nothing_twice(as_alice):
    writing = apply(as_alice, read(as_alice))
    services.run_job(str(writing.pk))
    Job.objects.filter(pk=writing.pk).update(status=Status.QUEUED)  # the worker died telling us
    services.run_job(str(writing.pk))
    writing.refresh_from_db()
    assert (writing.status, writing.result["chapters"]) == (Status.DONE, 3)
    assert titles() == ["One", "Two", "Three"]


def test_pressing_twice_writes_once(as_alice, story):
    reading = read(as_alice, story=str(story.pk))
    apply(as_alice, reading)
    again = as_alice.post(f"/import/{reading.pk}/apply/", {"chapters": ["0"]}, follow=True)
    assert "already" in said(again)
    assert Job.objects.filter(kind=imports.WRITE).count() == 1
    assert not again.context["job"].can_apply


def test_a_failed_writing_can_be_asked_for_again(as_alice, alice):
    reading = read(as_alice)
    create_story(alice, title="Taken", at=timezone.now())
    refused = as_alice.post(
        f"/import/{reading.pk}/apply/", {"title": "taken", "chapters": ["0"]}, follow=True
    )
    assert "already have a story" in said(refused)
    assert apply(as_alice, reading).status == Status.DONE


def test_a_twin_that_was_faster_wins(as_alice):
    reading = read(as_alice)
    writing = imports.apply_import(reading, title="Twice")
    told = {"story": "x", "title": "Twice", "chapters": 3, "word_count": 10}

    def twin_finishes(step, steps):
        Job.objects.filter(pk=writing.pk).update(result=told)

    assert imports.write_import(Run(writing, twin_finishes)) == told
    assert not Story.objects.exists()


# --- Nothing half-way -------------------------------------------------------------


def test_stopped_while_it_waits_nothing_is_written(as_alice):
    writing = imports.apply_import(read(as_alice), title="Stopped")
    services.cancel_job(writing, at=timezone.now())
    services.run_job(str(writing.pk))
    assert not Story.objects.exists() and not WritingSession.objects.exists()


def test_stopped_at_the_last_moment_nothing_is_written(as_alice):
    writing = imports.apply_import(read(as_alice), title="Stopped")

    def stop_unseen(step, steps):
        Job.objects.filter(pk=writing.pk).update(cancel_requested_at=timezone.now())

    with pytest.raises(JobCancelled):
        imports.write_import(Run(writing, stop_unseen))
    assert not Story.objects.exists() and not WritingSession.objects.exists()


def test_a_worker_killed_half_way_leaves_nothing_and_the_job_goes_on(as_alice):
    writing = imports.apply_import(read(as_alice), title="Killed")

    def killed(step, steps):
        raise SystemExit

    with pytest.raises(SystemExit):
        imports.write_import(Run(writing, killed))
    long_ago = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=writing.pk).update(status=Status.RUNNING, attempts=1, updated_at=long_ago)
    assert not Story.objects.exists()
    services.requeue_lost(at=timezone.now())
    services.run_job(str(writing.pk))
    assert titles() == ["One", "Two", "Three"]


# --- Refusals ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("book.epub", b"PK\x03\x04 not really a zip"),
        ("book.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 200),
        ("bomb.odt", zip_bytes(odt_files(p("x")) | {"pad": b"\0" * 4_000_000})),
        ("deep.rtf", b"{\\rtf1 Words before it." + b"{" * 1_000),
        ("torn.scriv.zip", scriv({"A": "One.", "B": "{" * 1_000}, item("A", "a"), item("B", "b"))),
    ],
)
def test_a_file_that_is_no_book_says_why(as_alice, name, content):
    job = read(as_alice, content, name)
    assert (job.status, job.attempts) == (Status.FAILED, 1)
    assert job.error.endswith(".") and len(job.error) > 20
    assert not Story.objects.exists()
    assert job.error in as_alice.get(f"/jobs/{job.pk}/").context["job"].sentence


def test_an_empty_file_is_refused_on_the_form(as_alice):
    answer = as_alice.post("/import/", {"file": SimpleUploadedFile("a.md", b"")})
    assert answer.status_code == 422 and answer.context["form"].errors["file"]


def test_a_form_without_a_file_is_refused(as_alice):
    assert as_alice.post("/import/", {}).status_code == 422


def test_a_file_that_is_too_large_is_refused(alice):
    file = ContentFile(b"x", name="big.txt")
    file.size = imports.MAX_FILE_BYTES + 1
    with pytest.raises(Exception, match="50 MB"):
        imports.start_import(alice, file=file, filename="big.txt", story=None)


@pytest.mark.parametrize("chosen", [[-1], [3], [0, 99], []])
def test_a_choice_outside_the_preview_is_refused(as_alice, chosen):
    reading = read(as_alice)
    with pytest.raises(Invalid):
        imports.apply_import(reading, title="T", chosen=chosen)


def test_no_box_ticked_is_said_on_the_page(as_alice):
    reading = read(as_alice)
    page = as_alice.post(f"/import/{reading.pk}/apply/", {"title": "T"}, follow=True)
    assert "at least one" in said(page)


def test_a_reading_that_has_not_ended_cannot_be_applied(as_alice):
    job = upload(as_alice)
    with pytest.raises(Conflict):
        imports.apply_import(job, title="Too soon")


@pytest.mark.parametrize("name", ["../../etc/passwd.md", "a\x00b.md", "x" * 400 + ".md", "‮.md"])
def test_strange_file_names_are_only_names(alice, name):
    file = ContentFile(BOOK.encode(), name="plain")
    job = imports.start_import(alice, file=file, filename=name, story=None)
    assert "/" not in job.title and len(job.title) <= 255
    services.run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == Status.DONE and job.result["title"]


def test_the_preview_offers_a_title_that_is_free(as_alice, alice):
    for title in ("Salt Road", "salt road (2)"):
        create_story(alice, title=title, at=timezone.now())
    assert read(as_alice).result["title"] == "salt road (3)"


# --- Strangers --------------------------------------------------------------------


def test_a_strangers_import_does_not_exist_on_pages(as_alice, as_bob, client):
    reading = read(as_alice)
    assert as_bob.get(f"/jobs/{reading.pk}/").status_code == 404
    assert as_bob.post(f"/import/{reading.pk}/apply/", {"title": "Mine"}).status_code == 404
    assert client.post(f"/import/{reading.pk}/apply/").url.startswith("/accounts/login/")
    assert Job.objects.count() == 1


# --- The uploaded file --------------------------------------------------------------


def test_the_file_is_kept_until_the_book_is_written(as_alice):
    reading = read(as_alice)
    path = Path(reading.upload.path)
    assert path.exists()
    apply(as_alice, reading)
    reading.refresh_from_db()
    assert not reading.upload and not path.exists()


def test_an_import_whose_file_is_gone_says_so(as_alice):
    reading = read(as_alice)
    Path(reading.upload.path).unlink()
    writing = apply(as_alice, reading)
    assert writing.status == Status.FAILED and "upload it again" in writing.error


# --- The real thing ------------------------------------------------------------------


def test_a_long_novel_comes_in_within_ten_seconds(as_alice):
    pages = {
        f"c{n:02}.xhtml": chapter_page(
            f"Chapter {n}", *[pseudo_words(500, n + p) for p in range(4)]
        )
        for n in range(1, 62)
    }
    started = time.process_time()
    writing = apply(
        as_alice, read(as_alice, epub(pages), "novel.epub"), chapters=[str(n) for n in range(61)]
    )
    assert time.process_time() - started < 10
    assert writing.result["chapters"] == 61
    assert writing.result["word_count"] == 61 * 2000


def test_a_real_worker_reads_the_book(live_worker, as_alice):
    job = upload(as_alice)
    deadline = time.monotonic() + 60
    while not job.is_ended and time.monotonic() < deadline:
        time.sleep(0.1)
        job.refresh_from_db()
    assert (job.status, job.percent) == (Status.DONE, 100)
    assert len(job.result["chapters"]) == 3
