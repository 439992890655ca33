"""Every instant lies in exactly one of a writer's days, also when clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus.lib.days import day_bounds, local_day, time_zones

# Half-hour clocks, midnight changes, a skipped date, both hemispheres, a half-hour summer time.
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "America/St_Johns",
)
zones = st.sampled_from(ZONES)
hours = st.integers(0, 6)
FIRST = datetime(2005, 1, 1, tzinfo=UTC)
instants = st.integers(0, 30 * 365 * 24 * 3600).map(lambda s: FIRST + timedelta(seconds=s))


@given(instants, zones, hours)
def test_an_instant_lies_within_the_bounds_of_its_own_day(at, zone, hour):
    day = local_day(at, time_zone=zone, day_end_hour=hour)
    start, end = day_bounds(day, time_zone=zone, day_end_hour=hour)
    assert start <= at < end


@given(st.dates(date(2005, 1, 1), date(2034, 12, 30)), zones, hours)
def test_days_touch_without_gap_or_overlap(day, zone, hour):
    _, end = day_bounds(day, time_zone=zone, day_end_hour=hour)
    start, _ = day_bounds(day + timedelta(days=1), time_zone=zone, day_end_hour=hour)
    assert end == start


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", range(7))
def test_around_each_clock_change_every_quarter_hour_has_one_day(zone, hour):
    for change in changes(zone, 2024):
        for step in range(-120, 120):
            at = change + timedelta(minutes=15 * step)
            day = local_day(at, time_zone=zone, day_end_hour=hour)
            start, end = day_bounds(day, time_zone=zone, day_end_hour=hour)
            assert start <= at < end, (zone, hour, at)


def changes(zone, year):
    """Return the hours of a year at which the clocks of a zone change."""
    at, clock = datetime(year, 1, 1, tzinfo=UTC), ZoneInfo(zone)
    offset = at.astimezone(clock).utcoffset()
    while at.year == year:
        at += timedelta(hours=1)
        if at.astimezone(clock).utcoffset() != offset:
            offset = at.astimezone(clock).utcoffset()
            yield at


@pytest.mark.parametrize(
    ("wall", "hour", "day"),
    [
        ("2026-03-11T23:59:59+01:00", 0, date(2026, 3, 11)),
        ("2026-03-12T00:00:00+01:00", 0, date(2026, 3, 12)),
        ("2026-03-12T02:59:59+01:00", 3, date(2026, 3, 11)),
        ("2026-03-12T03:00:00+01:00", 3, date(2026, 3, 12)),
        # The hour from two to three exists twice; both belong to the evening before.
        ("2026-10-25T02:30:00+02:00", 3, date(2026, 10, 24)),
        ("2026-10-25T02:30:00+01:00", 3, date(2026, 10, 24)),
        ("2026-10-25T03:00:00+01:00", 3, date(2026, 10, 25)),
        # And here it does not exist at all.
        ("2026-03-29T01:59:59+01:00", 3, date(2026, 3, 28)),
        ("2026-03-29T03:00:00+02:00", 3, date(2026, 3, 29)),
    ],
)
def test_a_day_ends_at_the_writers_hour(wall, hour, day):
    at = datetime.fromisoformat(wall)
    assert local_day(at, time_zone="Europe/Berlin", day_end_hour=hour) == day


@pytest.mark.parametrize(
    ("day", "length"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_is_as_long_as_the_clocks_make_it(day, length):
    start, end = day_bounds(day, time_zone="Europe/Berlin")
    assert end - start == timedelta(hours=length)


def test_bounds_are_in_utc():
    start, end = day_bounds(date(2026, 3, 11), time_zone="Asia/Tokyo")
    assert (start.tzinfo, end.tzinfo) == (UTC, UTC)
    assert start == datetime(2026, 3, 10, 15, tzinfo=UTC)


def test_the_zones_are_those_of_the_tz_database():
    assert {"UTC", "Europe/Berlin"} <= time_zones()
    assert "Mars/Olympus" not in time_zones()
