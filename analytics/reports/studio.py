"""What the writers of the studio wrote together, for staff: sums of at least five of them.

A group of fewer (a day's writers, a sign-up month's) is left out before it leaves the warehouse.
Nor can it be learnt by subtraction: a day is told once it is over everywhere, words are told by
day, each sum over more is made of such days and whole months alone, and no other total is given.
No title, text, name or id is in any of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import User
from analytics.periods import DAY, Period, last_days, month_of, periods_within
from analytics.reports.figures import Figures
from analytics.warehouse import open_warehouse
from analytics.words import CAUSES, WRITTEN

FEWEST = 5
DAYS, WEEKS, MONTHS = 90, 26, 24
# What is summed over more than a day covers so many whole months.
RECENT_MONTHS = 3
COHORTS = 12
# A writer's day D, wherever she is and whenever it ends for her, is over at 18:00 UTC of D + 1.
STRAGGLING = timedelta(hours=18)
# Minutes at which the next length of a session begins.
LENGTHS = (5, 15, 30, 60, 120)
CAUSE_SUMS = f"""
    WITH parts AS (
        SELECT user_id, date_trunc('month', day) AS month, typed + applied AS typed,
            {", ".join(cause for cause in CAUSES if cause not in WRITTEN)}
        FROM sessions WHERE day BETWEEN ? AND ? AND day IN (SELECT day FROM told)
    ), months AS (
        SELECT cause, sum(words) AS words FROM (UNPIVOT parts ON * EXCLUDE (user_id, month)
            INTO NAME cause VALUE words)
        WHERE words > 0 GROUP BY cause, month HAVING count(DISTINCT user_id) >= ?
    )
    SELECT cause, sum(words)::BIGINT FROM months GROUP BY cause
"""  # noqa: S608 - names of ours
LENGTH_COUNTS = f"""
    WITH months AS (
        SELECT {" + ".join(f"(active_seconds >= {minutes * 60})::INT" for minutes in LENGTHS)}
            AS length, count(*) AS sessions
        FROM sessions WHERE active_seconds > 0 AND day BETWEEN ? AND ?
        GROUP BY length, date_trunc('month', day) HAVING count(DISTINCT user_id) >= ?
    )
    SELECT length, sum(sessions)::BIGINT FROM months GROUP BY length
"""  # noqa: S608 - numbers of ours


@dataclass(frozen=True, slots=True)
class Group:
    """What the writers of a day, week or month did; nothing is said of fewer than `FEWEST`.

    Words are told by day alone.
    """

    period: Period
    writers: int | None
    words: int | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who signed up in a month, and how many of them wrote in that month and each after."""

    month: date
    size: int
    active: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class AsOf:
    """When the answer was made; months before `closed_before` come from the warehouse's files."""

    opened: datetime
    closed: datetime | None
    closed_before: date


@dataclass(frozen=True, slots=True)
class StudioReport:
    """`recent` are the whole months that `causes` and `lengths` (sessions by `LENGTHS`) are of."""

    as_of: AsOf
    days: tuple[Group, ...]
    weeks: tuple[Group, ...]
    months: tuple[Group, ...]
    recent: Period
    causes: Figures
    lengths: tuple[int, ...]
    cohorts: tuple[Cohort, ...]

    @property
    def has_something(self) -> bool:
        """Whether there ever was a group large enough to be told."""
        counted = [group.writers for group in (*self.days, *self.weeks, *self.months)]
        return any(counted) or any(self.lengths) or bool(self.cohorts)


def studio_report(*, at: datetime) -> StudioReport:
    """Report the whole studio as of `at`. Raises WarehouseUnavailable when it cannot be read.

    A few passes over the sessions of two years, and one query for the sign-ups.
    """
    last = last_over(at)
    recent = whole_months(RECENT_MONTHS, last)
    cohorts = whole_months(COHORTS, last)
    with open_warehouse(at) as warehouse:
        _gather(warehouse, _first_of(last), last)
        _note_sign_ups(warehouse, cohorts)
        opened, closed, closed_before = _all(
            warehouse, "SELECT open_at, closed_at, closed_before FROM as_of"
        )[0]
        return StudioReport(
            as_of=AsOf(_utc(opened), closed and _utc(closed), closed_before),
            days=_days(warehouse, last_days(DAYS, last)),
            weeks=_groups(warehouse, "week", last_days(WEEKS * 7, last)),
            months=_groups(warehouse, "month", Period(_first_of(last), last)),
            recent=recent,
            causes=_causes(warehouse, recent),
            lengths=_lengths(warehouse, recent),
            cohorts=_cohorts(warehouse, cohorts),
        )


def last_over(at: datetime) -> date:
    """Return the last day that is over for every writer on Earth."""
    return (at.astimezone(UTC) - STRAGGLING).date() - DAY


