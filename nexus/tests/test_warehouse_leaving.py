"""Whoever leaves the studio leaves its warehouse too; staff see how it is."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from accounts.models import User
from analytics.models import ClosedMonth
from analytics.tests.builders import add_words, at, make_chapter
from analytics.warehouse import open_warehouse
from analytics.warehouse.months import close_months
from nexus import health
from nexus.account_data import deletion

NOW = at("2026-05-20 12:00")


@pytest.fixture
def folder(settings, tmp_path):
    settings.WAREHOUSE_URL = str(tmp_path)
    return tmp_path


@pytest.fixture
def due(alice, bob, folder):
    """Alice, whose time is over, with words in the same months as Bob's."""
    for writer in (alice, bob):
        chapter = make_chapter(writer, title=writer.username)
        for month in (2, 3, 5):
            add_words(chapter, 9, f"2026-{month:02}-11 10:00", typed=9)
    assert close_months(at=NOW) == 2
    alice.deleted_at = datetime.now(UTC) - timedelta(days=31)
    alice.save(update_fields=["deleted_at"])
    return alice


def held(folder):
    query = f"SELECT user_id FROM read_parquet('{folder}/*/*.parquet')"
    return {row[0] for row in duckdb.sql(query).fetchall()}


@pytest.mark.django_db(transaction=True)
def test_no_file_holds_her_sessions_once_she_is_gone(due, bob, folder):
    assert held(folder) == {due.pk, bob.pk}
    assert deletion.purge_accounts(at=datetime.now(UTC)) == {"purged": 1, "failed": 0}
    assert held(folder) == {bob.pk}
    with open_warehouse(NOW) as warehouse:
        told = warehouse.execute("SELECT user_id, count(*) FROM sessions GROUP BY 1").fetchall()
    assert told == [(bob.pk, 3)]


@pytest.mark.django_db(transaction=True)
def test_while_her_files_cannot_be_written_she_is_not_half_gone(due, bob, folder, settings):
    settings.WAREHOUSE_URL = "s3://away"
    assert deletion.purge_accounts(at=datetime.now(UTC)) == {"purged": 0, "failed": 1}
    assert User.objects.filter(pk=due.pk).exists()
    settings.WAREHOUSE_URL = str(folder)
    assert held(folder) == {due.pk, bob.pk}
    assert deletion.purge_accounts(at=datetime.now(UTC)) == {"purged": 1, "failed": 0}
    assert held(folder) == {bob.pk}
    assert ClosedMonth.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_staff_are_told_how_the_warehouse_is(folder, bob):
    assert health.probe_warehouse() == health.Finding(True)
    add_words(make_chapter(bob), 9, "2026-02-11 10:00", typed=9)
    close_months(at=NOW)
    found = health.probe_warehouse()
    assert found.is_ok and found.detail.startswith("Closed months: 1, compared")
    next(folder.rglob("*.parquet")).unlink()
    found = health.probe_warehouse()
    assert not found.is_ok and found.detail == "Files that are not there: 1."
