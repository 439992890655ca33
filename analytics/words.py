"""The causes of words, and what counts as what: the one place that says so."""

from __future__ import annotations

from collections.abc import Iterable

ADDED = ("typed", "pasted", "imported", "restored", "replaced", "moved_in", "applied")
TAKEN = ("removed", "cut", "moved_out", "undone")
CAUSES = ADDED + TAKEN
WRITTEN = ("typed", "applied")
GROSS = ("typed", "pasted", "applied")


class WordSums:
    """Sums over the causes, for whatever has one count for each of them."""

    __slots__ = ()

    def _sum(self, causes: Iterable[str]) -> int:
        return sum(getattr(self, cause) for cause in causes)

    @property
    def words_written(self) -> int:
        """The headline: what came out of the writer's own hands."""
        return self._sum(WRITTEN)

    @property
    def added(self) -> int:
        return self._sum(ADDED)

    @property
    def taken(self) -> int:
        return self._sum(TAKEN)

    @property
    def net(self) -> int:
        return self.added - self.taken

    @property
    def gross(self) -> int:
        return self._sum(GROSS)
