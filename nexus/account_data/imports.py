"""An archive at the door of imports: look through it, say what is in it, bring it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import structlog
from django.db import DataError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from jobs.files import on_disk
from jobs.models import Job
from jobs.services import discard_upload
from jobs.work import JobCancelled, JobRefused, Run, Shown, register_work
from nexus.account_data.bringing import NOT_EMPTY, bring_back, is_empty, looked_through
from nexus.account_data.comeback import Comeback
from nexus.account_data.gathering import Gathered
from nexus.account_data.opening import is_archive
from nexus.account_data.refusal import ArchiveRefused
from nexus.account_data.sections import LEDGER, VERSIONS
from nexus.lib.errors import Conflict
from nexus.lib.failpoints import hit
from stories.import_doors import Door, register_door
from stories.models import Story

NAME, KIND = "nexus-archive", "account.import"
logger = structlog.get_logger("nexus.account_data")
MOST_STORIES_SHOWN = 200


def read_archive(run: Run) -> dict[str, Any]:
    """Check all of an archive and return what it holds, in numbers; nothing is written."""
    with _looked_through(run, run.job) as (into, found):
        stories = [_told(into, story) for story in into.stories.values()]
        made = {
            name: str(into.archive.manifest.get(name, ""))[:40] for name in ("made_at", "made_by")
        }
        return {
            "format": NAME,
            "title": run.job.title,
            "author": "",
            "story": None,
            "word_count": sum(story["words"] for story in stories if not story["in_trash"]),
            "chapters": [],
            "omitted": [],
            "notes": [],
            "archive": {**made, "stories": stories[:MOST_STORIES_SHOWN], **_numbers(into, found)},
        }


@register_work(
    KIND,
    label=gettext_lazy("Bringing an archive back"),
    show=lambda job: _show_written(job),
)
def write_archive(run: Run) -> dict[str, Any]:
    """Bring all of an archive back, once, however often the job is delivered."""
    reading = Job.objects.get(pk=run.job.parameters["read_job"], owner=run.job.owner_id)
    result = run.job.result or _read_and_write(run, reading)
    discard_upload(reading)
    return dict(result)


def refuse_unless_empty(reading: Job) -> None:
    if not is_empty(reading.owner):
        raise Conflict(str(NOT_EMPTY), code="not_empty")


def show_reading(job: Job, is_applied: bool) -> Shown:
    """Say what kind of file this is and what is in it, and offer to bring it back."""
    result = job.result or {}
    found = result["archive"]
    if is_applied:
        sentence = _("This archive has been brought back.")
    elif is_empty(job.owner):
        sentence = _("This is a Nexus archive: %s. Nothing has been written yet.") % _in_short(
            result
        )
    else:
        sentence = str(NOT_EMPTY)
    days = {name: _in_words(found[name]) for name in ("first_day", "last_day")}
    preview = {"archive": found | days, "total_words": result["word_count"]}
    return Shown(
        sentence=sentence, can_apply=not is_applied and is_empty(job.owner), preview=preview
    )


def _in_words(day: str) -> str:
    return date_format(date.fromisoformat(day), "j F Y") if day else ""


def _show_written(job: Job) -> Shown:
    said = _("Everything is here again: %s. Every day counts as it did.") % _in_short(
        job.result or {}
    )
    return Shown(sentence=said, result_url=reverse("desk"), result_label=_("Open the library"))


def _in_short(result: dict[str, Any]) -> str:
    """Word “3 stories, 214,000 words, 5 years of writing days, 512 versions”."""
    found = result["archive"]
    stories = ngettext("%(n)s story", "%(n)s stories", found["story_count"])
    words = ngettext("%(n)s word", "%(n)s words", result["word_count"])
    versions = ngettext("%(n)s version", "%(n)s versions", found["versions"])
    return ", ".join(
        sentence % {"n": f"{count:,}"}
        for sentence, count in (
            (stories, found["story_count"]),
            (words, result["word_count"]),
            _span(found),
            (versions, found["versions"]),
        )
        if count
    )


def _span(found: dict[str, Any]) -> tuple[str, int]:
    """Return in which words and number to say how long somebody wrote."""
    days = found["writing_days"]
    if not days:
        return "", 0
    years = (date.fromisoformat(found["last_day"]) - date.fromisoformat(found["first_day"])).days
    if years < 365:
        return ngettext("%(n)s writing day", "%(n)s writing days", days), days
    years = round(years / 365.25)
    return ngettext("%(n)s year of writing days", "%(n)s years of writing days", years), years


def _told(into: Comeback, story: Story) -> dict[str, Any]:
    heads = [head for head in into.heads.values() if head.story_id == story.pk and head.is_live]
    return {
        "title": story.title,
        "chapters": len(heads),
        "words": sum(head.words for head in heads),
        "in_trash": story.trashed_at is not None,
    }


def _numbers(into: Comeback, found: Gathered) -> dict[str, Any]:
    days = sorted(day for day, story in into.days if story is None)
    return {
        "story_count": len(into.stories),
        "versions": found.counts[VERSIONS],
        "sessions": found.counts[LEDGER],
        "writing_days": len(days),
        "first_day": str(days[0]) if days else "",
        "last_day": str(days[-1]) if days else "",
    }


def _read_and_write(run: Run, reading: Job) -> dict[str, Any]:
    with _looked_through(run, reading) as (into, found):
        try:
            return _write(run, reading, into, found)
        except (IntegrityError, DataError) as error:
            logger.warning("archive_refused", job=str(run.job.pk), reason=type(error).__name__)
            raise JobRefused(
                _("This archive contradicts itself, so nothing of it was brought back.")
            ) from error


@transaction.atomic
def _write(run: Run, reading: Job, into: Comeback, found: Gathered) -> dict[str, Any]:
    User.objects.select_for_update(no_key=True).get(pk=into.owner.pk)
    # A twin thought lost may have been faster.
    if written := Job.objects.values_list("result", flat=True).get(pk=run.job.pk):
        return dict(written)
    bring_back(found, into, run.check)
    result = {name: (reading.result or {})[name] for name in ("word_count", "archive")}
    # Kept with the rows: a second delivery finds it. Last, so that Stop works until here.
    wanted = Job.objects.filter(pk=run.job.pk, cancel_requested_at__isnull=True)
    if not wanted.filter(result__isnull=True).update(result=result):
        raise JobCancelled
    hit("archive-stored")
    return result


@contextmanager
def _looked_through(run: Run, reading: Job) -> Iterator[tuple[Comeback, Gathered]]:
    """Open a reading's upload, compare it with its manifest, and go through all its rows."""
    if not reading.upload:
        raise JobRefused(_("The file is no longer kept. Please upload it again."))
    owner, at = run.job.owner, timezone.now()
    try:
        with (
            on_disk(reading) as path,
            path.open("rb") as file,
            looked_through(file, owner, at=at, progress=run.progress) as found,
        ):
            yield found
    except ArchiveRefused as refusal:
        raise JobRefused(refusal.reason) from refusal
    except FileNotFoundError as error:
        raise JobRefused(_("The file is no longer kept. Please upload it again.")) from error


register_door(
    Door(
        name=NAME,
        kind=KIND,
        recognises=is_archive,
        read=read_archive,
        show=show_reading,
        refuse=refuse_unless_empty,
    )
)
