"""Speed as ratios, measured in one run on this machine: `make bench`.

Starts its own Postgres and Valkey in a throw-away folder with every write synced to disk, as
`make run` does; saves are measured in the production layout, and what a browser shows in a studio
of its own. Prints a table, writes the same figures to `var/bench.json`, and ends with 1 when a bar
was missed.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

BASE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE))

from bench.browser import browser_figures  # noqa: E402 - needs the path
from bench.crowd import prose  # noqa: E402 - needs the path
from bench.exporting import EXPORTED, export_figures  # noqa: E402 - needs the path
from bench.inside import Studio, timed  # noqa: E402 - needs the path
from bench.pages import page_figures, statistics_figures  # noqa: E402 - needs the path
from bench.report import row, show  # noqa: E402 - needs the path
from bench.saving import save_figures  # noqa: E402 - needs the path
from bench.searching import search_figures  # noqa: E402 - needs the path
from bench.warehouse import ledger_figures, warehouse_figures  # noqa: E402 - needs the path
from nexus import embedded  # noqa: E402 - needs the path


def main() -> None:
    # Asked to stop, it takes its servers and folders with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    figures = save_figures()
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        var = Path(folder)
        os.environ |= {
            "NEXUS_VAR": folder,
            "NEXUS_PROFILE": "test",
            "LOG_LEVEL": "ERROR",
            "DATABASE_URL": embedded.database_url(var),
            "REDIS_URL": embedded.redis_url(var),
            "DJANGO_SETTINGS_MODULE": "nexus.settings",
        }
        with embedded.servers(var):
            figures += inside_figures()
    figures += browser_figures()
    show(figures)
    target = BASE / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(figures, indent=2))
    sys.exit(0 if all(figure["met"] for figure in figures) else 1)


def inside_figures() -> list[dict[str, Any]]:
    """Measure what needs no network, in this very process."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    studio = Studio()
    return [
        *text_figures(),
        *page_figures(studio),
        *statistics_figures(studio),
        *warehouse_figures(),
        *export_figures(studio),
        *ledger_figures(EXPORTED),
        *search_figures(studio),
    ]


def text_figures() -> list[dict[str, Any]]:
    from stories.saving import derive

    small, large = prose(30_000), prose(600_000)
    fast = statistics.median(timed(lambda: derive(small), 50))
    slow = statistics.median(timed(lambda: derive(large), 5))
    growth = slow / fast / (len(large) / len(small))
    return [
        row("clean and count 30 kB", fast, "ms", "≤ 1.5 ms", met=fast <= 1.5),
        row("600 kB against 30 kB, per byte", growth, "×", "≤ 1.5 × (linear)", met=growth <= 1.5),
    ]


if __name__ == "__main__":
    main()
