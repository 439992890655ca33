"""Archives that are refused, and what is made harmless of those that are not."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError
from django.utils import timezone

from analytics.models import WritingSession
from analytics.verify import verify
from nexus.account_data.archive import MANIFEST
from nexus.account_data.bringing import is_empty
from nexus.account_data.refusal import ArchiveRefused
from nexus.tests.archive_cast import (
    brought,
    changed,
    forged,
    small_archive,
    upload,
)
from stories.models import KEPT_IN_TRASH, Chapter, Story
from stories.tests.builders import make_chapter, make_story

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    # The watch beside a job looks from outside, where a test's rows are not to be seen.
    monkeypatch.setattr("jobs.watch.LOOK_SECONDS", 3600)


@pytest.fixture
def small(alice):
    return small_archive(alice)


def refused(client, raw, user):
    """Return the reason; nothing was written."""
    job = upload(client, raw)
    assert job.status == "failed" and is_empty(user), job.result
    return job.error


def flipped(raw):
    """Change one letter of a stored text, and nothing of its zip's own checksums."""
    before = zipfile.ZipFile(io.BytesIO(raw))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.replace(b"three", b"seven") if "chapters" in name else text)
    return target.getvalue()


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (flipped, "data/chapters.json is not as it was"),
        (lambda raw: forged(raw, {}, about={"format": 3}), "made by a newer Nexus"),
        (lambda raw: forged(raw, {}, about={"format": 1}), "story.html"),
        (lambda raw: raw[: len(raw) // 2], "damaged or incomplete"),
        (lambda raw: raw[: len(raw) // 2] + raw[len(raw) // 2 + 9 :], "damaged"),
    ],
)
def test_what_is_not_as_nexus_made_it_is_refused(small, as_bob, bob, harm, reason):
    assert reason in refused(as_bob, harm(small), bob)


def test_files_may_neither_be_missing_nor_added(small, as_bob, bob):
    before = zipfile.ZipFile(io.BytesIO(small))
    for names in (before.namelist()[1:], [*before.namelist(), "more.html"]):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as after:
            for name in names:
                after.writestr(name, before.read(name) if name in before.namelist() else b"")
        assert "missing from this archive, or were added" in refused(as_bob, target.getvalue(), bob)


def test_a_zip_of_somebody_elses_is_a_book_like_any_other(as_bob):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as other:
        other.writestr("manifest.json", '{"format": 2, "made_by": "Scribbler 1"}')
        other.writestr("01.md", "# One\n\nFour words stand here.\n")
    assert upload(as_bob, target.getvalue(), name="book.zip").result["word_count"] > 0


LATER = "2999-01-01T00:00:00+00:00"
WRONG = [
    ("data/stories.json", {"title": "a\u202eb"}),
    ("data/stories.json", {"title": "x" * 300}),
    ("data/stories.json", {"title": 7}),
    ("data/stories.json", {"status": "Lost"}),
    ("data/stories.json", {"created_at": LATER}),
    ("data/stories.json", {"created_at": "2026-03-11T14:00:00"}),
    ("data/stories.json", {"id": None}),
    ("data/chapters.json", {"content": "<p>" + "x" * (5 * 1024 * 1024)}),
    ("data/chapters.json", {"content_revision": 0}),
    ("data/chapters.json", {"content_revision": 2**40}),
    ("data/chapters.json", {"notes": "\0"}),
    ("data/chapters.json", {"notes": "\ud800"}),
    ("data/chapters.json", {"title": "Two"}),
    ("data/versions.json", {"revision": 99}),
    ("data/targets.json", {"quota": -1}),
    ("data/targets.json", {"quota": True}),
    ("data/targets.json", {"to_date": "2020-01-01"}),
    ("data/plans.json", {"weekday_weights": [1e9] * 7}),
    ("data/plans.json", {"weekday_weights": {}}),
    ("data/plans.json", {"due_on": "9000-01-01"}),
    ("ledger/sessions.json", {"typed": -5}),
    ("ledger/sessions.json", {"typed": 2**31}),
    ("ledger/sessions.json", {"active_seconds": 999_999}),
    ("ledger/sessions.json", {"started_at": LATER, "last_change_at": LATER, "ended_at": None}),
    ("ledger/sessions.json", {"day": "2019-01-01"}),
    ("ledger/sessions.json", {"time_zone": "../../etc/passwd"}),
    ("ledger/sessions.json", {"source": "dream"}),
    ("ledger/days.json", {"day": "yesterday"}),
]


def test_rows_that_no_nexus_wrote_are_refused_and_leave_nothing(small, bob):
    for path, values in WRONG:
        raw = forged(small, {path: changed(**values)})
        with pytest.raises((ArchiveRefused, IntegrityError, DataError)):
            brought(raw, bob)
            pytest.fail(f"{path} with {values} was taken")
        assert is_empty(bob)


def test_a_refusal_names_the_file_and_the_row(small, bob):
    raw = forged(small, {"data/targets.json": changed(quota="many")})
    with pytest.raises(ArchiveRefused, match=r"data/targets.json, row 1, .* quota"):
        brought(raw, bob)


NO_LISTS = ["[\n{", "[" * 100_000, "{}\n", '[\n"a"\n]\n', "[\nNaN\n]\n", "", "[\n" + "9" * 5000]


def test_json_that_is_none_or_without_end_is_refused(small, bob):
    deep = '[\n{"a": [' + "[]," * 1_000_000 + "0]}\n]\n"
    for text in (*NO_LISTS, deep, "[\n{" + " " * 13_000_000 + "}\n]\n"):
        with pytest.raises(ArchiveRefused, match="A list in this archive is not as Nexus writes"):
            brought(forged(small, {"data/stories.json": lambda _was, text=text: text}), bob)


def test_a_zip_that_unpacks_to_more_than_it_says_is_refused(small, bob):
    about = json.loads(zipfile.ZipFile(io.BytesIO(small)).read(MANIFEST))
    about["files"] = [one | {"bytes": 2**40} for one in about["files"]]
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            after.writestr(name, json.dumps(about) if name == MANIFEST else before.read(name))
    with pytest.raises(ArchiveRefused, match="more than Nexus takes"):
        brought(target.getvalue(), bob)


# --- What is made harmless ------------------------------------------------------------


def test_prose_is_cleaned_and_counted_anew(small, bob):
    evil = '<p onclick="x()">one <script>alert(1)</script><b>two</b></p><img src="https://e.org/x">'
    raw = forged(
        small,
        {
            "data/chapters.json": changed(content=evil, word_count=999_999),
            "data/versions.json": changed(content=evil, word_count=5),
        },
    )
    brought(raw, bob)
    chapter = Chapter.objects.get(story__owner=bob, title="One")
    for row in (chapter, chapter.versions.get()):
        assert "script" not in row.content and "onclick" not in row.content
        assert "img" not in row.content and row.word_count == 2
    # The ledger of the archive told of three words: one less is one that was taken away.
    made_up = WritingSession.objects.get(user=bob, chapter=chapter, source="import")
    assert (made_up.removed, made_up.imported) == (1, 0)
    assert all(finding.wrong == 0 for finding in verify())


def test_ids_of_others_lead_nowhere(small, alice, bob, carol):
    foreign = make_chapter(make_story(carol, "Hers"), title="Hers")
    raw = forged(
        small,
        {
            "data/chapters.json": changed(id=str(foreign.pk)),
            "data/versions.json": changed(chapter_id=str(foreign.pk)),
            "data/targets.json": changed(story_id=str(foreign.story_id)),
            "ledger/sessions.json": changed(
                user_id=str(carol.pk), story_id=str(foreign.story_id), chapter_id=str(foreign.pk)
            ),
        },
    )
    before = list(Chapter.objects.filter(pk=foreign.pk).values())
    brought(raw, bob)
    assert list(Chapter.objects.filter(pk=foreign.pk).values()) == before
    assert not foreign.versions.exists() and not foreign.story.targets.exists()
    assert set(WritingSession.objects.filter(chapter=foreign).values_list("user", flat=True)) == {
        carol.pk
    }
    assert not WritingSession.objects.filter(user=bob, story__owner__in=[alice, carol]).exists()


def test_what_the_trash_would_lose_tonight_stays_a_week(small, bob):
    long_ago = (timezone.now() - timedelta(days=400)).isoformat()
    brought(forged(small, {"data/stories.json": changed(trashed_at=long_ago)}), bob)
    story = Story.objects.trashed().get(owner=bob)
    left = story.trashed_at + KEPT_IN_TRASH - timezone.now()
    assert timedelta(days=6) < left <= timedelta(days=7)
