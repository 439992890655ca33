"""Ledger, rollups and warehouse are held against each other every night, and by `verify`."""

from io import StringIO

import duckdb
import pytest
from django.core.management import CommandError, call_command
from structlog.testing import capture_logs

from analytics import rollups, tasks
from analytics.models import WritingSession
from analytics.tests.builders import add_words, at, make_chapter, settle
from analytics.warehouse import comparing, months

pytestmark = pytest.mark.django_db
NOW = at("2026-05-20 12:00")


@pytest.fixture
def folder(settings, tmp_path):
    settings.WAREHOUSE_URL = str(tmp_path)
    return tmp_path


@pytest.fixture
def kept(alice, folder):
    """Three closed months and the open one, all of them summed."""
    chapter = make_chapter(alice)
    for month in (1, 2, 3, 5):
        add_words(chapter, 9, f"2026-{month:02}-11 10:00", typed=9)
    for row in WritingSession.objects.all():
        rollups.roll_up_day(alice, row.day, at=NOW)
        WritingSession.objects.filter(pk=row.pk).update(ended_at=row.last_change_at)
    settle(alice)
    months.close_months(at=NOW)
    return folder


def spoil(folder, change):
    """Write a closed month over with other numbers."""
    file = next(folder.rglob("2026-02*.parquet"))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE month AS FROM read_parquet('{file}')")
        connection.execute(change)
        connection.execute(f"COPY month TO '{file}' (FORMAT parquet)")


CHANGES = pytest.mark.parametrize(
    "change",
    [
        "UPDATE month SET typed = typed + 1",
        "UPDATE month SET active_seconds = active_seconds + 1",
        "INSERT INTO month FROM month",
        "DELETE FROM month",
        "UPDATE month SET user_id = uuid(); INSERT INTO month FROM month",
    ],
)


def verify():
    out = StringIO()
    call_command("verify", stdout=out)
    return out.getvalue()


def test_what_was_closed_is_what_the_ledger_says(kept):
    told = comparing.compare(at=NOW)
    assert (told.months, told.sessions, told.differing) == (4, 4, ())
    [line] = [said for said in verify().splitlines() if said.startswith("warehouse")]
    assert line.split()[-2:] == ["4", "0"]


@CHANGES
def test_a_month_that_says_something_else_is_named(kept, change):
    spoil(kept, change)
    assert [str(month) for month in comparing.compare(at=NOW).differing] == ["2026-02-01"]


def test_verify_names_it_too(kept):
    spoil(kept, "UPDATE month SET typed = typed + 1")
    with pytest.raises(CommandError, match="1 of these"):
        verify()


def test_the_nightly_task_tells_and_repairs(kept):
    assert tasks.close_months() == 0
    right = next(kept.rglob("2026-02*")).read_bytes()
    spoil(kept, "UPDATE month SET typed = typed + 1")
    with capture_logs() as told:
        assert tasks.close_months() == 1
    [line] = [said for said in told if said["event"] == "warehouse_differs"]
    assert line["log_level"] == "error" and line["differing"] == ["2026-02-01"]
    assert next(kept.rglob("2026-02*")).read_bytes() == right
    assert tasks.close_months() == 0


def test_what_people_write_meanwhile_is_no_difference(kept, alice):
    WritingSession.objects.filter(day="2026-02-11").update(typed=50, updated_at=NOW)
    months.close_months(at=NOW)
    assert comparing.compare(at=NOW).differing == ()
