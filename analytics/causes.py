"""Why the words of a change came or went. Pure.

The editor reports words by cause. The report is believed only when it adds up to the difference
between the two texts; otherwise the texts themselves are compared, paragraph by paragraph.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from stories.counting import count_words
from stories.saving import Change

REPORTED_ADDED = ("typed", "pasted", "restored", "replaced", "applied")
REPORTED_TAKEN = ("removed", "undone", "cut")
# No hand moves a million words between two saves; such a report adds up by invention.
MOST_REPORTED = 1_000_000
# Beyond this the order of words is not worth the quadratic time of finding it.
MOST_COMPARED = 4_000_000

# Splitting and merging chapters.
MOVED = "moved"
REPLACED = "replaced"
# The causes a whole change has by its nature, whatever was typed meanwhile: (added, taken away).
BY_NATURE = {
    "import": ("imported", "removed"),
    "imported": ("imported", "removed"),
    "restore": ("restored", "undone"),
    "restored": ("restored", "undone"),
    REPLACED: ("replaced", "removed"),
    MOVED: ("moved_in", "moved_out"),
}
TYPED_BY_HAND = frozenset({"editor", "form"})


def words_by_cause(change: Change) -> dict[str, int]:
    """Return the words of each cause; added less taken away is exactly after less before."""
    if change.activity and is_believed(change):
        return {name: change.activity.get(name, 0) for name in REPORTED_ADDED + REPORTED_TAKEN}
    difference = change.words_after - change.words_before
    if change.cause == MOVED:
        # Whole blocks that came from, or went to, another chapter: nothing else changed.
        return {"moved_in": max(difference, 0), "moved_out": max(-difference, 0)}
    compare = words_exchanged if change.cause == REPLACED else word_difference
    added, taken = compare(change.text_before, change.text_after)
    if added - taken != difference:
        # Counts stored under an older rule: the texts say how much moved, the counts by how much.
        drift = difference - (added - taken)
        added, taken = added + max(drift, 0), taken + max(-drift, 0)
    by_hand = "typed" if change.source in TYPED_BY_HAND else "imported"
    gained, lost = nature_of(change) or (by_hand, "removed")
    return {gained: added, lost: taken}


def nature_of(change: Change) -> tuple[str, str] | None:
    """Return the causes a whole change has by its nature; None when it may have any."""
    return BY_NATURE.get(change.source) or BY_NATURE.get(change.cause)


def is_believed(change: Change) -> bool:
    """Say whether the words are what the editor reported."""
    difference = change.words_after - change.words_before
    reported = change.activity
    return bool(reported) and nature_of(change) is None and adds_up(reported or {}, difference)


def adds_up(reported: Mapping[str, Any], difference: int) -> bool:
    """Say whether a report explains the difference between the counts exactly."""
    added = [reported.get(name, 0) for name in REPORTED_ADDED]
    taken = [reported.get(name, 0) for name in REPORTED_TAKEN]
    if min(added + taken) < 0 or sum(added) > MOST_REPORTED or sum(taken) > MOST_REPORTED:
        return False
    return sum(added) - sum(taken) == difference


def word_difference(before: str, after: str) -> tuple[int, int]:
    """Return how many words came and how many went; moved paragraphs are neither."""
    return _compare(*_changed_paragraphs(before, after))


def words_exchanged(before: str, after: str) -> tuple[int, int]:
    """Return how many words came and how many went where words were replaced in their places.

    What stands where is not looked at, which in a whole book would take too long.
    """
    return _exchanged(*_changed_paragraphs(before, after))


def stretches_changed(before: str, after: str) -> tuple[str, str]:
    """Return the stretch of words that went and the one that came in its place."""
    gone, come = _without_common(*_changed_paragraphs(before, after))
    return " ".join(gone), " ".join(come)


def _changed_paragraphs(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the words of the paragraphs that only one of the texts has."""
    old, new = before.split("\n\n"), after.split("\n\n")
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    return _words_of(old, gone), _words_of(new, come)


def _words_of(paragraphs: Iterable[str], chosen: Counter[str]) -> list[str]:
    """Return the words of the chosen paragraphs, in the text's order."""
    left = Counter(chosen)
    words: list[str] = []
    for paragraph in paragraphs:
        if left[paragraph] > 0:
            left[paragraph] -= 1
            words += paragraph.split()
    return words


def _compare(old: list[str], new: list[str]) -> tuple[int, int]:
    old, new = _without_common(old, new)
    if len(old) * len(new) > MOST_COMPARED:
        return _exchanged(old, new)
    added = taken = 0
    for kind, low, high, new_low, new_high in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if kind != "equal":
            taken += _count(old[low:high])
            added += _count(new[new_low:new_high])
    return added, taken


def _exchanged(old: list[str], new: list[str]) -> tuple[int, int]:
    come, gone = Counter(new) - Counter(old), Counter(old) - Counter(new)
    return _count(come.elements()), _count(gone.elements())


def _without_common(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Leave out what both begin and end with."""
    start = _common_start(old, new)
    old, new = old[start:], new[start:]
    end = _common_start(old[::-1], new[::-1])
    return old[: len(old) - end], new[: len(new) - end]


def _common_start(old: list[str], new: list[str]) -> int:
    number = 0
    for left, right in zip(old, new, strict=False):
        if left != right:
            break
        number += 1
    return number


def _count(words: Iterable[str]) -> int:
    # Counted one by one: what a pair of words would make of each other is not at issue here.
    return sum(count_words(word) for word in words)
