"""How a plan's remaining words are shared out over the days that remain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date


def quota_of_day(
    day: date, *, words_left: int, start_on: date, due_on: date, weekday_weights: Sequence[int]
) -> int:
    """Return the words to write on `day` so that a steady pace ends on `due_on`.

    A day's share is its weekday's weight (Monday first) over the weights of all days left, rounded
    up. Before the plan begins it is 0, after its last day all that is left.
    """
    if words_left <= 0 or day < start_on:
        return 0
    if day > due_on:
        return words_left
    remaining = _weight_between(day, due_on, weekday_weights)
    weight = weekday_weights[day.weekday()]
    return -(-words_left * weight // remaining) if weight else 0


def days_left(day: date, *, start_on: date, due_on: date, weekday_weights: Sequence[int]) -> int:
    """Return how many days with a weight remain, `day` included."""
    first = max(day, start_on)
    if first > due_on:
        return 0
    return _weight_between(first, due_on, [1 if weight else 0 for weight in weekday_weights])


def _weight_between(first: date, last: date, weights: Sequence[int]) -> int:
    weeks, rest = divmod((last - first).days + 1, 7)
    ahead = sum(weights[(first.weekday() + offset) % 7] for offset in range(rest))
    return weeks * sum(weights) + ahead
