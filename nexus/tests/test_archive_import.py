"""An archive brought back into an empty account: the same stories, days and numbers, or nothing."""

import io
import json
import re
import zipfile
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import DataError, IntegrityError, connection, transaction
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
from jobs.work import JobCancelled
from nexus.account_data import everything
from nexus.account_data.archive import MANIFEST, Archive
from nexus.account_data.bringing import bring_back, is_empty, looked_through
from nexus.account_data.refusal import ArchiveRefused
from nexus.account_data.sections import LEFT_OUT, SECTIONS
from nexus.tests.account_cast import furnish
from stories.history import keep_conflict_copy
from stories.models import KEPT_IN_TRASH, Chapter, Story
from stories.services.targets import create_target, set_plan
from stories.tests.builders import NOW, make_chapter, make_story, send

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 11)
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
def _own_storage(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    # The watch beside a job looks from outside, where a test's rows are not to be seen.
    monkeypatch.setattr("jobs.watch.LOOK_SECONDS", 3600)


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
    write_demo(alice, [parse_work(WORK)], days=12, until=timezone.now())
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


def test_everything_comes_back_and_every_number_is_the_same(wrote, as_alice, as_bob, bobs):
    raw = archive_of(wrote)
    job = bring(as_bob, raw)
    assert job.status == "done", job.error
    told = [answers(client, user) for client, user in ((as_alice, wrote), (as_bob, bobs()))]
    for address in (*STATISTICS, *PAGES):
        assert told[0][address] == told[1][address], address
    assert '"current":' in told[0]["/streak"] and '"p50"' in told[0]["/stories/{story}/forecast"]
    _are_rows_the_same(raw, wrote, bobs)
    assert all(finding.wrong == 0 for finding in verify())
    # And all of it is hers, and not Alice's.
    assert not WritingSession.objects.filter(user=bobs(), chapter__story__owner=wrote).exists()
    assert Story.objects.filter(owner=wrote).count() == Story.objects.filter(owner=bobs()).count()


def _are_rows_the_same(raw, wrote, bobs):
    open_from = bobs().day_of(timezone.now()) - timedelta(days=1)
    past = WritingDay.objects.filter(day__lt=open_from)
    assert past.filter(user=wrote).count() == past.filter(user=bobs()).count() > 5
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
PAGES = (
    "/analytics/",
    "/analytics/lifetime/",
    "/stories/{story}/analytics/",
    "/stories/{story}/plan/",
    "/targets/",
)


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
        # Keys of forms, places in a list that are written as one long word, the time of looking.
        found[address] = re.sub(r"[\w=-]{50,}|As of [^.]+", "", without_ids(text))
        assert text and answer.status_code == 200
    return found


# --- What is refused ----------------------------------------------------------------


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


@pytest.fixture
def small(alice):
    story = make_story(alice, "Emma")
    chapter = make_chapter(story, title="One", content="<p>one two three</p>")
    make_chapter(story, title="Two", content="<p>four</p>")
    keep_conflict_copy(chapter, content="<p>other</p>", by=alice, at=NOW)
    create_target(story, quota=7, frequency="Daily", from_date=DAY, to_date=DAY)
    set_plan(story, total_words=9, start_on=DAY, due_on=DAY)
    sum_up(alice)
    return archive_of(alice)


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
        with pytest.raises(ArchiveRefused):
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


# --- Two steps, and all or nothing ----------------------------------------------------


def test_the_preview_says_what_is_in_it_and_nothing_is_written(small, as_bob, bob):
    job = upload(as_bob, small)
    assert is_empty(bob)
    page = as_bob.get(f"/jobs/{job.pk}/").content.decode()
    assert "This is a Nexus archive: 1 story, 4 words, 1 writing day, 1 version." in page
    assert "Bring everything back" in page and "Emma" in page
    answer = as_bob.post(f"/import/{job.pk}/apply/")
    writing = Job.objects.get(kind="account.import")
    assert answer.url == f"/jobs/{writing.pk}/"
    run_job(str(writing.pk))
    assert "Everything is here again: 1 story" in as_bob.get(answer.url).content.decode()
    assert "Bring everything back" not in as_bob.get(f"/jobs/{job.pk}/").content.decode()


def test_an_account_with_writing_in_it_is_not_written_over(small, as_bob, bob):
    job = upload(as_bob, small)
    make_story(bob, "Persuasion")
    page = as_bob.get(f"/jobs/{job.pk}/").content.decode()
    assert "There is writing in this account already" in page
    assert "Bring everything back" not in page
    answer = send(as_bob, "post", f"/imports/{job.pk}/apply")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_empty")
    assert list(Story.objects.filter(owner=bob).values_list("title", flat=True)) == ["Persuasion"]


def applied(client, raw):
    """Have an archive read and asked for; its writing waits."""
    reading = upload(client, raw)
    answer = send(client, "post", f"/imports/{reading.pk}/apply")
    return Job.objects.get(pk=answer.json()["id"])


def test_a_story_begun_between_the_two_steps_stops_the_second(small, as_bob, bob):
    job = applied(as_bob, small)
    make_story(bob, "Persuasion")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == "failed" and "There is writing" in job.error
    assert Story.objects.filter(owner=bob).count() == 1


def test_an_archive_that_contradicts_itself_leaves_nothing(small, as_bob, bob):
    job = applied(as_bob, forged(small, {"data/chapters.json": changed(title="Two")}))
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == "failed" and "contradicts itself" in job.error
    assert is_empty(bob)


def test_a_second_delivery_brings_nothing_twice(small, as_bob, bob):
    job = applied(as_bob, small)
    run_job(str(job.pk))
    Job.objects.filter(pk=job.pk).update(status="queued")
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.status == "done" and Story.objects.filter(owner=bob).count() == 1


@pytest.mark.parametrize("stop_at", ["archive-half-stored", "archive-stored"])
def test_one_that_breaks_or_is_stopped_half_way_leaves_nothing(
    small, as_bob, bob, monkeypatch, stop_at
):
    job = applied(as_bob, small)

    def stop(name):
        if name == stop_at:
            raise JobCancelled

    monkeypatch.setattr("nexus.account_data.bringing.hit", stop)
    monkeypatch.setattr("nexus.account_data.imports.hit", stop)
    run_job(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.result) == ("cancelled", None)
    bob.refresh_from_db()
    assert is_empty(bob) and not WritingDay.objects.filter(user=bob).exists()


# --- Nothing is forgotten -------------------------------------------------------------


def test_every_model_of_a_person_is_in_the_archive_or_left_out_on_purpose():
    told = {section.model._meta.label for section in SECTIONS}
    of_a_person = {model._meta.label for model in apps.get_models() if leads_to_a_person(model)}
    assert not told & set(LEFT_OUT)
    assert of_a_person == told | set(LEFT_OUT)


def leads_to_a_person(model, seen=frozenset()):
    """Say whether rows of a model are somebody's, over however many other rows."""
    if model is User:
        return True
    parents = {column.related_model for column in model._meta.concrete_fields} - seen - {None}
    return any(leads_to_a_person(parent, seen | {model}) for parent in parents)


# --- By the host, for an archive of whatever size ---------------------------------------


def test_a_host_brings_back_what_no_upload_could(small, bob, tmp_path):
    path = tmp_path / "archive.zip"
    path.write_bytes(small)
    out = io.StringIO()
    call_command("bring_back", path, to="BOB@example.com", stdout=out)
    assert "Stories: 1, writing days: 1." in out.getvalue() and not is_empty(bob)
    with pytest.raises(CommandError, match="There is writing in this account already"):
        call_command("bring_back", path, to=bob.email)
    with pytest.raises(CommandError, match="Nobody here"):
        call_command("bring_back", path, to="nobody@example.com")
