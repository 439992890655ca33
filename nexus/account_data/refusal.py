"""Why an archive is not taken."""

from __future__ import annotations


class ArchiveRefused(Exception):
    """This file cannot be brought back; the reason is for the writer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
