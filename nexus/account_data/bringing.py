"""Store a gathered archive in an empty account, in one transaction: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import islice
from typing import IO, Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import DateField, Field
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from analytics.models import WritingDay
from analytics.reports.days import goal_on
from analytics.reports.figures import SETTLING
from analytics.rest import rest_on
from analytics.tasks import roll_up_soon
from analytics.warehouse.months import taking_turns
from nexus.account_data.comeback import Comeback
from nexus.account_data.gathering import Gathered, Progress, gathered
from nexus.account_data.opening import open_archive, refuse_other_versions
from nexus.account_data.refusal import ArchiveRefused
from nexus.account_data.sections import DAYS, EXTRAS, LEDGER, SECTIONS, Section, section_at
from nexus.account_data.settings_back import store_settings, take_settings
from nexus.lib.effects import after_commit
from nexus.lib.failpoints import hit
from stories.tasks import index_writer

DAYS_AT_A_TIME = 500
# Those are summed by the worker, which may be summing them already: her today goes on meanwhile.
STILL_OPEN = timedelta(days=1)


NOT_EMPTY = gettext_lazy(
    "There is writing in this account already. An archive comes back whole, with all its days, "
    "and nothing is ever written over: please bring it into a new, empty account. A single story "
    "can be imported by itself: it is in the archive as story.html."
)


def is_empty(owner: User) -> bool:
    """Say whether an account holds nothing that an archive brings."""
    return not any(section.rows(owner).exists() for section in SECTIONS)


@contextmanager
def looked_through(
    file: IO[bytes], owner: User, *, at: datetime, progress: Progress
) -> Iterator[tuple[Comeback, Gathered]]:
    """Open an archive, compare it with its manifest and go through all its rows.

    `progress` is told in percent. Raises ArchiveRefused for what cannot be brought back.
    """
    with open_archive(file) as archive:
        refuse_other_versions(archive.manifest)
        archive.check(_half(progress, 0))
        # Settings are put on a person of its own, lest a refusal leave them with the caller's.
        person = User.objects.select_related("preferences", "profile").get(pk=owner.pk)
        into = Comeback(person, at, archive)
        take_settings(into)
        with gathered(into, _half(progress, 1)) as found:
            yield into, found


def _half(progress: Progress, number: int) -> Progress:
    return lambda step, steps: progress(number * 50 + min(step, steps) * 50 // steps, 100)


@transaction.atomic
def bring_back(found: Gathered, into: Comeback, check: Callable[[], None]) -> None:
    """Store everything in the account, which must be empty, or raise ArchiveRefused.

    `check` is called now and then and raises to undo it all. Whoever closes months for the
    warehouse waits until the ledger is in.
    """
    _allow_a_long_transaction()
    if not is_empty(User.objects.select_for_update(no_key=True).get(pk=into.owner.pk)):
        raise ArchiveRefused(str(NOT_EMPTY))
    store_settings(into.owner)
    for section in SECTIONS:
        if section.path not in {LEDGER, DAYS}:
            _store(section, found, check)
    for extra in EXTRAS:
        extra.restore(into)
    hit("archive-half-stored")
    after_commit(index_writer.delay, str(into.owner.pk))
    with taking_turns():
        _store(section_at(LEDGER), found, check)
        _store_days(into)


def _store(section: Section, found: Gathered, check: Callable[[], None]) -> None:
    rows = found.rows(section)
    stamped = [column.attname for column in section.columns if _stamps_itself(column)]
    while piece := list(islice(rows, section.batch)):
        check()
        stamps = [{name: getattr(row, name) for name in stamped} for row in piece]
        section.model._base_manager.bulk_create(piece)
        if stamped:
            _stamp(section, piece, stamps)


def _stamps_itself(column: Field[Any, Any]) -> bool:
    return isinstance(column, DateField) and column.auto_now


def _stamp(section: Section, rows: Iterable[Any], stamps: Iterable[dict[str, Any]]) -> None:
    """Give rows the time of their last change again, which storing them has overwritten."""
    changed, names = [], []
    for row, values in zip(rows, stamps, strict=True):
        names = list(values)
        for name, value in values.items():
            setattr(row, name, value)
        changed.append(row)
    section.model._base_manager.bulk_update(changed, names)


def _store_days(into: Comeback) -> None:
    """Store the sums of all days that are over; the others are summed in a moment."""
    now = timezone.now()
    open_from = into.owner.day_of(now) - STILL_OPEN
    for day in sorted({day for day, _story in into.days if day >= open_from}):
        roll_up_soon(into.owner.pk, day)
    rows = _days(into, open_from, now)
    while piece := list(islice(rows, DAYS_AT_A_TIME)):
        WritingDay.objects.bulk_create(piece)


def _days(into: Comeback, open_from: date, now: datetime) -> Iterator[WritingDay]:
    past = {key: bundle for key, bundle in into.days.items() if key[0] < open_from}
    rests = rest_on(into.owner, [day for day, _story in past])
    for (day, story_id), bundle in past.items():
        yield WritingDay(
            user=into.owner,
            story_id=story_id,
            day=day,
            **bundle.figures._asdict(),
            first_change_at=bundle.first_change_at,
            last_change_at=bundle.last_change_at,
            hours=bundle.hours,
            goal=_goal(into, day, story_id),
            rest=rests.get(day, ""),
            # They hold every session that was stored until now, and need not settle.
            rolled_up_at=now + SETTLING,
        )


def _goal(into: Comeback, day: date, story_id: UUID | None) -> int | None:
    if (day, story_id) in into.goals:
        return into.goals[day, story_id]
    return goal_on(into.owner, day, story_id=story_id)


def _allow_a_long_transaction() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")
