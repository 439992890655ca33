"""Notices changed code in the developers' mode."""

from __future__ import annotations

import threading
from pathlib import Path


class CodeWatch:
    """Watches Python files and templates from a thread; `has_changed` asks and forgets."""

    def __init__(self, base: Path) -> None:
        # A development requirement, absent from a plain installation.
        import watchfiles

        self._changed = threading.Event()
        folders = [base / name for name in ("nexus", "accounts", "jobs", "stories", "analytics")]

        def look() -> None:
            for _ in watchfiles.watch(*folders, watch_filter=watchfiles.PythonFilter()):
                self._changed.set()

        threading.Thread(target=look, name="code-watch", daemon=True).start()

    def has_changed(self) -> bool:
        if not self._changed.is_set():
            return False
        self._changed.clear()
        return True
