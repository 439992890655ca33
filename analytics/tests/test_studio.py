"""What staff are told of all writers: true sums, of five and more, of days that are over."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.models import User
from analytics.models import WritingSession
from analytics.reports.studio import (
    FEWEST,
    LENGTHS,
    last_over,
    months_between,
    studio_report,
    whole_months,
)
from analytics.tests.builders import at
from analytics.warehouse.months import close_months
from analytics.words import CAUSES

pytestmark = pytest.mark.django_db
NOW = at("2026-05-20 20:00")
LAST = date(2026, 5, 19)


@pytest.fixture(autouse=True)
def _warehouse(settings, tmp_path):
    settings.WAREHOUSE_URL = str(tmp_path / "warehouse")


def session(user, day, **counts):
    began = datetime.combine(day, time(10), UTC)
    return WritingSession(
        user=user,
        story_title="Secret story",
        chapter_title="Secret chapter",
        started_at=began,
        last_change_at=began + timedelta(minutes=9),
        ended_at=began + timedelta(minutes=9),
        day=day,
        time_zone="UTC",
        source="editor",
        **{"typed": 10, "active_seconds": 60, "saves": 1} | counts,
    )


@pytest.fixture
def writers():
    """Nine, of whom seven signed up in January and two in March."""
    people = [User(username=f"W{n}", email=f"w{n}@example.com") for n in range(9)]
    for number, person in enumerate(people):
        person.created_at = at("2026-01-15 12:00") if number < 7 else at("2026-03-15 12:00")
    return User.objects.bulk_create(people)


@pytest.fixture
def ledger(writers):
    """Half a year in which between one and nine of them wrote each day, in many ways."""
    rows = []
    for back in range(140):
        day = LAST - timedelta(days=back)
        for number, writer in enumerate(writers[: back * 5 % 9 + 1]):
            ways = {
                "typed": 100 + back * number,
                "applied": 3 * (number == 2),
                "pasted": 20 * (back % 7 == 0),
                "imported": 900 * (number == 8),
                "removed": 5 + number,
                "active_seconds": 60 * (1 + (back * 7 + number * 11) % 150),
            }
            rows += [session(writer, day, **ways), session(writer, day, typed=1)]
    WritingSession.objects.bulk_create(rows)
    WritingSession.objects.update(updated_at=at("2026-01-01 12:00"))
    return rows


def report(now=NOW):
    return studio_report(at=now)


def by_day(rows):
    days = defaultdict(list)
    for row in rows:
        days[row.day].append(row)
    return days


def people(rows):
    return len({row.user_id for row in rows if row.words_written})


def test_each_days_writers_and_words_are_the_ledgers(ledger):
    days = by_day(ledger)
    told = report().days
    assert [group.period.first for group in told] == [
        LAST - timedelta(days=back) for back in range(89, -1, -1)
    ]
    for group in told:
        rows = days[group.period.first]
        if people(rows) >= FEWEST:
            assert (group.writers, group.words) == (
                people(rows),
                sum(r.words_written for r in rows),
            )
        else:
            assert (group.writers, group.words) == (None, None)
    assert {group.writers for group in told} == {None, 5, 6, 7, 8, 9}


@pytest.mark.parametrize("unit", ["weeks", "months"])
def test_weeks_and_months_count_each_writer_once(ledger, unit):
    told = getattr(report(), unit)
    assert told[-1].period.last == LAST
    for group in told:
        count = people([row for row in ledger if row.day in group.period])
        assert group.writers == (count if count >= FEWEST else None)
        assert group.words is None
    assert [group.writers for group in told].count(9) >= 4


def test_four_are_nobody_and_five_are_told(writers):
    spring = date(2026, 4, 10)
    for one in writers[:4]:
        WritingSession.objects.bulk_create([session(one, LAST), session(one, spring)])
    few = report()
    assert {group.writers for group in (*few.days, *few.weeks, *few.months)} == {None}
    assert {cohort.active for cohort in few.cohorts} == {(None,) * 4}
    assert not any(few.causes) and not any(few.lengths)
    WritingSession.objects.bulk_create([session(writers[4], LAST), session(writers[4], spring)])
    found = report()
    assert (found.days[-1].writers, found.days[-1].words) == (5, 50)
    assert found.weeks[-1].writers == found.months[-1].writers == 5
    assert (found.causes.typed, found.lengths) == (50, (5, 0, 0, 0, 0, 0))
    assert [cohort.active for cohort in found.cohorts] == [(None, None, None, 5)]


def test_who_only_pasted_or_removed_did_not_write(writers):
    WritingSession.objects.bulk_create(session(one, LAST) for one in writers[:5])
    WritingSession.objects.bulk_create(
        session(one, LAST, typed=0, pasted=9, removed=9) for one in writers[5:]
    )
    assert (report().days[-1].writers, report().days[-1].words) == (5, 50)


def test_causes_are_summed_over_what_enough_writers_did_in_a_month(ledger):
    found = report()
    told_days = {day for day, rows in by_day(ledger).items() if people(rows) >= FEWEST}
    sums = dict.fromkeys(CAUSES, 0)
    for month in (2, 3, 4):
        rows = [row for row in ledger if row.day.month == month and row.day in told_days]
        for cause in CAUSES:
            if cause == "applied":
                continue
            had = [row for row in rows if value_of(row, cause)]
            if len({row.user_id for row in had}) >= FEWEST:
                sums[cause] += sum(value_of(row, cause) for row in had)
    assert {cause: getattr(found.causes, cause) for cause in CAUSES} == sums
    assert sums["typed"] and sums["pasted"] and sums["removed"]
    # Only one brought a book in, and only one applied anything.
    assert sums["imported"] == sums["applied"] == 0


def value_of(row, cause):
    return row.words_written if cause == "typed" else getattr(row, cause)


def test_sessions_are_counted_by_their_length(ledger):
    counts = Counter()
    for month in (2, 3, 4):
        lengths = defaultdict(list)
        for row in ledger:
            if row.day.month == month:
                place = sum(row.active_seconds >= minutes * 60 for minutes in LENGTHS)
                lengths[place].append(row.user_id)
        for place, users in lengths.items():
            counts[place] += len(users) if len(set(users)) >= FEWEST else 0
    assert report().lengths == tuple(counts[place] for place in range(len(LENGTHS) + 1))
    assert sum(counts.values()) > 100


def test_newcomers_are_followed_from_month_to_month(ledger, writers):
    (cohort,) = report().cohorts
    january = {one.pk for one in writers[:7]}
    assert (cohort.month, cohort.size) == (date(2026, 1, 1), 7)
    expected = []
    for month in (1, 2, 3, 4):
        count = len({r.user_id for r in ledger if r.day.month == month} & january)
        expected.append(count if count >= FEWEST else None)
    assert list(cohort.active) == expected
    assert expected[-1] == 7


def test_a_writer_alone_on_a_day_changes_no_number(ledger, writers):
    before = report()
    days = by_day(ledger)
    small = next(day for day in days if people(days[day]) == 1 and day.month == 4)
    ways = dict.fromkeys(CAUSES, 7777) | {"active_seconds": 0}
    WritingSession.objects.bulk_create([session(writers[0], small, **ways)])
    assert report() == before
    assert "7777" not in repr(before)


def test_a_day_is_told_when_it_is_over_everywhere():
    assert last_over(at("2026-05-20 17:59")) == date(2026, 5, 18)
    assert last_over(at("2026-05-20 18:00")) == date(2026, 5, 19)


def test_a_running_day_says_nothing(writers):
    WritingSession.objects.bulk_create(session(one, date(2026, 5, 20)) for one in writers)
    assert not any(group.writers for group in (*report().days, *report().weeks))


@pytest.mark.parametrize(
    ("last", "first", "end"),
    [
        (date(2026, 5, 19), date(2026, 2, 1), date(2026, 4, 30)),
        (date(2026, 5, 31), date(2026, 3, 1), date(2026, 5, 31)),
        (date(2026, 1, 30), date(2025, 10, 1), date(2025, 12, 31)),
    ],
)
def test_whole_months_are_over(last, first, end):
    assert (whole_months(3, last).first, whole_months(3, last).last) == (first, end)
    assert months_between(first, end) == 3


def test_closed_months_and_postgres_tell_the_same(ledger):
    before = report()
    assert before.as_of.closed is None
    assert close_months(at=NOW) >= 4
    after = report()
    assert (after.as_of.closed_before, after.as_of.opened) == (date(2026, 5, 1), NOW)
    assert after.as_of.closed is not None
    for part in ("days", "weeks", "months", "causes", "lengths", "cohorts"):
        assert getattr(after, part) == getattr(before, part), part


def test_nobody_makes_an_empty_report():
    found = report()
    assert not found.has_something
    assert len(found.days) == 90 and found.cohorts == ()
