"""Closed months lie in files, newer sessions in Postgres; whoever asks sees one ledger."""

import threading
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import duckdb
import pytest
from django.db import connection

from analytics.models import ClosedMonth, WritingSession
from analytics.tests.builders import add_words, at, make_chapter
from analytics.warehouse import open_warehouse
from analytics.warehouse.columns import COLUMNS
from analytics.warehouse.months import close_months, forget_writer, sweep

pytestmark = pytest.mark.django_db
NOW = at("2026-05-20 12:00")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.WAREHOUSE_URL = str(tmp_path / "warehouse")
    return tmp_path / "warehouse"


@pytest.fixture
def years(alice, bob):
    """Two writers' sessions from January to the open month of May."""
    for writer, count in ((alice, 10), (bob, 70)):
        chapter = make_chapter(writer, title=f"Secret of {writer.username}")
        for month in range(1, 6):
            add_words(chapter, count + month, f"2026-{month:02}-11 10:00", typed=count + month)
            add_words(chapter, 5, f"2026-{month:02}-11 15:00", pasted=5)
    age()


def age():
    """Make every session look written before the months were closed."""
    WritingSession.objects.update(updated_at=NOW - timedelta(days=3650))


def trust_files():
    """Have the last hour's changes count as looked at: nothing of closed months comes twice."""
    ClosedMonth.objects.update(checked_at=datetime.now(UTC) + timedelta(hours=2))


def ask(question, user=None, now=NOW):
    with open_warehouse(now, user) as warehouse:
        return warehouse.execute(question).fetchall()


def ledger(user=None):
    rows = WritingSession.objects.filter(user=user) if user else WritingSession.objects.all()
    return sorted(rows.values_list(*COLUMNS), key=lambda row: str(row[0]))


def stored(user=None):
    rows = ask(f"SELECT {', '.join(COLUMNS)} FROM sessions", user)
    return sorted((tuple(map(aware, row)) for row in rows), key=lambda row: str(row[0]))


def aware(value):
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def months(folder):
    return sorted(name[:7] for name in files(folder))


def test_columns_are_the_ledgers_without_titles_and_cuts():
    columns = {field.column for field in WritingSession._meta.local_concrete_fields}
    assert columns - set(COLUMNS) == {"story_title", "chapter_title", "cuts"}
    assert set(COLUMNS) <= columns
    with open_warehouse(NOW) as warehouse:
        told = warehouse.execute("SELECT * FROM sessions").description
    assert [name for name, *_rest in told] == list(COLUMNS)


def test_months_that_are_over_are_files_and_the_others_are_read_from_postgres(years, folder):
    assert close_months(at=NOW) == 4
    assert months(folder) == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert stored() == ledger()
    assert len(ledger()) > 10
    (as_of,) = ask("SELECT closed_before, open_at FROM as_of")
    assert as_of == (date(2026, 5, 1), NOW.replace(tzinfo=None))


def test_a_month_waits_until_it_is_over_everywhere(years, folder):
    close_months(at=at("2026-05-02 23:00"))
    assert months(folder)[-1] == "2026-03"
    close_months(at=at("2026-05-03 00:00"))
    assert months(folder)[-1] == "2026-04"


def test_before_any_month_is_closed_all_comes_from_postgres(years, alice):
    assert stored() == ledger()
    assert stored(alice) == ledger(alice) != []
    assert ask("SELECT closed_at FROM as_of") == [(None,)]


def test_an_empty_studio_has_an_empty_warehouse(folder):
    assert close_months(at=NOW) == 0
    assert ask("SELECT * FROM sessions") == []


def test_closing_again_writes_nothing(years, folder):
    close_months(at=NOW)
    before = files(folder)
    assert close_months(at=NOW) == 0
    assert files(folder) == before


def test_a_month_rewritten_gives_the_same_file(years, folder):
    close_months(at=NOW)
    before = files(folder)
    ClosedMonth.objects.all().delete()
    assert close_months(at=NOW) == 4
    assert files(folder) == before and len(before) == 4


def test_a_file_is_sorted_by_writer_and_time(years, folder):
    close_months(at=NOW)
    for file in folder.rglob("*.parquet"):
        rows = duckdb.sql(f"SELECT user_id, started_at FROM read_parquet('{file}')").fetchall()
        assert all(before <= after for before, after in pairwise(rows)) and len(rows) == 4


def test_no_title_and_no_word_of_text_is_in_a_file(years, folder):
    close_months(at=NOW)
    for content in files(folder).values():
        assert b"Secret" not in content and b"word word" not in content


