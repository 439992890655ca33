"""A cover: uploaded, drawn anew, made smaller behind the scenes, seen by its writer alone."""

from datetime import timedelta
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from accounts import limits
from jobs.services import run_job
from nexus.lib import effects
from nexus.lib.errors import NotFound
from nexus.tests.pictures_cast import SECRET, opened, picture, told
from stories import covers, exports, tasks
from stories.models import KEPT_IN_TRASH, Story
from stories.services.stories import restore_story, trash_story
from stories.services.trash import purge_trash
from stories.tests.builders import make_chapter, make_story, send

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def story(alice):
    return make_story(alice, "The Salt Road")


@pytest.fixture
def settled(django_capture_on_commit_callbacks):
    """Run what follows a commit, and wait for it."""

    def settle():
        return _Settled(django_capture_on_commit_callbacks(execute=True))

    return settle


class _Settled:
    def __init__(self, capture):
        self.capture = capture

    def __enter__(self):
        return self.capture.__enter__()

    def __exit__(self, *error):
        self.capture.__exit__(*error)
        assert effects.drain(20)


def upload(raw, name="cover.jpg"):
    return SimpleUploadedFile(name, raw, "image/jpeg")


def files_kept():
    return sorted(default_storage.listdir("covers")[1]) if default_storage.exists("covers") else []


def given(story, raw=None):
    covers.set_cover(story, file=upload(raw or picture((600, 900))), at=NOW)
    covers.make_sizes(story.pk)
    story.refresh_from_db()
    return story


def put(client, story_id, raw):
    body = encode_multipart(BOUNDARY, {"file": upload(raw)})
    path = f"/api/v1/stories/{story_id}/cover"
    return client.put(path, body, content_type=MULTIPART_CONTENT)


# --- Choosing ---------------------------------------------------------------------


def test_a_picture_is_chosen_on_its_page_and_shown_with_the_book(as_alice, story):
    page = f"/stories/{story.pk}/cover/"
    assert as_alice.get(page).status_code == 200
    answer = as_alice.post(page, {"file": upload(told())})
    assert answer.status_code == 302 and answer.url == f"/stories/{story.pk}/"
    story.refresh_from_db()
    small = covers.shown(story)["small"].replace("&", "&amp;")
    for address in (page, f"/stories/{story.pk}/", "/"):
        assert small in as_alice.get(address).content.decode()
    whole = as_alice.get(covers.shown(story)["whole"])
    assert whole["Content-Type"] == "image/jpeg" and SECRET not in whole.getvalue()
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert whole["Content-Disposition"].startswith("attachment")


def test_what_will_not_do_is_refused_and_the_cover_stays(as_alice, story):
    before = given(story).cover.name
    answer = as_alice.post(f"/stories/{story.pk}/cover/", {"file": upload(b"words")})
    assert answer.status_code == 422 and b"no picture that Nexus can read" in answer.content
    assert as_alice.post(f"/stories/{story.pk}/cover/").status_code == 422
    story.refresh_from_db()
    assert story.cover.name == before and len(files_kept()) == 3


def test_a_new_picture_takes_the_place_of_the_old_with_its_files(story, settled):
    given(story)
    before, address = files_kept(), covers.shown(story)
    with settled():
        given(story, picture(colour="red"))
    after = files_kept()
    assert len(before) == len(after) == 3 and not set(before) & set(after)
    assert covers.shown(story)["small"] != address["small"]


def test_a_picture_is_taken_away_again(as_alice, story, settled):
    given(story)
    with settled():
        answer = as_alice.post(f"/stories/{story.pk}/cover/remove/")
    assert answer.status_code == 302
    story.refresh_from_db()
    assert covers.shown(story) is None and files_kept() == []
    assert as_alice.get(f"/stories/{story.pk}/cover.jpg").status_code == 404


def test_a_story_that_has_gone_meanwhile_leaves_no_file(story):
    trash_story(story, at=NOW)
    with pytest.raises(NotFound):
        covers.set_cover(story, file=upload(picture()), at=NOW)
    assert files_kept() == []


def test_a_writer_uploads_so_many_an_hour(as_alice, alice, story, monkeypatch):
    for _time in range(60):
        limits.picture(alice.pk)
    assert put(as_alice, story.pk, picture()).status_code == 429
    assert files_kept() == []


# --- Smaller ones -----------------------------------------------------------------


