"""Every instant lies in exactly one of a writer's days, wherever she is and whatever clocks do."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import redating, reports, rollups
from analytics.models import WritingDay, WritingSession
from analytics.periods import Period
from analytics.tests.builders import add_words, at, make_chapter, sessions
from nexus.lib.days import day_bounds, local_day

# Both nights on which the clocks of each change in 2026, where they do; New York in 2024, too, for
# the leap day.
TWELVE = {
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Los_Angeles": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/St_Johns": (date(2026, 3, 8), date(2026, 11, 1)),
    "America/Havana": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Pacific/Chatham": (date(2026, 4, 5), date(2026, 9, 27)),
    "Pacific/Auckland": (date(2026, 4, 5), date(2026, 9, 27)),
    "Asia/Kathmandu": (date(2026, 3, 29), date(2026, 10, 25)),
    "Asia/Tokyo": (date(2026, 3, 29), date(2026, 10, 25)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),
}
NIGHTS = [(zone, night) for zone, nights in TWELVE.items() for night in nights] + [
    # Midnights that never struck, and a whole day that was skipped.
    ("America/Sao_Paulo", date(2017, 10, 15)),
    ("Asia/Beirut", date(2022, 3, 27)),
    ("Pacific/Apia", date(2011, 12, 31)),
    ("America/New_York", date(2024, 2, 29)),
]
DAY_ENDS = [0, 2, 3]
DAY = timedelta(days=1)


def hours_of(day, zone, hour=0):
    start, end = day_bounds(day, time_zone=zone, day_end_hour=hour)
    return (end - start) / timedelta(hours=1)


@pytest.mark.parametrize("hour", DAY_ENDS)
@pytest.mark.parametrize(("zone", "night"), NIGHTS)
def test_days_follow_each_other_without_a_gap_and_hold_all_of_their_instants(zone, night, hour):
    days = [night + number * DAY for number in range(-2, 4)]
    bounds = [day_bounds(day, time_zone=zone, day_end_hour=hour) for day in days]
    for (_, end), (start, _) in pairwise(bounds):
        assert end == start
    for day, (start, end) in zip(days, bounds, strict=True):
        instant = start
        while instant < end:
            assert local_day(instant, time_zone=zone, day_end_hour=hour) == day
            instant += timedelta(minutes=15)
        if end > start:
            last = end - timedelta(microseconds=1)
            assert local_day(last, time_zone=zone, day_end_hour=hour) == day


@settings(max_examples=150, deadline=None)
@given(
    st.integers(631_152_000, 2_114_380_800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from([zone for zone, _night in NIGHTS]),
    st.sampled_from(DAY_ENDS),
)
def test_any_instant_lies_within_the_bounds_of_its_day_alone(instant, zone, hour):
    day = local_day(instant, time_zone=zone, day_end_hour=hour)
    holding = [
        near
        for near in (day - DAY, day, day + DAY)
        for start, end in (day_bounds(near, time_zone=zone, day_end_hour=hour),)
        if start <= instant < end
    ]
    assert holding == [day]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("America/Sao_Paulo", date(2017, 10, 15), 23),
        ("Europe/London", date(2026, 10, 25), 25),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("America/New_York", date(2024, 2, 29), 24),
    ],
)
def test_days_are_as_long_as_they_were(zone, day, hours):
    assert hours_of(day, zone) == hours


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "night"), NIGHTS)
def test_no_word_is_lost_or_doubled_on_such_a_night(alice, zone, night):
    alice.time_zone, alice.day_end_hour = zone, 3
    alice.save()
    chapter = make_chapter(alice)
    bounds = {
        day: day_bounds(day, time_zone=zone, day_end_hour=3)
        for day in (night - DAY, night, night + DAY)
    }
    instant, expected = bounds[night - DAY][0], Counter()
    while instant < bounds[night + DAY][1]:
        add_words(chapter, 1, instant, typed=1)
        expected.update(day for day, (start, end) in bounds.items() if start <= instant < end)
        instant += timedelta(hours=2, minutes=30)
    for day in bounds:
        rollups.roll_up_day(alice, day, at=instant)
    kept = WritingDay.objects.filter(user=alice, story=None)
    assert {row.day: row.typed for row in kept} == expected
    span = Period(night - DAY, night + DAY)
    told = reports.figures_by_day(alice, within=span, today=night + 9 * DAY)
    assert {day: figures.typed for day, figures in told.items()} == expected
    found = reports.streak(alice, at=bounds[night + DAY][0])
    lived = [day for day, (start, end) in bounds.items() if start < end]
    assert (found.current, found.longest) == (len(lived), len(lived))


@pytest.mark.django_db
def test_ten_to_three_at_night_belongs_to_the_evening_before(alice):
    alice.day_end_hour = 3
    alice.save()
    chapter = make_chapter(alice)
    add_words(chapter, 1, "2026-03-12 02:50", typed=1)
    add_words(chapter, 1, "2026-03-12 03:00", typed=1)
    assert [str(session.day) for session in sessions(alice)] == ["2026-03-11", "2026-03-12"]


@pytest.mark.django_db
def test_a_streak_goes_on_over_a_night_of_changing_clocks_and_a_leap_day(alice):
    alice.time_zone, alice.day_end_hour = "America/New_York", 3
    alice.save()
    chapter = make_chapter(alice)
    day = date(2024, 2, 27)
    while day <= date(2024, 3, 12):
        start, _ = day_bounds(day, time_zone=alice.time_zone, day_end_hour=3)
        add_words(chapter, 1, start + timedelta(minutes=1), typed=1)
        day += DAY
    found = reports.streak(alice, at=start + timedelta(hours=2))
    assert (found.current, found.longest) == (15, 15)


@pytest.mark.django_db
def test_eastwards_over_the_date_line_each_session_lies_on_one_day(alice):
    """Auckland to Los Angeles: the writer lands before she took off, and lives a day twice."""
    alice.time_zone = "Pacific/Auckland"
    alice.save()
    chapter = make_chapter(alice)
    add_words(chapter, 5, "2026-06-09 20:00", typed=5)  # the morning of the 10th there
    add_words(chapter, 7, "2026-06-10 07:00", typed=7)  # the evening of the 10th
    alice.time_zone = "America/Los_Angeles"
    alice.save()
    redating.redate_today(alice, at=at("2026-06-10 20:00"))
    add_words(chapter, 11, "2026-06-10 20:00", typed=11)  # noon of the 10th again
    by_day = {}
    for session in sessions(alice):
        by_day[str(session.day)] = by_day.get(str(session.day), 0) + session.typed
    # Her today is begun anew: the morning of a 10th that was the 9th over there is the 9th's.
    assert by_day == {"2026-06-09": 5, "2026-06-10": 7 + 11}


@pytest.mark.django_db
def test_westwards_over_the_date_line_nothing_is_rewritten_unasked(alice):
    alice.time_zone = "America/Los_Angeles"
    alice.save()
    chapter = make_chapter(alice)
    add_words(chapter, 5, "2026-06-09 20:00", typed=5)  # the 9th
    before = list(WritingSession.objects.values("pk", "day", "time_zone"))
    alice.time_zone = "Pacific/Auckland"
    alice.save()
    redating.redate_today(alice, at=at("2026-06-11 02:00"))
    assert list(WritingSession.objects.values("pk", "day", "time_zone")) == before
    add_words(chapter, 6, "2026-06-11 02:00", typed=6)  # the 11th: the 10th was never lived
    assert [str(session.day) for session in sessions(alice)] == ["2026-06-09", "2026-06-11"]
