"""Look through a whole archive: check, clean and count every row, and set it aside on the disk.

Nothing of the account is touched. A preview does this for its numbers alone; an import stores what
was set aside, in one short transaction.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import Field, FileField, Model
from django.utils.translation import gettext as _

from nexus.account_data.archive import dump
from nexus.account_data.comeback import Comeback
from nexus.account_data.opening import MOST_ROWS
from nexus.account_data.rebuilding import rebuild, value_of
from nexus.account_data.refusal import ArchiveRefused
from nexus.account_data.sections import DAYS, LEDGER, SECTIONS, Section, section_at
from stories.models import Story

Progress = Callable[[int, int], None]
# So many rows between two words about how far it is.
ROWS_A_STEP = 50


@dataclass
class Gathered:
    """What is ready to be stored: a line of JSON for each row, in a file for each section."""

    folder: str
    counts: Counter[str] = field(default_factory=Counter)

    def keep(self, section: Section, rows: Iterable[Model]) -> None:
        with self._file(section).open("a", encoding="utf-8") as lines:
            for row in rows:
                values = {column.attname: getattr(row, column.attname) for column in _kept(section)}
                lines.write(dump(values) + "\n")
                self.counts[section.path] += 1

    def rows(self, section: Section) -> Iterator[Model]:
        """Give the rows again, not stored yet."""
        if not self.counts[section.path]:
            return
        with self._file(section).open(encoding="utf-8") as lines:
            for line in lines:
                values = json.loads(line)
                yield section.model(
                    **{c.attname: c.to_python(values[c.attname]) for c in _kept(section)}
                )

    def _file(self, section: Section) -> Path:
        return Path(self.folder, section.path.replace("/", "-"))


@contextmanager
def gathered(into: Comeback, progress: Progress) -> Iterator[Gathered]:
    """Go through all sections; ArchiveRefused names the file and the row that is not right.

    `progress` is told in rows, of how many the manifest promises.
    """
    tick = _ticker(into, progress)
    with tempfile.TemporaryDirectory(prefix="nexus-archive-") as folder:
        found = Gathered(folder)
        for section in SECTIONS:
            if section.path == DAYS:
                _note_goals(section, into)
            else:
                found.keep(section, _rebuilt(section, into, tick))
        found.keep(section_at(LEDGER), into.unexplained())
        yield found


def _rebuilt(section: Section, into: Comeback, tick: Callable[[], None]) -> Iterator[Model]:
    _expect_own_kind(section, into)
    for number, row in enumerate(into.archive.rows(section.path), start=1):
        tick()
        try:
            found = rebuild(section, row, into)
        except ArchiveRefused as refusal:
            message = _("%(file)s, row %(number)d, is not what Nexus writes: %(reason)s")
            values = {"file": section.path, "number": number, "reason": refusal.reason}
            raise ArchiveRefused(message % values) from refusal
        if found is not None:
            yield found


def _expect_own_kind(section: Section, into: Comeback) -> None:
    """Rows may refer to rows of their own kind that come after them."""
    if any(column.related_model is section.model for column in section.columns):
        for row in into.archive.rows(section.path):
            if isinstance(row.get("id"), str):
                into.id_of(section.model, row["id"])


def _note_goals(section: Section, into: Comeback) -> None:
    """What a day's goal was stays what it was; all else of a day is summed from its sessions."""
    columns = {column.attname: column for column in section.columns}
    for row in into.archive.rows(section.path):
        day = value_of(columns["day"], row.get("day"), at=into.at)
        goal = value_of(columns["goal"], row.get("goal"), at=into.at)
        story = row.get("story_id")
        story_id = into.ids.get((Story, story)) if isinstance(story, str) else None
        is_in_bounds = goal is None or 0 <= goal < 2**31
        if is_in_bounds and (story_id or story is None):
            into.goals[day, story_id] = goal


def _ticker(into: Comeback, progress: Progress) -> Callable[[], None]:
    promised = into.archive.manifest.get("rows")
    steps = sum(n for n in promised.values() if type(n) is int) if type(promised) is dict else 0
    steps, done = min(max(steps, 1), 2**31 - 1), 0

    def tick() -> None:
        nonlocal done
        done += 1
        if done > MOST_ROWS:
            raise ArchiveRefused(_("This archive holds more than Nexus takes."))
        if done % ROWS_A_STEP == 0:
            progress(min(done, steps), steps)

    return tick


def _kept(section: Section) -> list[Field[Any, Any]]:
    """All columns but files, which travel by themselves."""
    columns = section.model._meta.concrete_fields
    return [column for column in columns if not isinstance(column, FileField)]
