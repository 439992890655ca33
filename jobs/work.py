"""What kinds of work there are: a registry the apps above fill, so that jobs import nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from jobs.models import Job

Words = str | Promise


class JobRefused(Exception):
    """The work cannot be done, and trying again would not help; the reason is for the writer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class JobCancelled(Exception):
    """The writer asked for the work to stop; what it had begun is rolled back."""


OPEN_THE_STORY = gettext_lazy("Open the story")


@dataclass(frozen=True)
class Run:
    """One attempt at a job, handed to the work.

    Both `progress(step, steps)` and `check()` raise JobCancelled once nobody wants the work; the
    first writes to the database, the second costs nothing and may be called in a transaction.
    """

    job: Job
    progress: Callable[[int, int], None]
    check: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Shown:
    """What the page of a finished job says beyond its state; see `templates/jobs/detail.html`."""

    sentence: Words = ""
    result_url: str = ""
    result_label: Words = OPEN_THE_STORY
    can_apply: bool = False
    preview: dict[str, Any] | None = None


def show_nothing(job: Job) -> Shown:
    """Stand in for kinds whose result has no page of its own."""
    return Shown()


Work = Callable[[Run], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of work: what people call it, what does it, how its result is shown.

    `instead` is a page, by the name of its address, that helps more than another try with the same
    wish once the work was refused, and what its button says.
    """

    label: Words
    work: Work
    show: Callable[[Job], Shown] = show_nothing
    unit: Words = ""
    instead: tuple[str, Words] | None = None


_kinds: dict[str, Kind] = {}


def register_work(
    name: str,
    *,
    label: Words,
    show: Callable[[Job], Shown] = show_nothing,
    unit: Words = "",
    instead: tuple[str, Words] | None = None,
) -> Callable[[Work], Work]:
    """Name the function that does jobs of this kind; it returns the job's result as JSON.

    `unit` words the progress, from `%(step)s` and `%(steps)s`, instead of percent; `show` is asked
    once it is done.
    """

    def keep(work: Work) -> Work:
        _kinds[name] = Kind(label, work, show, unit, instead)
        return work

    return keep


def work_for(name: str) -> Work:
    """Return what does this kind of work; KeyError when no app knows it."""
    return _kinds[name].work


def kind_of(job: Job) -> Kind | None:
    """Return the kind of a job, or None for one whose app has since dropped it."""
    return _kinds.get(job.kind)
