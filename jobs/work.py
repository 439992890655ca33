"""What kinds of work there are: a registry the apps above fill, so that jobs import nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jobs.models import Job

Work = Callable[["Run"], dict[str, Any]]
_works: dict[str, Work] = {}


class JobRefused(Exception):
    """The work cannot be done, and trying again would not help; the reason is for the writer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class JobCancelled(Exception):
    """The writer asked for the work to stop; what it had begun is rolled back."""


@dataclass(frozen=True)
class Run:
    """One attempt at a job, handed to the work."""

    job: Job
    progress: Callable[[int, int], None]


def register_work(kind: str) -> Callable[[Work], Work]:
    """Name the function that does jobs of this kind; it returns the job's result."""

    def keep(work: Work) -> Work:
        _works[kind] = work
        return work

    return keep


def work_for(kind: str) -> Work:
    """Return the function for a kind; KeyError when no app knows it."""
    return _works[kind]
