"""A writer's day: local dates, in the writer's time zone, ending at the writer's hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def local_day(at: datetime, *, time_zone: str, day_end_hour: int = 0) -> date:
    """Return the writing day that holds the instant `at`.

    With `day_end_hour` 3, ten to three at night still belongs to the evening before.
    The wall clock decides, so that every instant lies in exactly one day, also when clocks change.
    """
    local = at.astimezone(ZoneInfo(time_zone))
    day = local.date() - timedelta(days=1 if local.hour < day_end_hour else 0)
    # Where clocks go back across the day's end (3:45 to 2:45 at Chatham), a begun day goes on.
    tomorrow = day + timedelta(days=1)
    if local.fold and at >= _start(tomorrow, time_zone, day_end_hour):
        return tomorrow
    return day


def day_bounds(day: date, *, time_zone: str, day_end_hour: int = 0) -> tuple[datetime, datetime]:
    """Return the first instant of `day` and the first instant after it, both in UTC."""
    return (
        _start(day, time_zone, day_end_hour),
        _start(day + timedelta(days=1), time_zone, day_end_hour),
    )


def _start(day: date, time_zone: str, hour: int) -> datetime:
    wall = datetime.combine(day, time(hour), tzinfo=ZoneInfo(time_zone))
    # Of a wall time that comes twice the first; of one the clocks skip, an instant before the gap.
    start = min(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    while local_day(start, time_zone=time_zone, day_end_hour=hour) < day:
        start += timedelta(minutes=15)
    return start


@cache
def time_zones() -> frozenset[str]:
    """Return the names of the tz database; cached, since finding them reads a thousand files."""
    return frozenset(available_timezones())
