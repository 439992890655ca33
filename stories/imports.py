"""Bringing a book in: read it in the background, show what was found, then write all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from jobs.models import Job
from jobs.services import enqueue_job
from jobs.work import JobRefused, Run, register_work
from nexus.lib.errors import Conflict, DomainError, Invalid
from nexus.lib.names import MAX_LENGTH, clean_title, title_key
from stories.importing import ImportRefused, read_book
from stories.importing.book import ImportedBook
from stories.models import Story
from stories.services import chapters as chapter_services
from stories.services import stories as story_services

READ, WRITE = "import.read", "import.write"
SPLITS = ("auto", "headings", "files", "none")
MAX_FILE_BYTES = 50 * 1024 * 1024


def start_import(
    owner: User, *, file: File[bytes], filename: str, story: Story | None, split: str = "auto"
) -> Job:
    """Keep the file and have it read; nothing is written to any story yet."""
    if split not in SPLITS:
        raise Invalid.field("split", _("Split by auto, headings, files or none."))
    if not file.size:
        raise Invalid.field("file", _("This file is empty."))
    if file.size > MAX_FILE_BYTES:
        raise Invalid.field("file", _("Nexus takes files of up to 50 MB."))
    parameters = {
        "filename": _file_name(filename),
        "split": split,
        "story": str(story.pk) if story else None,
    }
    return enqueue_job(
        owner, kind=READ, title=parameters["filename"], parameters=parameters, upload=file
    )


def apply_import(job: Job, *, title: str, chosen: list[int] | None = None) -> Job:
    """Write what a finished reading found, as a job of its own.

    `title` names the new story and is ignored when the reading was for an existing one;
    `chosen` are the indexes of the chapters to take, all when None.
    """
    if job.kind != READ or job.status != Job.Status.DONE:
        raise Conflict(_("There is no finished reading to import."), code="not_ready")
    found = len((job.result or {}).get("chapters", []))
    if chosen is not None and not set(chosen) <= set(range(found)):
        raise Invalid.field("chapters", _("Choose from the chapters that were found."))
    if chosen is not None and not chosen:
        raise Invalid.field("chapters", _("Choose at least one chapter."))
    is_new = job.parameters["story"] is None
    parameters = {
        "read_job": str(job.pk),
        "title": clean_title(title) if is_new else "",
        "chosen": sorted(set(chosen)) if chosen is not None else None,
    }
    if is_new and _is_taken(job.owner, parameters["title"]):
        raise Conflict(_("You already have a story with this title."), code="title_taken")
    return enqueue_job(
        job.owner, kind=WRITE, title=parameters["title"] or job.title, parameters=parameters
    )


@register_work(READ)
def read_upload(run: Run) -> dict[str, Any]:
    """Parse the upload and return the preview: titles and counts, no prose."""
    book = _read(run.job, run.progress)
    return {
        "title": _free_title(run.job.owner, book.title or Path(run.job.title).stem),
        "author": book.author,
        "format": book.format,
        "word_count": sum(chapter.word_count for chapter in book.chapters),
        "story": run.job.parameters["story"],
        "chapters": [
            {"title": chapter.title, "part_title": chapter.part_title, "words": chapter.word_count}
            for chapter in book.chapters
        ],
        "omitted": [
            {"title": item.title, "reason": item.reason, "words": item.word_count}
            for item in book.omitted
        ],
        "notes": list(book.notes),
    }


@register_work(WRITE)
def write_import(run: Run) -> dict[str, Any]:
    """Write the chapters in one transaction, once, however often the job is delivered."""
    reading = Job.objects.select_related("owner__preferences").get(
        pk=run.job.parameters["read_job"], owner=run.job.owner_id
    )
    book = _read(reading, lambda step, steps: run.progress(step * 8, steps * 10))
    chosen = run.job.parameters["chosen"]
    chapters = [c for i, c in enumerate(book.chapters) if chosen is None or i in chosen]
    try:
        return _write(run.job, reading, chapters)
    except DomainError as refusal:
        raise JobRefused(refusal.detail) from refusal


@transaction.atomic
def _write(job: Job, reading: Job, chapters: list[Any]) -> dict[str, Any]:
    locked = Job.objects.select_for_update().get(pk=job.pk)
    if locked.result:
        return dict(locked.result)
    at = timezone.now()
    story = _story(reading, title=locked.parameters["title"])
    chapter_services.import_chapters(story, by=reading.owner, chapters=chapters, at=at)
    # Kept with the chapters: a second delivery finds it and writes nothing.
    locked.result = {
        "story": str(story.pk),
        "title": story.title,
        "chapters": len(chapters),
        "word_count": sum(chapter.word_count for chapter in chapters),
    }
    locked.save(update_fields=["result"])
    return dict(locked.result)


def _story(reading: Job, *, title: str) -> Story:
    wanted: str | None = reading.parameters["story"]
    if wanted is None:
        return story_services.create_story(reading.owner, title=title, at=timezone.now())
    story = Story.objects.visible_to(reading.owner).live().filter(pk=UUID(wanted)).first()
    if story is None:
        raise JobRefused(_("The story this was meant for is gone."))
    return story


def _read(job: Job, progress: Callable[[int, int], None]) -> ImportedBook:
    if not job.upload:
        raise JobRefused(_("The file is no longer kept. Please upload it again."))
    try:
        return read_book(
            Path(job.upload.path),
            filename=job.parameters["filename"],
            split=job.parameters["split"],
            progress=progress,
        )
    except FileNotFoundError as error:
        raise JobRefused(_("The file is no longer kept. Please upload it again.")) from error
    except ImportRefused as refusal:
        raise JobRefused(refusal.reason) from refusal


def _file_name(raw: str) -> str:
    name = "".join(char for char in Path(raw).name if char.isprintable()).strip()
    return name[-MAX_LENGTH:] or _("Untitled")


def _is_taken(owner: User, title: str) -> bool:
    return Story.objects.visible_to(owner).live().filter(title_key=title_key(title)).exists()


def _free_title(owner: User, title: str) -> str:
    """Return the title, or the first of “title (2)”, “title (3)” … that is free."""
    base = clean_title("".join(c for c in title if c.isprintable()) or _("Untitled"))[:240]
    candidate, number = base, 2
    while _is_taken(owner, candidate):
        candidate, number = f"{base} ({number})", number + 1
    return candidate
