"""Search over a million words of one writer: hits in few chapters, in all of them, and none."""

from __future__ import annotations

import statistics
import time
from functools import partial
from typing import Any

from bench.crowd import prose
from bench.inside import Studio, timed
from bench.report import row

BOOKS, CHAPTERS = 7, 61
ROUNDS = 40
SEARCHES = {
    "one chapter of each book": "petrel7",
    "every chapter": "lamp",
    "two words and a phrase": "nobody+slept+%22by+the+river%22",
    "nothing": "zebra",
}


def search_figures(studio: Studio) -> list[dict[str, Any]]:
    """Measure pages and endpoint."""
    figures = [row("a million words, into the search", _fill(studio), "s", "–", met=True)]
    for name, words in SEARCHES.items():
        for kind, path in (("page", "/search/?q="), ("API", "/api/v1/search?q=")):
            taken = timed(partial(studio.ask, "GET", f"{path}{words}"), ROUNDS)
            p95 = statistics.quantiles(taken, n=20)[18]
            figures.append(row(f"{name}, {kind}, p95", p95, "ms", "≤ 100 ms", met=p95 <= 100))
    return figures


def _fill(studio: Studio) -> float:
    """Write the books and return how many seconds the index took for them."""
    from stories.searching.index import sweep
    from stories.services.chapters import import_chapters
    from stories.services.stories import create_story

    at = studio.user.created_at
    for book in range(BOOKS):
        story = create_story(studio.user, title=f"Searched {book}", at=at)
        chapters = [
            {"title": f"Chapter {n}", "content": f"<p>petrel{n}</p>{prose(12_000)}"}
            for n in range(CHAPTERS)
        ]
        import_chapters(story, by=studio.user, chapters=chapters, at=at)
    began = time.perf_counter()
    sweep()
    return time.perf_counter() - began
