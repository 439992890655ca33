"""The staff's dashboard as tables: the numbers of its charts; what is untold is left empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from analytics.exports import Cell, Table
from analytics.reports.studio import LENGTHS, Cohort, Group, StudioReport
from analytics.words import CAUSES

Rows = Iterator[tuple[Cell, ...]]
GROUP_HEADINGS = ("from_date", "to_date", "writers")
COHORT_HEADINGS = ("sign_up_month", "signed_up", "months_later", "writers")


def _groups(groups: Sequence[Group]) -> Rows:
    for group in groups:
        yield (group.period.first, group.period.last, group.writers)


def _words(days: Sequence[Group]) -> Rows:
    for group in days:
        yield (group.period.first, group.words)


def _causes(report: StudioReport) -> Rows:
    for cause in CAUSES:
        yield (cause, getattr(report.causes, cause) or None)


def _lengths(report: StudioReport) -> Rows:
    ends: list[int | None] = [*LENGTHS, None]
    for begin, end, count in zip((0, *LENGTHS), ends, report.lengths, strict=True):
        yield (begin, end, count or None)


def _cohorts(cohorts: Sequence[Cohort]) -> Rows:
    for cohort in cohorts:
        for since, writers in enumerate(cohort.active):
            yield (cohort.month, cohort.size, since, writers)


# Headings and rows by the name of the chart that draws them.
TABLES: dict[str, tuple[tuple[str, ...], Callable[[StudioReport], Rows]]] = {
    "days": (GROUP_HEADINGS, lambda report: _groups(report.days)),
    "words": (("day", "words"), lambda report: _words(report.days)),
    "weeks": (GROUP_HEADINGS, lambda report: _groups(report.weeks)),
    "months": (GROUP_HEADINGS, lambda report: _groups(report.months)),
    "causes": (("cause", "words"), _causes),
    "lengths": (("from_minutes", "to_minutes", "sessions"), _lengths),
    "cohorts": (COHORT_HEADINGS, lambda report: _cohorts(report.cohorts)),
}


def studio_table(report: StudioReport, name: str) -> Table:
    """Return one of `TABLES` as rows to take away; raises KeyError for any other name."""
    headings, rows = TABLES[name]
    return Table(f"writing-{name}", headings, rows(report))
