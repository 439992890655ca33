"""What there is one of for each event loop: a process has one loop, a test has its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


def one_per_loop(make: Callable[[], T]) -> Callable[[], T]:
    """Return a function that gives the running loop's own, made when it is first asked for."""
    kept: WeakKeyDictionary[asyncio.AbstractEventLoop, T] = WeakKeyDictionary()

    def of_the_running_loop() -> T:
        loop = asyncio.get_running_loop()
        if loop not in kept:
            kept[loop] = make()
        return kept[loop]

    return of_the_running_loop
