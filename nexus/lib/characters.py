"""Characters that mean something to a page and nothing to a reader."""

from __future__ import annotations

# Embeddings, overrides and isolates of direction: they turn round what stands beside them.
# The mere marks (U+200E, U+200F, U+061C), which names in Arabic and Hebrew may need, are no part.
TURNS_TEXT = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
