"""The causes of words, and what counts as what: the one place that says so."""

from __future__ import annotations

from operator import attrgetter

ADDED = ("typed", "pasted", "imported", "restored", "replaced", "moved_in", "applied")
TAKEN = ("removed", "cut", "moved_out", "undone")
CAUSES = ADDED + TAKEN
WRITTEN = ("typed", "applied")
GROSS = ("typed", "pasted", "applied")
_added, _taken = attrgetter(*ADDED), attrgetter(*TAKEN)
_written, _gross = attrgetter(*WRITTEN), attrgetter(*GROSS)


class WordSums:
    """Sums over the causes, for whatever has one count for each of them."""

    __slots__ = ()

    @property
    def words_written(self) -> int:
        """The headline: what came out of the writer's own hands."""
        return sum(_written(self))

    @property
    def added(self) -> int:
        return sum(_added(self))

    @property
    def taken(self) -> int:
        return sum(_taken(self))

    @property
    def net(self) -> int:
        return self.added - self.taken

    @property
    def gross(self) -> int:
        return sum(_gross(self))
