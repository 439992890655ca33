"""What an archive of everything holds: all of one writer, nothing of another, and no harm."""

import csv
import hashlib
import io
import json
import re

import pytest

from analytics.models import WritingSession
from nexus.account_data.archive import cell, file_name
from nexus.tests.account_cast import archive_of, furnish
from stories.tests.builders import make_chapter, make_story

pytestmark = pytest.mark.django_db
ALICE, BOB = "xylograph", "quagmirer"


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
