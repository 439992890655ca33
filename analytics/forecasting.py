"""When a plan will be done, if the next weeks are like the last ones.

Each run draws a writer like this one: for every weekday as many of her own days as there are, with
replacement, so that a pace known from few days is held for less sure. Then it draws day after day
from them, rest days bringing nothing, until the words are there. The dates are those by which a
tenth, half and nine tenths of the runs were done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

RUNS = 2_000
FEWEST_DAYS = 10
# With fewer days of one weekday than this, all weekdays are taken for alike.
FEWEST_OF_A_WEEKDAY = 4
HORIZON_DAYS = 5 * 365
AT_A_TIME = 56


@dataclass(frozen=True, slots=True)
class Outlook:
    """Dates by which 10, 50 and 90 percent of the runs were done; None beyond the horizon.

    `odds` is the share of runs done by the deadline, 0 to 1. With too few days of data all are
    None.
    """

    p10: date | None
    p50: date | None
    p90: date | None
    odds: float | None
    days_of_data: int
    runs: int

    @property
    def has_data(self) -> bool:
        return self.runs > 0


def look_ahead(
    pace: Mapping[date, int],
    *,
    words_left: int,
    today: date,
    due_on: date,
    rests: Collection[date],
    seed: int,
    runs: int = RUNS,
) -> Outlook:
    """Forecast from the words of past days (`pace`), today being still to come. Seeded, pure."""
    if len(pace) < FEWEST_DAYS:
        return Outlook(None, None, None, None, len(pace), 0)
    if words_left <= 0:
        return Outlook(today, today, today, 1.0, len(pace), runs)
    done = _days_until_done(
        pace, words_left=words_left, today=today, due_on=due_on, rests=rests, seed=seed, runs=runs
    )
    done.sort()
    p10, p50, p90 = (_date(today, int(done[runs * part // 10 - 1])) for part in (1, 5, 9))
    odds = float((done <= (due_on - today).days).mean())
    return Outlook(p10, p50, p90, odds, len(pace), runs)


def _date(today: date, days: int) -> date | None:
    return today + timedelta(days=days) if days < HORIZON_DAYS else None


def _days_until_done(
    pace: Mapping[date, int],
    *,
    words_left: int,
    today: date,
    due_on: date,
    rests: Collection[date],
    seed: int,
    runs: int,
) -> np.ndarray[Any, Any]:
    """Return for each run how many days after today the words are there; the horizon if never."""
    # Here, not above: numpy takes a while to load, and most pages do without.
    import numpy as np

    random = np.random.default_rng(seed)
    writers = _writers(pace, random, runs)
    done = np.full(runs, HORIZON_DAYS)
    going, reached = np.arange(runs), np.zeros(runs, dtype=np.int64)
    for start in range(0, HORIZON_DAYS, AT_A_TIME):
        days = [today + timedelta(days=start + n) for n in range(AT_A_TIME)]
        drawn = np.zeros((len(going), AT_A_TIME), dtype=np.int64)
        for weekday, own in enumerate(writers):
            columns = [n for n, d in enumerate(days) if d.weekday() == weekday and d not in rests]
            which = random.integers(0, own.shape[1], (len(going), len(columns)))
            drawn[:, columns] = np.take_along_axis(own[going], which, axis=1)
        totals = reached[:, None] + drawn.cumsum(axis=1)
        is_there = totals >= words_left
        is_done = is_there.any(axis=1)
        done[going[is_done]] = start + is_there[is_done].argmax(axis=1)
        going, reached = going[~is_done], totals[~is_done, -1]
        if len(going) * 10 < runs and days[-1] >= due_on:
            break
    return done


def _writers(
    pace: Mapping[date, int], random: np.random.Generator, runs: int
) -> list[np.ndarray[Any, Any]]:
    """Return for each weekday the days that each run draws from."""
    import numpy as np

    pools: list[list[int]] = [[] for _weekday in range(7)]
    for day, words in pace.items():
        pools[day.weekday()].append(words)
    everything = list(pace.values())
    writers = []
    for pool in pools:
        own = np.asarray(pool if len(pool) >= FEWEST_OF_A_WEEKDAY else everything, dtype=np.int64)
        writers.append(own[random.integers(0, len(own), (runs, len(own) - 1))])
    return writers
