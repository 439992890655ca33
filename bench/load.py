"""A crowd on the production layout: `make load` (LOAD_SECONDS=300 of steady work, LOAD_SOAK=0
minutes).

Starts the stack of `deploy.layout`, fills in writers, and asks from this same machine: everybody
saves at once; then saves and pages at a steady rate; then the same while Redis, which is the broker
too, is silent, is emptied and is killed; then, if asked for, a soak; then a thousand windows, and
all of them again after the server of sockets was killed. Prints a line for each bar as soon as it
is known, writes the figures to `var/load.json`, and ends with 1 when a bar was missed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import scenes
from bench.crowd import make_writers
from bench.scenes import Bar
from deploy.layout import Layout, production

BASE = Path(__file__).resolve().parent.parent
PLACE = BASE / "var" / "load.json"


async def run(layout: Layout, stack: ExitStack) -> list[Bar]:
    """Go through the scenes, telling of each."""
    bars: list[Bar] = []
    writers = make_writers(layout, scenes.WRITERS)
    tell(bars, await scenes.all_at_once(layout, writers))
    tell(bars, await scenes.steadily(writers, float(os.environ.get("LOAD_SECONDS", "300"))))
    for outage in scenes.OUTAGES:
        tell(bars, await scenes.without_redis(layout, writers, outage, stack))
    if minutes := float(os.environ.get("LOAD_SOAK", "0")):
        tell(bars, await scenes.soak(layout, writers, minutes))
    tell(bars, await scenes.windows(layout, writers))
    return bars


def tell(bars: list[Bar], more: list[Bar]) -> None:
    """Print lines and keep them; what was measured stays known if a later scene breaks."""
    for bar in more:
        print(f"{'ok ' if bar.is_kept else 'NOT'} {bar.name:<52} {bar.figure:<28} {bar.bar}")
    sys.stdout.flush()
    bars += more
    PLACE.parent.mkdir(exist_ok=True)
    PLACE.write_text(json.dumps([vars(bar) for bar in bars], indent=2))


def main() -> None:
    # Asked to stop, it takes the stack with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="nexus-load-") as folder,
        production(Path(folder)) as layout,
        ExitStack() as stack,
    ):
        bars = asyncio.run(run(layout, stack))
    sys.exit(0 if all(bar.is_kept for bar in bars) else 1)


if __name__ == "__main__":
    main()