@pytest.mark.parametrize("day", ["2026-02-28", "2026-05-15"], ids=["closed", "open"])
def test_a_session_that_came_to_lie_on_another_day_is_there_once(years, day):
    close_months(at=NOW)
    moved = WritingSession.objects.filter(day="2026-03-11").first()
    moved.day, moved.updated_at = day, datetime.now(UTC)
    moved.save()
    assert stored() == ledger()
    assert close_months(at=NOW) == (2 if day == "2026-02-28" else 1)
    trust_files()
    assert stored() == ledger()


def test_a_session_of_long_ago_that_is_written_now_is_there_at_once(years, alice, folder):
    close_months(at=NOW)
    chapter = make_chapter(alice, title="Old")
    add_words(chapter, 9, "2025-07-07 10:00", typed=9)
    assert stored() == ledger()
    assert stored(alice) == ledger(alice)
    close_months(at=NOW)
    trust_files()
    assert stored() == ledger()
    assert "2025-07" in months(folder)


def test_what_changes_without_a_time_is_found_when_months_are_closed_again(years, alice):
    close_months(at=NOW)
    WritingSession.objects.filter(user=alice, day="2026-01-11").update(story=None)
    assert close_months(at=NOW) == 1
    assert stored() == ledger()


def test_a_writer_sees_herself_alone(years, alice, bob):
    close_months(at=NOW)
    with open_warehouse(NOW, alice) as warehouse:
        ids = warehouse.execute("SELECT DISTINCT user_id FROM sessions").fetchall()
        tables = warehouse.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        for (table,) in tables:
            if table != "as_of":
                held = warehouse.execute(f"SELECT DISTINCT user_id FROM {table}").fetchall()
                assert held in ([], [(alice.pk,)])
    assert ids == [(alice.pk,)]
    assert stored(alice) == ledger(alice) and stored(bob) == ledger(bob)


def test_a_writers_connection_can_reach_no_file(years, alice, folder):
    close_months(at=NOW)
    with (
        open_warehouse(NOW, alice) as warehouse,
        pytest.raises(duckdb.PermissionException),
    ):
        warehouse.execute(f"SELECT * FROM read_parquet('{folder}/*/*.parquet')")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/nexus-never.csv'",
        "SET memory_limit = '64GB'",
        "INSTALL httpfs",
        "ATTACH '/tmp/nexus-never.db'",
    ],
)
def test_a_connection_is_bounded(years, statement):
    close_months(at=NOW)
    with open_warehouse(NOW) as warehouse, pytest.raises(duckdb.Error):
        warehouse.execute(statement)


def test_memory_is_what_the_settings_say(settings):
    settings.WAREHOUSE_MEMORY = 300
    limit = "SELECT current_setting('memory_limit'), current_setting('threads')"
    assert ask(limit) == [("286.1 MiB", 2)]


def test_a_file_that_is_gone_is_read_from_postgres_and_written_again(years, alice, folder):
    close_months(at=NOW)
    before = files(folder)
    next(folder.rglob("2026-02*")).unlink()
    assert stored() == ledger()
    assert stored(alice) == ledger(alice)
    assert close_months(at=NOW) == 1
    assert files(folder) == before


def test_files_that_were_replaced_or_never_named_are_swept(years, alice, folder):
    close_months(at=NOW)
    (folder / "sessions-1" / "2026-01-0123456789abcdef.parquet").write_bytes(b"left by a crash")
    WritingSession.objects.filter(user=alice, day="2026-01-11").update(saves=9)
    close_months(at=NOW)
    close_months(at=NOW)
    assert months(folder) == ["2026-01", "2026-02", "2026-03", "2026-04"]


def test_a_writer_who_leaves_leaves_every_file(
    years, alice, bob, folder, django_capture_on_commit_callbacks
):
    close_months(at=NOW)
    WritingSession.objects.filter(user=bob, day="2026-01-11").update(saves=9)
    close_months(at=NOW)
    gone = bob.pk
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_writer(gone) == 4
        bob.delete()
    held = duckdb.sql(f"SELECT DISTINCT user_id FROM read_parquet('{folder}/*/*.parquet')")
    assert held.fetchall() == [(alice.pk,)]
    assert len(months(folder)) == 4
    assert stored() == ledger() == ledger(alice)
    # What is left is what would have been written without her.
    before = files(folder)
    assert close_months(at=NOW) == 0
    ClosedMonth.objects.all().delete()
    close_months(at=NOW)
    assert files(folder) == before


def test_a_writer_nobody_knows_is_in_no_file(years, folder):
    close_months(at=NOW)
    before = files(folder)
    assert forget_writer(uuid4()) == 0
    sweep()
    assert files(folder) == before


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_each_month_once(years, folder):
    answers = []

    def work():
        try:
            answers.append(close_months(at=NOW))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(answers) == 4 and len(answers) == 3
    assert months(folder) == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert stored() == ledger()
