"""How a plan's remaining words are shared out over the days that remain. Pure.

Each day of a plan has a share: its weekday's weight times the strategy's shape, nothing on a rest
day. With x the day's place in the plan, from 0 on the first day to 1 on the last:

- steady: 1, every day alike;
- front: 3/2 - x, three times as much at the start as at the end;
- back: 1/2 + x, the other way round;
- ramp: 1/4 + 3/2 x until the middle of the plan, and 1 from there on.

A day's quota is what is left that morning, times its share, over the shares of all days left,
rounded up: after a bad week the rest is divided anew, and so it is around rest days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MOST_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class Terms:
    """What a plan's shares depend on; weights are Monday first."""

    start_on: date
    due_on: date
    weekday_weights: Sequence[int]
    strategy: str = "steady"
    rests: Collection[date] = frozenset()

    @property
    def length(self) -> int:
        return (self.due_on - self.start_on).days + 1

    def share(self, day: date) -> int:
        """Return the day's share, in a unit of the plan's own; 0 outside its dates."""
        if day < self.start_on or day > self.due_on or day in self.rests:
            return 0
        return self.weekday_weights[day.weekday()] * self._shape((day - self.start_on).days)

    def _shape(self, number: int) -> int:
        """Return the strategy's shape, times four lengths so that it is whole."""
        length, twice = self.length, 2 * number + 1
        if self.strategy == "front":
            return 6 * length - 2 * twice
        if self.strategy == "back":
            return 2 * length + 2 * twice
        return min(4 * length, length + 3 * twice) if self.strategy == "ramp" else 4 * length

    def shares(self, first: date) -> dict[date, int]:
        """Return the days from `first` to the last that have a share, in order."""
        first = max(first, self.start_on)
        days = (first + timedelta(days=n) for n in range((self.due_on - first).days + 1))
        return {day: share for day in days if (share := self.share(day))}


def quota_on(day: date, terms: Terms, *, words_left: int) -> int:
    """Return the words to write on `day`.

    Before the plan begins that is 0, after its last day all that is left.
    """
    if words_left <= 0 or day < terms.start_on:
        return 0
    if day > terms.due_on:
        return words_left
    own = terms.share(day)
    return -(-words_left * own // sum(terms.shares(day).values())) if own else 0


def quotas_from(day: date, terms: Terms, *, words_left: int) -> Iterator[tuple[date, int]]:
    """Yield the quota of each day with a share from `day` on, every one before it being kept."""
    shares = terms.shares(day)
    remaining = sum(shares.values())
    left = max(0, words_left)
    for each, share in shares.items():
        quota = -(-left * share // remaining)
        yield each, quota
        left, remaining = left - quota, remaining - share


def par_line(terms: Terms, *, start_words: int, total_words: int) -> dict[date, int]:
    """Return the total that each day's end would show had the plan been kept from the start."""
    line, total = {}, start_words
    for day, quota in quotas_from(terms.start_on, terms, words_left=total_words - start_words):
        total += quota
        line[day] = total
    return line
