"""Sentences with times in them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from nexus.lib.wording import HUES, ago, agos, day_name, hue_of


def test_the_near_past_is_told_by_its_distance():
    now = timezone.now()
    assert ago(now - timedelta(hours=2), now=now) == "2\xa0hours ago"


def test_the_far_past_is_told_by_its_date_in_the_writers_zone():
    at = datetime(2026, 3, 10, 20, tzinfo=UTC)
    with timezone.override("Asia/Tokyo"):
        assert ago(at, now=at + timedelta(days=30)) == "on 11 March 2026"


@pytest.mark.parametrize("seconds", [0, 7, 59, 61, 3_599, 3_601, 90_000, 13 * 86_400, 30 * 86_400])
def test_what_remembers_says_the_same(seconds):
    now = timezone.now()
    said, at = agos(now), now - timedelta(seconds=seconds)
    assert said(at) == said(at) == ago(at, now=now)


def test_a_column_has_the_date_alone():
    at = datetime(2026, 3, 10, 20, tzinfo=UTC)
    with timezone.override("Asia/Tokyo"):
        said = agos(at + timedelta(days=30), day_format="j M Y")
        assert (said(at), said(at + timedelta(days=28))) == ("11 Mar 2026", "2 days ago")


def test_a_day_has_its_weekday():
    assert day_name(date(2026, 11, 20)) == "Friday 20 November"


@pytest.mark.parametrize("title", ["", "Emma", "坊っちゃん", "\ud800", "🖋️"])
def test_a_cover_always_has_the_same_colour(title):
    assert hue_of(title) == hue_of(title.upper()) and 0 <= hue_of(title) < HUES
