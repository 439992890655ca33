"""Which days of the week have met their goal."""

from datetime import UTC, date, datetime

import pytest

from analytics import reports
from analytics.models import WritingDay
from stories.services.stories import create_story
from stories.services.targets import create_target

AT = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 9)


@pytest.fixture
def story(alice):
    return create_story(alice, title="Salt", at=AT)


def met(user):
    week = reports.week(user, at=AT)
    return [bar.day for bar in week.days if week.is_met(bar)]


def test_a_past_day_is_met_by_the_goal_it_was_given(alice, story):
    WritingDay.objects.create(user=alice, day=MONDAY, typed=300, goal=300)
    WritingDay.objects.create(user=alice, day=MONDAY.replace(day=10), typed=299, goal=300)
    assert met(alice) == [MONDAY]


def test_a_day_without_a_goal_is_never_met(alice, story):
    WritingDay.objects.create(user=alice, day=MONDAY, typed=300)
    assert met(alice) == []


def test_todays_goal_is_the_one_in_force(alice, story):
    create_target(story, quota=0, frequency="Daily", from_date=MONDAY, to_date=MONDAY)
    WritingDay.objects.create(user=alice, day=AT.date(), goal=1)
    assert met(alice) == []
