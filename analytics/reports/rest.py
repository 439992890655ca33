"""A month as a calendar: what was written, which days kept their target, and which were rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from analytics.periods import Period, month_of, week_of
from analytics.reports.figures import NOTHING, figures_by_day
from analytics.reports.goals import goals_by_day
from analytics.rest import rest_on

MET, MISSED, REST, WRITTEN, NONE = "met", "missed", "rest", "written", ""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day; `goal` is the sum of the daily targets in force then, None without any."""

    day: date
    words: int
    goal: int | None
    rest: str
    is_today: bool
    is_ahead: bool

    @property
    def state(self) -> str:
        """Return what the day was. Rest comes first: nothing is missed on a rest day."""
        if self.rest:
            return REST
        if self.goal is not None and not self.is_ahead:
            if self.words >= self.goal:
                return MET
            if not self.is_today:
                return MISSED
        return WRITTEN if self.words else NONE


@dataclass(frozen=True, slots=True)
class Month:
    """Whole weeks around a month; None stands for a day of another one."""

    period: Period
    weeks: tuple[tuple[CalendarDay | None, ...], ...]

    @property
    def days(self) -> tuple[CalendarDay, ...]:
        return tuple(day for week in self.weeks for day in week if day)

    def count(self, state: str) -> int:
        return sum(day.state == state for day in self.days)

    @property
    def words(self) -> int:
        return sum(day.words for day in self.days)


def month_report(user: User, month: date, *, at: datetime) -> Month:
    """Report the month that holds `month`. Constant queries."""
    today, period = user.day_of(at), month_of(month)
    figures = figures_by_day(user, within=period, today=today)
    goals = goals_by_day(user, period, today=today)
    rests = rest_on(user, period.days())
    days = {
        day.toordinal(): CalendarDay(
            day=day,
            words=figures.get(day, NOTHING).words_written,
            goal=goals.get(day),
            rest=rests.get(day, ""),
            is_today=day == today,
            is_ahead=day > today,
        )
        for day in period.days()
    }
    # By number: the last week of all reaches beyond the calendar.
    first = week_of(period.first, week_start=user.week_start).first.toordinal()
    weeks = range(first, period.last.toordinal() + 1, 7)
    return Month(period, tuple(tuple(map(days.get, range(week, week + 7))) for week in weeks))
