"""Storage and growth: for administrators, in sums of five and more, with nobody's titles."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from accounts.models import User
from analytics.models import WritingDay
from analytics.reports.growth import WEEKS, growth_report
from analytics.reports.studio import FEWEST
from analytics.tests.builders import at
from nexus import storage_report
from nexus.backups import keeping
from stories.tests.builders import make_chapter, make_story, words

pytestmark = pytest.mark.django_db
# A Wednesday; Tuesday is the last day that is over everywhere.
NOW = at("2026-05-20 20:00")
MONDAY = date(2026, 5, 11)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.WAREHOUSE_URL = str(tmp_path / "warehouse")


def writers(count, *, day=MONDAY, name="w"):
    joined = datetime.combine(day, time(12), UTC)
    people = [User(username="W", email=f"{name}{n}@example.com") for n in range(count)]
    for person in people:
        person.created_at = joined
    return User.objects.bulk_create(people)


def week_of(monday=MONDAY):
    return next(w for w in growth_report(at=NOW).weeks if w.period.first == monday)


def wrote(people, day, count):
    WritingDay.objects.bulk_create(WritingDay(user=one, day=day, typed=count) for one in people)


def test_weeks_are_those_of_half_a_year_and_the_running_one_is_cut():
    weeks = growth_report(at=NOW).weeks
    assert len(weeks) == WEEKS
    assert all(week.period.first.weekday() == 0 for week in weeks)
    assert weeks[-1].period.last == date(2026, 5, 19)


def test_new_writers_are_told_from_five():
    people = writers(FEWEST - 1)
    assert week_of().writers is None
    people += writers(1, name="x", day=MONDAY + timedelta(days=6))
    assert week_of().writers == FEWEST
    assert week_of(MONDAY - timedelta(days=7)).writers is None


def test_stories_are_told_of_weeks_in_which_five_writers_began_one():
    people = writers(FEWEST)
    begun = at("2026-05-12 09:00")
    for number, person in enumerate(people[:-1]):
        make_story(person, at=begun)
        make_story(person, f"Another {number}", at=begun)
    assert week_of().stories is None
    make_story(people[-1], at=begun)
    assert week_of().stories == 2 * FEWEST - 1


def test_words_are_summed_over_days_on_which_five_wrote():
    people = writers(FEWEST)
    wrote(people, MONDAY, 10)
    wrote(people[1:], MONDAY + timedelta(days=1), 1_000)
    # Everybody on the last day there is; nobody is told of a day that goes on somewhere.
    wrote(people, date(2026, 5, 20), 7)
    assert week_of().words == 10 * FEWEST
    assert week_of(date(2026, 5, 18)).words is None


def test_totals_are_told_of_a_studio_of_five():
    people = writers(FEWEST - 1)
    for person in people:
        make_chapter(make_story(person), content=words(3))
    found = growth_report(at=NOW)
    assert (found.writers, found.stories, found.words) == (FEWEST - 1, None, None)
    writers(1, name="x")
    found = growth_report(at=NOW)
    assert (found.writers, found.stories, found.words) == (FEWEST, 4, 12)


def test_files_backups_and_the_disk_are_measured(tmp_path):
    (tmp_path / "media" / "deep").mkdir(parents=True)
    (tmp_path / "media" / "deep" / "a").write_bytes(b"x" * 300)
    backup = keeping.home() / keeping.name_of(keeping.ROLLING, NOW)
    backup.mkdir(parents=True)
    (backup / "database").write_bytes(b"x" * 50)
    found = storage_report.storage_report()
    assert (found.files.files, found.files.size) == (1, 300)
    assert (found.backups_kept, found.backups.size, found.last_backup) == (1, 50, NOW)
    assert found.warehouse.size == 0 and found.database > 1_000_000
    assert 0 < found.disk.free <= found.disk.total
    assert found.tables == tuple(sorted(found.tables, key=lambda table: -table[1]))
    assert storage_report.measure(Path("/nowhere/at/all")).files == 0


def test_files_in_a_bucket_are_not_walked(settings):
    settings.STORAGE_URL, settings.WAREHOUSE_URL = "s3://bucket", "s3://bucket/warehouse"
    found = storage_report.storage_report()
    assert found.files is None and found.warehouse is None


@pytest.mark.parametrize(("free", "is_tight"), [(9, True), (10, False)])
def test_a_disk_is_tight_below_a_tenth(free, is_tight):
    assert storage_report.Disk(free, 100).is_tight is is_tight


def test_the_page_names_sizes_and_sums_and_nobody(as_carol, monkeypatch):
    people = writers(FEWEST, day=date.today() - timedelta(days=9))  # noqa: DTZ011 - any recent day
    make_story(people[0], "Canary title", tags=["canary tag"])
    full = storage_report.Disk(5, 100)
    monkeypatch.setattr("nexus.storage_report.Disk", lambda *_size: full)
    page = as_carol.get("/admin/growth/").content.decode()
    for said in ("Database", "Backups", "There is none yet.", "New writers by week", "make room"):
        assert said in page
    assert "canary" not in page.lower() and people[0].email not in page
    assert 'href="/admin/growth/"' in as_carol.get("/admin/").content.decode()


def test_a_young_studio_is_told_when_numbers_begin(as_carol):
    page = as_carol.get("/admin/growth/").content.decode()
    assert "weeks begin with 5 writers" in page and "fewer than 5 writers" in page


@pytest.mark.parametrize("role", ["moderator", "user"])
def test_only_administrators_see_it(alice, signed_in, role):
    alice.role = role
    alice.save(update_fields=["role"])
    client = signed_in(alice)
    assert client.get("/admin/growth/").status_code in {302, 403, 404}
    assert "/admin/growth/" not in client.get("/admin/").content.decode()