def test_the_worker_makes_the_smaller_ones_and_twice_does_no_harm(story):
    covers.set_cover(story, file=upload(picture((600, 900))), at=NOW)
    for _delivery in range(2):
        assert tasks.make_cover_sizes(str(story.pk)) == 2
    assert len(files_kept()) == 3
    for size, wide in (("small", 240), ("large", 480)):
        kept = covers.name_of_size(story.cover.name, size)
        assert opened(default_storage.open(kept).read()).size == (wide, wide * 3 // 2)


def test_a_late_delivery_leaves_nothing_behind(story, monkeypatch):
    covers.set_cover(story, file=upload(picture()), at=NOW)
    names = iter([story.cover.name, "covers/of-another.jpg"])
    monkeypatch.setattr(covers, "_name_now", lambda story_id: next(names))
    covers.make_sizes(story.pk)
    assert files_kept() == []
    monkeypatch.undo()
    assert covers.make_sizes(story.pk) == covers.make_sizes(uuid4()) == 0


def test_until_then_the_large_one_stands_in_and_the_wish_is_sent_once(as_alice, story, settled):
    covers.set_cover(story, file=upload(picture((600, 900))), at=NOW)
    address = covers.shown(story)["small"]
    with settled() as asked:
        first = as_alice.get(address)
    assert first["Content-Type"] == "image/jpeg" and "no-cache" in first["Cache-Control"]
    with settled() as asked_again:
        as_alice.get(address)
    assert len(asked) == 1 and not asked_again
    covers.make_sizes(story.pk)
    assert as_alice.get(address)["Content-Type"] == "image/webp"


# --- Whose it is ------------------------------------------------------------------


def test_nobody_else_sees_it_and_staff_neither(as_bob, as_carol, anonymous, story):
    given(story)
    for client in (as_bob, as_carol):
        for address in covers.shown(story).values():
            assert client.get(address).status_code == 404
        assert client.get(f"/api/v1/stories/{story.pk}/cover").status_code == 403
    assert anonymous.get(covers.shown(story)["whole"]).status_code == 302


def test_a_browser_keeps_it_for_its_writer_alone(as_alice, story):
    given(story)
    for address in covers.shown(story).values():
        answer = as_alice.get(address)
        assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
        assert "Cookie" in answer["Vary"]
        again = as_alice.get(address, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304 and again["Cache-Control"] == answer["Cache-Control"]


def test_an_address_that_names_no_picture_is_asked_again(as_alice, story):
    given(story)
    for address in (f"/stories/{story.pk}/cover.jpg?v=old", f"/api/v1/stories/{story.pk}/cover"):
        assert as_alice.get(address)["Cache-Control"] == "private, no-cache"


def test_programs_upload_read_and_remove_it(as_alice, story):
    answer = put(as_alice, story.pk, picture((600, 900)))
    assert answer.status_code == 200
    address = answer.json()["cover_url"]
    assert opened(as_alice.get(address).getvalue()).size == (600, 900)
    assert as_alice.get(f"{address}&size=enormous").status_code == 422
    assert send(as_alice, "get", "/stories").json()["stories"][0]["cover_url"] == address
    assert send(as_alice, "delete", f"/stories/{story.pk}/cover").status_code == 204
    gone = as_alice.get(address)
    assert (gone.status_code, gone.json()["code"]) == (404, "no_cover")
    assert send(as_alice, "get", f"/stories/{story.pk}").json()["cover_url"] is None


@pytest.mark.parametrize(
    ("raw", "status"), [(b"words", 422), (b"", 422), (picture() + bytes(5 * 2**20), 413)]
)
def test_programs_are_refused_in_the_same_words(as_alice, story, raw, status):
    answer = put(as_alice, story.pk, raw)
    assert answer.status_code == status and answer.json()["errors"][0]["field"] == "file"


@pytest.mark.parametrize(("wanted", "borne"), [(True, True), (False, False)])
def test_an_export_bears_it_when_wanted(story, wanted, borne):
    make_chapter(given(story), title="One")
    options = exports.Options(cover=wanted)
    job = exports.start_export(story, format="epub", options=options)
    run_job(str(job.pk))
    job.refresh_from_db()
    with default_storage.open(job.upload.name) as file:
        assert ("EPUB/cover.jpg" in ZipFile(file).namelist()) is borne


def test_an_export_goes_on_without_a_picture_that_is_lost(story):
    make_chapter(given(story), title="One")
    default_storage.delete(story.cover.name)
    job = exports.start_export(story, format="docx")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == "done"


@pytest.mark.parametrize("into_new", [True, False])
def test_a_book_brings_its_cover_into_a_story_of_its_own(as_alice, alice, story, into_new):
    make_chapter(given(story), title="One", content="<p>Words of one.</p>")
    job = exports.start_export(story, format="epub")
    run_job(str(job.pk))
    job.refresh_from_db()
    other = make_story(alice, "Another")
    file = SimpleUploadedFile("book.epub", default_storage.open(job.upload.name).read())
    target = {} if into_new else {"story": str(other.pk)}
    reading = as_alice.post("/api/v1/imports", {"file": file, **target}).json()["id"]
    run_job(reading)
    writing = send(as_alice, "post", f"/imports/{reading}/apply", {}).json()["id"]
    run_job(writing)
    found = Story.objects.exclude(pk=story.pk).order_by("-created_at").first()
    assert bool(found.cover) is into_new and (found == other) is not into_new
    if into_new:
        assert opened(default_storage.open(found.cover.name).read()).size == (600, 900)


def test_a_book_comes_in_without_a_cover_that_is_none(story):
    for raw in (b"<svg/>", told()[:900]):
        covers.adopt_cover(story.pk, raw)
    story.refresh_from_db()
    assert not story.cover and files_kept() == []


# --- The end of it ----------------------------------------------------------------


def test_a_trashed_storys_cover_stays_until_it_is_purged(story, settled):
    given(story)
    trash_story(story, at=NOW)
    assert len(files_kept()) == 3
    restore_story(story, at=NOW)
    trash_story(story, at=NOW)
    with settled():
        purge_trash(at=NOW + KEPT_IN_TRASH + timedelta(days=1))
    assert files_kept() == [] and not Story.objects.exists()


def test_what_was_left_behind_is_swept_up_after_a_day(story):
    given(story)
    left = default_storage.save("covers/0123.jpg", upload(picture()))
    assert covers.sweep_covers(at=timezone.now()) == 0 and default_storage.exists(left)
    assert covers.sweep_covers(at=timezone.now() + timedelta(days=2)) == 1
    assert len(files_kept()) == 3 and not default_storage.exists(left)
