"""Places where a test may have the process die or wait, to show that this loses nothing.

Off unless NEXUS_FAILPOINTS names a folder, which no start of a studio sets: then a process that
passes `hit(name)` while the folder holds a file of that name takes the file away and kills itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

_FOLDER = os.environ.get("NEXUS_FAILPOINTS", "")


def hit(name: str) -> None:
    """Die here if a test asked for it."""
    if _FOLDER:
        with suppress(FileNotFoundError):
            (Path(_FOLDER) / name).unlink()
            os.kill(os.getpid(), signal.SIGKILL)


async def hold(name: str) -> None:
    """Wait here while a test keeps a file of that name in the folder."""
    while _FOLDER and (Path(_FOLDER) / name).exists():
        await asyncio.sleep(0.01)