def whole_months(count: int, last: date) -> Period:
    """Return the last `count` months that are over by the end of `last`."""
    end = last if month_of(last).last == last else month_of(last).first - DAY
    first = end
    for _month in range(count - 1):
        first = month_of(first).first - DAY
    return Period(month_of(first).first, end)


def _first_of(last: date) -> date:
    return whole_months(MONTHS, last).first


def _gather(warehouse: Any, first: date, last: date) -> None:
    """Sum the sessions once by writer and day, and find the days that may be told."""
    warehouse.execute(
        "CREATE TEMP TABLE written AS SELECT user_id, day, sum(typed + applied)::BIGINT AS words"
        " FROM sessions WHERE day BETWEEN ? AND ? GROUP BY ALL HAVING words > 0",
        [first, last],
    )
    warehouse.execute(
        "CREATE TEMP TABLE told AS SELECT day, count(*) AS writers, sum(words)::BIGINT AS words"
        " FROM written GROUP BY day HAVING writers >= ?",
        [FEWEST],
    )


def _note_sign_ups(warehouse: Any, span: Period) -> None:
    since = datetime(span.first.year, span.first.month, 1, tzinfo=UTC)
    rows = User.objects.filter(created_at__gte=since).values_list("pk", "created_at")
    noted = [(str(pk), at.astimezone(UTC).date().replace(day=1)) for pk, at in rows]
    people, months = zip(*noted, strict=True) if noted else ((), ())
    warehouse.execute(
        "CREATE TEMP TABLE sign_ups AS"
        " SELECT unnest(?::UUID[]) AS user_id, unnest(?::DATE[]) AS month",
        [list(people), list(months)],
    )


def _days(warehouse: Any, span: Period) -> tuple[Group, ...]:
    rows = _all(warehouse, "SELECT * FROM told WHERE day BETWEEN ? AND ?", [span.first, span.last])
    found = {day: (writers, words) for day, writers, words in rows}
    return tuple(Group(Period(day, day), *found.get(day, (None, None))) for day in span.days())


def _groups(warehouse: Any, unit: str, span: Period) -> tuple[Group, ...]:
    """Count the writers of each week or month of `span`, the running one cut to its days."""
    found = dict(
        _all(
            warehouse,
            "SELECT date_trunc(?, day)::DATE, count(DISTINCT user_id) AS writers FROM written"
            " WHERE day BETWEEN ? AND ? GROUP BY 1 HAVING writers >= ?",
            [unit, span.first, span.last, FEWEST],
        )
    )
    return tuple(
        Group(period, found.get(whole.first))
        for whole in _periods(unit, span)
        if (period := whole.clip(span)) and period.first == whole.first
    )


def _periods(unit: str, span: Period) -> Iterable[Period]:
    return periods_within(span, "Weekly" if unit == "week" else "Monthly")


def _causes(warehouse: Any, span: Period) -> Figures:
    """Sum each cause over the days that are told and the months in which enough writers had it.

    What was applied is part of what was typed: apart, it would be the rest of the days' words.
    """
    return Figures(**dict(_all(warehouse, CAUSE_SUMS, [span.first, span.last, FEWEST])))


def _lengths(warehouse: Any, span: Period) -> tuple[int, ...]:
    """Count the sessions of each length over the months in which enough writers had one so long."""
    found = dict(_all(warehouse, LENGTH_COUNTS, [span.first, span.last, FEWEST]))
    return tuple(found.get(length, 0) for length in range(len(LENGTHS) + 1))


def _cohorts(warehouse: Any, span: Period) -> tuple[Cohort, ...]:
    """Follow each month's sign-ups through the whole months since."""
    sizes = _all(
        warehouse,
        "SELECT month, count(*) FROM sign_ups WHERE month <= ?"
        " GROUP BY month HAVING count(*) >= ? ORDER BY month",
        [span.last, FEWEST],
    )
    active = {
        (month, since): writers
        for month, since, writers in _all(
            warehouse,
            "SELECT month, date_diff('month', month, day) AS since, count(DISTINCT user_id)"
            " FROM sign_ups JOIN written USING (user_id) WHERE day <= ? AND since >= 0"
            " GROUP BY ALL HAVING count(DISTINCT user_id) >= ?",
            [span.last, FEWEST],
        )
    }
    return tuple(
        Cohort(
            month,
            size,
            tuple(active.get((month, since)) for since in range(months_between(month, span.last))),
        )
        for month, size in sizes
    )


def months_between(first: date, last: date) -> int:
    """Return how many months there are from that of `first` to that of `last`, both counted."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _all(warehouse: Any, query: str, values: list[Any] | None = None) -> list[Any]:
    rows: list[Any] = warehouse.execute(query, values or []).fetchall()
    return rows


def _utc(moment: datetime) -> datetime:
    """Return the warehouse's time, in UTC unsaid, as the instant it is."""
    return moment.replace(tzinfo=UTC)
