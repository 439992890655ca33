"""When a believable writer sits down, and how long: seeded, so that the demo is always the same.

Pure: dates and shares in, sittings out. The habit grows over the years, holidays leave gaps, one
day written makes the next more likely, and the last days are an unbroken run.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SEED = 1815
ALONE, AFTER_A_DAY = 0.38, 0.84
RUN_AT_THE_END = 12
HOLIDAYS = 5
HOURS = (6, 7, 7, 8, 12, 13, 17, 20, 20, 21, 21, 22)
WEEKDAY = (1.0, 0.95, 1.0, 0.9, 0.75, 1.3, 1.45)
WORDS_A_MINUTE = (9.0, 17.0)
TWO_SITTINGS = 0.22


@dataclass(frozen=True, slots=True)
class Sitting:
    """A stretch at the desk, with its share of all that gets written."""

    began: datetime
    share: float


class Rhythm:
    """Chance, kept in one place."""

    def __init__(self, seed: int = SEED) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a habit, not a secret

    def sittings(self, *, days: int, until: datetime, time_zone: str) -> list[Sitting]:
        """Return the sittings of the last `days` days, in order; their shares sum to 1."""
        zone = ZoneInfo(time_zone)
        today = until.astimezone(zone).date()
        found: list[Sitting] = []
        for day in self._writing_days(days, today):
            age = (today - day).days / max(1, days)
            weight = (1.5 - 0.9 * age) * WEEKDAY[day.weekday()] * self.dice.lognormvariate(0, 0.5)
            found += self._sittings_of(day, weight, zone)
        found = [sitting for sitting in found if sitting.began < until - timedelta(hours=1)]
        whole = sum(sitting.share for sitting in found)
        return [Sitting(sitting.began, sitting.share / whole) for sitting in found]

    def _writing_days(self, days: int, today: date) -> list[date]:
        away = self._holidays(days, today)
        chosen: list[date] = []
        for back in range(days - 1, -1, -1):
            day = today - timedelta(days=back)
            yesterday = bool(chosen) and chosen[-1] == day - timedelta(days=1)
            likely = AFTER_A_DAY if yesterday else ALONE
            luck = self.dice.random()
            if back < RUN_AT_THE_END or (day not in away and luck < likely):
                chosen.append(day)
        return chosen

    def _holidays(self, days: int, today: date) -> set[date]:
        away: set[date] = set()
        for _number in range(HOLIDAYS * days // 730):
            first = today - timedelta(days=self.dice.randrange(RUN_AT_THE_END + 20, max(days, 40)))
            away |= {first + timedelta(days=n) for n in range(self.dice.randint(6, 16))}
        return away

    def _sittings_of(self, day: date, weight: float, zone: ZoneInfo) -> list[Sitting]:
        count = 2 if self.dice.random() < TWO_SITTINGS else 1
        hours = sorted(self.dice.sample(sorted(set(HOURS)), count)) if count == 2 else None
        hours = hours or [self.dice.choice(HOURS)]
        return [
            Sitting(
                datetime.combine(day, time(hour, self.dice.randrange(45)), zone), weight / count
            )
            for hour in hours
        ]

    def removed(self, words: int, habit: float) -> int:
        """Return how many words are typed and taken away again on the way to `words`."""
        return round(words * habit * self.dice.uniform(0.5, 1.5)) + self.dice.randrange(4)

    def minutes(self, typed: int) -> float:
        return max(1.5, typed / self.dice.uniform(*WORDS_A_MINUTE))

    def happens(self, likelihood: float) -> bool:
        return self.dice.random() < likelihood
