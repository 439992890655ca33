"""Bringing a book in: read it in the background, show what was found, then write all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from jobs.files import on_disk
from jobs.models import Job
from jobs.services import discard_upload, enqueue_job
from jobs.work import JobCancelled, JobRefused, Run, Shown, register_work
from nexus.lib.errors import Conflict, DomainError, FieldError, Invalid, TooLarge
from nexus.lib.failpoints import hit
from nexus.lib.names import MAX_LENGTH, clean_title, title_key
from stories import covers
from stories.import_doors import Door, door_for, door_of, written_by
from stories.import_pages import show_reading, show_writing
from stories.importing import ImportRefused, read_book
from stories.importing.book import SPLITS, ImportedBook, ImportedChapter
from stories.models import Story
from stories.services import chapters as chapter_services
from stories.services import stories as story_services

READ, WRITE = "import.read", "import.write"
MAX_FILE_BYTES = 50 * 1024 * 1024


def formats_read() -> str:
    """Name the formats a book may be in, for the page that takes one."""
    return _(
        "EPUB, Word (.docx), OpenDocument (.odt), RTF, Scrivener, Markdown, HTML, plain text, "
        "an archive of Nexus"
    )


def too_large() -> str:
    return _(
        "Nexus takes files of up to 50 MB. A larger archive of Nexus comes back through whoever "
        "looks after this studio."
    )


def start_import(
    owner: User,
    *,
    file: File[bytes],
    filename: str,
    story: Story | None,
    title: str = "",
    split: str = "auto",
) -> Job:
    """Keep the file and have it read; nothing is written to any story yet.

    `title` goes before the one found in the file, when a new story is made.
    """
    if split not in SPLITS:
        raise Invalid.field("split", _("Split by auto, headings, files or none."))
    if not file.size:
        raise Invalid.field("file", _("This file is empty."))
    if file.size > MAX_FILE_BYTES:
        message = too_large()
        raise TooLarge(message, errors=[FieldError("file", message, "too_large")])
    name = _file_name(filename)
    parameters = {
        "filename": name,
        "split": split,
        "story": str(story.pk) if story else None,
        "title": clean_title(title) if title.strip() else "",
    }
    return enqueue_job(owner, kind=READ, title=name, parameters=parameters, upload=file)


@transaction.atomic
def apply_import(job: Job, *, title: str = "", chosen: Sequence[int] | None = None) -> Job:
    """Write what a finished reading found, as a job of its own; a reading is written once.

    `title` names the new story (the preview's when empty) and is ignored when the reading was for
    an existing one; `chosen` are the indexes of the chapters to take, all when None.
    """
    job = Job.objects.select_for_update().select_related("owner").get(pk=job.pk)
    if job.kind != READ or job.status != Job.Status.DONE:
        raise Conflict(_("There is no finished reading to import."), code="not_ready")
    if is_applied(job):
        raise Conflict(_("This book is on its way into the library already."), code="applied")
    if door := door_of(job):
        door.refuse(job)
        source = {"read_job": str(job.pk)}
        return enqueue_job(job.owner, kind=door.kind, title=job.title, parameters=source)
    found = job.result or {}
    name = _new_title(job, title or found["title"])
    parameters = {
        "read_job": str(job.pk),
        "title": name,
        "chosen": _checked_choice(chosen, len(found["chapters"])),
    }
    return enqueue_job(job.owner, kind=WRITE, title=name or job.title, parameters=parameters)


def is_applied(reading: Job) -> bool:
    """Say whether a reading has been written, or is about to be."""
    writings = Job.objects.filter(
        owner=reading.owner_id,
        kind__in=[WRITE, *written_by()],
        parameters__read_job=str(reading.pk),
    )
    return writings.exclude(status__in=Job.RETRYABLE).exists()


@register_work(
    READ,
    label=gettext_lazy("Reading a book"),
    show=lambda job: _show(job),
    instead=("stories:import", gettext_lazy("Choose another file")),
)
def read_upload(run: Run) -> dict[str, Any]:
    """Parse the upload and return the preview: titles and counts, no prose."""
    if door := _door(run.job):
        return door.read(run)
    book = _read(run.job, run.progress)
    parameters = run.job.parameters
    title = parameters["title"] or book.title or Path(parameters["filename"]).stem
    return {
        "title": _free_title(run.job.owner, title),
        "author": book.author,
        "format": book.format,
        "word_count": sum(chapter.word_count for chapter in book.chapters),
        "story": parameters["story"],
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


@register_work(
    WRITE,
    label=gettext_lazy("Importing a book"),
    show=show_writing,
)
def write_import(run: Run) -> dict[str, Any]:
    """Write the chapters in one transaction, once, however often the job is delivered."""
    reading = Job.objects.select_related("owner__preferences").get(
        pk=run.job.parameters["read_job"], owner=run.job.owner_id
    )
    result = run.job.result or _read_and_write(run, reading)
    discard_upload(reading)
    return dict(result)


def _show(reading: Job) -> Shown:
    if door := door_of(reading):
        return door.show(reading, is_applied(reading))
    return show_reading(reading, is_applied=is_applied(reading))


def _door(job: Job) -> Door | None:
    """Return the door for what is no single book; what is not kept is told by the reading."""
    with suppress(FileNotFoundError):
        if job.upload:
            with on_disk(job) as path, path.open("rb") as file:
                return door_for(file)
    return None


def _read_and_write(run: Run, reading: Job) -> dict[str, Any]:
    book = _read(reading, run.progress)
    chosen = run.job.parameters["chosen"]
    chapters = [c for i, c in enumerate(book.chapters) if chosen is None or i in chosen]
    try:
        result = _write(run.job, reading, chapters)
    except (DomainError, JobCancelled) as refusal:
        # A twin thought lost may have been faster; then its chapters are the ones that count.
        written = Job.objects.values_list("result", flat=True).get(pk=run.job.pk)
        if written:
            return dict(written)
        if isinstance(refusal, DomainError):
            raise JobRefused(refusal.detail) from refusal
        raise
    if book.cover and reading.parameters["story"] is None:
        covers.adopt_cover(UUID(result["story"]), book.cover)
    return result


@transaction.atomic
def _write(job: Job, reading: Job, chapters: Sequence[ImportedChapter]) -> dict[str, Any]:
    _allow_a_long_transaction()
    at = timezone.now()
    story = _story(reading, title=job.parameters["title"], at=at)
    pieces = [
        {
            "title": c.title,
            "part_title": c.part_title,
            "content": c.content,
            "synopsis": c.synopsis,
            "notes": c.notes,
        }
        for c in chapters
    ]
    added = chapter_services.import_chapters(story, by=reading.owner, chapters=pieces, at=at)
    result = {
        "story": str(story.pk),
        "title": story.title,
        "chapters": len(added),
        "word_count": sum(chapter.word_count for chapter in added),
    }
    # Kept with the chapters: a second delivery finds it. Last, so that Stop works until here.
    wanted = Job.objects.filter(pk=job.pk, cancel_requested_at__isnull=True)
    if not wanted.filter(result__isnull=True).update(result=result):
        raise JobCancelled
    hit("import-written")
    return result


def _allow_a_long_transaction() -> None:
    """Cleaning a long book takes longer than a request may leave its transaction idle."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")


