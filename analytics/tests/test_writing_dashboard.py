"""The admin's Writing dashboard: for those who may, of all writers together, with its tables."""

import csv
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from analytics.charts import Stayed, cohorts_chart
from analytics.models import WritingSession
from analytics.reports.studio import last_over
from analytics.tests.test_studio import session
from nexus.lib import save_latency
from nexus.lib.save_latency import BOUNDS, Latency

pytestmark = pytest.mark.django_db
UNTOLD = "fewer than 5 writers"
ADDRESS = "/admin/analytics/writingsession/dashboard/"


@pytest.fixture(autouse=True)
def _warehouse(settings, tmp_path):
    settings.WAREHOUSE_URL = str(tmp_path / "warehouse")


@pytest.fixture(autouse=True)
def _saves(monkeypatch):
    """A thousand saves of the week; counting them is tested with the status page."""
    counts = [0] * (len(BOUNDS) + 1)
    counts[BOUNDS.index(5)], counts[BOUNDS.index(20)] = 900, 100
    monkeypatch.setattr(save_latency, "latency_of", lambda days, until: Latency(tuple(counts)))


def writers(count, *, before=0):
    people = [
        User(username=f"Zanzibar{n}", email=f"zanzibar{n}@example.com")
        for n in range(before, before + count)
    ]
    return User.objects.bulk_create(people)


def write(people, days=40):
    last = last_over(timezone.now())
    WritingSession.objects.bulk_create(
        session(one, last - timedelta(days=back), typed=1234, active_seconds=700)
        for one in people
        for back in range(days)
    )


def test_an_administrator_sees_the_sums_and_nobody_in_them(as_carol):
    write(writers(6))
    page = as_carol.get(ADDRESS)
    text = page.content.decode()
    assert page.status_code == 200
    assert "7,404" in text and "Writers by month" in text
    assert "Of 100 saves, 50 took at most 5\u00a0ms, 95 at most 20\u00a0ms" in text
    for secret in ("Secret story", "Secret chapter", "Zanzibar", "zanzibar", "1,234"):
        assert secret not in text


def test_where_fewer_than_five_wrote_the_page_says_so_and_no_number(as_carol):
    write(writers(4))
    page = as_carol.get(ADDRESS)
    text = page.content.decode()
    assert "numbers begin with 5 writers" in text
    assert page.context["charts"] == [] and "4,936" not in text


def test_a_visitor_a_writer_and_a_moderator_do_not_see_it(anonymous, as_alice, bob, signed_in):
    User.objects.filter(pk=bob.pk).update(role="moderator")
    assert anonymous.get(ADDRESS).status_code == 302
    assert as_alice.get(ADDRESS, follow=True).status_code == 404
    moderator = signed_in(User.objects.get(pk=bob.pk))
    assert moderator.get(ADDRESS).status_code == 403
    assert ADDRESS not in moderator.get("/admin/").content.decode()


def test_the_admin_leads_there_who_may_go(as_carol):
    assert f'href="{ADDRESS}"' in as_carol.get("/admin/").content.decode()


def test_it_can_only_be_looked_at(as_carol):
    assert as_carol.post(ADDRESS).status_code == 405


def test_the_tables_hold_what_is_drawn(as_carol):
    write(writers(7))
    for chart, _shape in as_carol.get(ADDRESS).context["charts"]:
        roomy = chart.svg.partition("</svg>")[0]
        drawn = [int(value) for value in re.findall(r'data-value="(\d+)"', roomy)]
        table = [row[1] for row in chart.rows]
        if drawn:
            told = [int(cell.replace(",", "")) for cell in table if cell[0].isdigit()]
            assert drawn == [value for value in told if value], chart.id
            hatched = roomy.count('class="chart__rest"')
            untold = table.count(UNTOLD)
            assert hatched == untold + bool(untold), chart.id


def test_every_table_can_be_taken_away_and_holds_the_charts_numbers(as_carol):
    write(writers(7))
    for chart, _shape in as_carol.get(ADDRESS).context["charts"]:
        ((kind, address),) = chart.downloads
        answer = as_carol.get(ADDRESS + address)
        assert kind == "CSV" and answer["Content-Type"].startswith("text/csv")
        _headings, *rows = list(csv.reader(answer.getvalue().decode().splitlines()))
        taken = [int(row[-1]) for row in rows if row[-1]]
        told = [re.sub(r"[^0-9]", "", row[-1]) for row in chart.rows if row[-1] != UNTOLD]
        assert taken == [int(value) for value in told], chart.id
        assert all(row[-1] == "" for row in rows) is not bool(told), chart.id


def test_a_table_is_for_those_who_see_the_page_and_no_other_is_there(as_carol, bob, signed_in):
    User.objects.filter(pk=bob.pk).update(role="moderator")
    moderator = signed_in(User.objects.get(pk=bob.pk))
    assert moderator.get(ADDRESS, {"csv": "days"}).status_code == 403
    assert as_carol.get(ADDRESS, {"csv": "sessions"}).status_code == 404


def test_more_writers_ask_nothing_more(as_carol):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert as_carol.get(ADDRESS).status_code == 200
        return len(queries)

    write(writers(5), days=3)
    count()
    few = count()
    write(writers(40, before=5), days=20)
    assert count() == few <= 12


def test_without_the_warehouse_the_page_says_what_is_safe(as_carol, settings):
    settings.WAREHOUSE_URL = "s3://nowhere"
    assert as_carol.get(ADDRESS, {"csv": "days"}).status_code == 503
    page = as_carol.get(ADDRESS)
    assert page.status_code == 503
    assert "cannot be read just now" in page.content.decode()
    assert "Time to save" in page.content.decode()


def test_without_redis_only_the_times_are_missing(as_carol, monkeypatch):
    monkeypatch.setattr(save_latency, "latency_of", lambda days, until: None)
    write(writers(5))
    page = as_carol.get(ADDRESS)
    assert page.status_code == 200 and page.context["latency"] is None
    assert "every text is safe" in page.content.decode()


def test_shares_of_newcomers_are_drawn_as_the_table_tells_them():
    stayed = [
        Stayed(date(2026, 1, 1), 20, (20, 15, None, 5)),
        Stayed(date(2026, 3, 1), 8, (7, 6)),
    ]
    chart = cohorts_chart(stayed, title="Who stays", ident="c", sentence="", untold=UNTOLD)
    roomy, narrow, _end = chart.svg.split("</svg>")
    for drawn in (roomy, narrow):
        assert re.findall(r'data-percent="(\d+)"', drawn) == ["100", "75", "25", "88", "75"]
        shades = re.findall(r"heat__cell--(\d)\" data-|heat__cell--(0)\"><title", drawn)
        assert [one or other for one, other in shades] == ["4", "4", "0", "2", "4", "4"]
    assert chart.rows == (
        ("January 2026", "20", "20 (100 %)", "15 (75 %)", UNTOLD, "5 (25 %)"),
        ("March 2026", "8", "7 (88 %)", "6 (75 %)", "", ""),
    )