def _story(reading: Job, *, title: str, at: datetime) -> Story:
    wanted: str | None = reading.parameters["story"]
    if wanted is None:
        return story_services.create_story(reading.owner, title=title, at=at)
    story = Story.objects.visible_to(reading.owner).live().filter(pk=UUID(wanted)).first()
    if story is None:
        raise JobRefused(_("The story this was meant for is gone."))
    return story


def _new_title(reading: Job, title: str) -> str:
    """Return the new story's title; empty when the book goes into an existing one."""
    if reading.parameters["story"] is not None:
        return ""
    title = clean_title(title)
    if _is_taken(reading.owner, title):
        message = _("You already have a story with this title.")
        errors = [FieldError("title", message, "title_taken")]
        raise Conflict(message, code="title_taken", errors=errors)
    return title


def _checked_choice(chosen: Sequence[int] | None, found: int) -> list[int] | None:
    if chosen is None:
        return None
    if not set(chosen) <= set(range(found)):
        raise Invalid.field("chapters", _("Choose from the chapters that were found."))
    if not chosen:
        raise Invalid.field("chapters", _("Choose at least one chapter."))
    return sorted(set(chosen))


def _read(job: Job, progress: Callable[[int, int], None]) -> ImportedBook:
    if not job.upload:
        raise JobRefused(_("The file is no longer kept. Please upload it again."))
    try:
        with on_disk(job) as upload:
            return read_book(
                upload,
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
    printable = "".join(char for char in title if char.isprintable()).strip()
    base = clean_title(printable[:240].strip() or _("Untitled"))
    candidate, number = base, 2
    while _is_taken(owner, candidate):
        candidate, number = f"{base} ({number})", number + 1
    return candidate
