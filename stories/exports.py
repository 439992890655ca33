"""Taking a story along: asking for a file, making it in the background, handing it out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from jobs import files
from jobs.models import Job
from jobs.services import discard_upload, enqueue_job
from jobs.work import JobCancelled, JobRefused, Run, register_work
from nexus.lib.errors import Conflict, Invalid
from nexus.lib.picture_files import read_picture
from nexus.lib.pictures import size_of
from stories import export_shown
from stories.exporting import book as books
from stories.exporting.formats import FORMATS, Format
from stories.exporting.names import slug
from stories.models import Chapter, Story

KIND = "story.export"
# So that nobody fills the disk or the queue: files stay for a week.
MAX_KEPT = 50
MAX_IN_HAND = 3
# Of which pages are set between two ticks, on one of two busy cores.
WORDS_A_TICK = 10_000
COLUMNS = ("pk", "title", "part_title", "content", "word_count", "published_at")


@dataclass(frozen=True)
class Options:
    """What goes in, and how it is set; see `exporting.book.Look` for the rest."""

    author: str = ""
    author_note: str = ""
    contact: str = ""
    cover: bool = True
    drafts: bool = True
    font: str = "book"
    front_matter: bool = True
    language: str = "en"
    manuscript_style: str = "modern"
    page_size: str = ""


@dataclass
class _Progress:
    """Tells the job of each chapter done, and asks it while a page setter works in one go.

    Setting pages takes as long again, by and large; of that, each tick is the share it should be.
    """

    run: Run
    chapters: int
    words: int
    sets_pages: bool
    done: float = field(default=0)

    def tick(self) -> None:
        is_setting = self.done >= self.chapters
        self.done += self._share() if is_setting else 1
        steps = self.chapters * (2 if self.sets_pages else 1) + 1
        self.run.progress(min(int(self.done), steps - 1), steps)
        if is_setting and not self._is_wanted():
            raise JobCancelled

    def _share(self) -> float:
        return self.chapters * min(1.0, WORDS_A_TICK / max(self.words, 1))

    def _is_wanted(self) -> bool:
        """Ask, and leave a sign of life: a job that stands still is taken for lost."""
        wanted = Job.objects.filter(pk=self.run.job.pk, cancel_requested_at__isnull=True)
        return bool(wanted.update(updated_at=timezone.now()))


@transaction.atomic
def start_export(
    story: Story,
    *,
    format: str,
    chapters: Sequence[UUID] | None = None,
    options: Options | None = None,
) -> Job:
    """Have a story written as a file; the same wish, while it is being met, is met once.

    `chapters` are the ids of those to take, all when None. Raises Invalid for an unknown format or
    a chapter of another story, Conflict `nothing_to_export`, `exports_running` while three are
    being made and `enough_exports` while fifty files are kept.
    """
    if format not in FORMATS:
        raise Invalid.field("format", _("Nexus does not write this format."))
    owner = User.objects.select_for_update(no_key=True).get(pk=story.owner_id)
    parameters = {
        "story": str(story.pk),
        "format": format,
        "chapters": _checked_choice(story, chapters),
        "options": asdict(options or Options()),
    }
    _refuse_nothing(story, parameters)
    running = files.in_hand(exports_of(owner))
    if job := running.filter(parameters=parameters).first():
        return job
    _refuse_too_many(owner, running.count())
    return enqueue_job(owner, kind=KIND, title=story.title, parameters=parameters)


def exports_of(owner: User) -> QuerySet[Job]:
    return Job.objects.visible_to(owner).filter(kind=KIND).newest_first()


def download(job: Job, *, at: datetime) -> FileResponse:
    """Answer with the finished file. Conflict `not_ready` before it is, Gone after a week."""
    form = FORMATS[job.parameters["format"]]
    name = _file_name(job.title, form)
    return files.file_response(job, name=name, content_type=form.content_type, at=at)


@register_work(
    KIND,
    label=gettext_lazy("Export"),
    show=export_shown.show_export,
)
def make_export(run: Run) -> dict[str, Any]:
    """Write the file beside the storage, then put it there whole."""
    # An attempt whose worker was killed may have left one.
    discard_upload(run.job)
    _refuse_too_many_kept(run.job.owner)
    book = _book(run.job)
    form = FORMATS[run.job.parameters["format"]]
    progress = _Progress(run, len(book.chapters), book.words, sets_pages=form.suffix == ".pdf")
    with tempfile.TemporaryFile() as file:
        try:
            shapeless = form.write(book, file, progress.tick) or ""
        except books.ExportRefused as refusal:
            raise JobRefused(refusal.reason) from refusal
        size = file.tell()
        file.seek(0)
        files.keep_file(run.job, file, suffix=form.suffix)
    return {
        "story": book.id,
        "format": run.job.parameters["format"],
        "filename": _file_name(run.job.title, form),
        "bytes": size,
        "chapters": len(book.chapters),
        "word_count": book.words,
        "without_shape": shapeless,
    }


def _book(job: Job) -> books.Book:
    """Read the story as it is now, in one query: every chapter is of the same moment."""
    story = Story.objects.visible_to(job.owner).live().filter(pk=job.parameters["story"]).first()
    if story is None:
        raise JobRefused(_("This story is gone."))
    options = Options(**job.parameters["options"])
    rows = list(_taken(_rows(story), job.parameters, options))
    if not rows:
        raise JobRefused(_("None of these chapters is in the story any more."))
    return books.Book(
        id=str(story.pk),
        title=story.title,
        author=options.author or job.owner.username,
        language=options.language,
        words=sum(chapter.word_count for chapter, _part in rows),
        chapters=[
            books.Chapter(number, chapter.title, part, chapter.content)
            for number, (chapter, part) in enumerate(rows, 1)
        ],
        made_at=timezone.localtime(job.created_at),
        note=options.author_note,
        cover=_cover(story) if options.cover else None,
        look=_look(options),
    )


def _cover(story: Story) -> books.Cover | None:
    """Return the picture the writer chose; the cover set from the title stays in the studio."""
    if not story.cover:
        return None
    try:
        raw = read_picture(str(story.cover.name))
    except FileNotFoundError:
        return None
    return books.Cover(raw, *size_of(raw))


def _rows(story: Story) -> QuerySet[Chapter]:
    return Chapter.objects.filter(story=story).live().in_order().only(*COLUMNS)


def _taken(
    rows: QuerySet[Chapter], parameters: dict[str, Any], options: Options
) -> Iterator[tuple[Chapter, str]]:
    """Yield the wanted chapters; a part's heading goes to the first of it that is taken."""
    chosen = parameters["chapters"]
    part = told = ""
    for chapter in rows:
        part = chapter.part_title or part
        is_wanted = chosen is None or str(chapter.pk) in chosen
        if is_wanted and (options.drafts or chapter.is_published):
            yield chapter, part if part != told else ""
            told = part


def _look(options: Options) -> books.Look:
    return books.Look(
        page_size=options.page_size,
        font=options.font,
        front_matter=options.front_matter,
        manuscript_style=options.manuscript_style,
        contact=tuple(line.strip() for line in options.contact.splitlines() if line.strip()),
    )


def _file_name(title: str, form: Format) -> str:
    return f"{slug(title) or 'story'}{form.ending}{form.suffix}"


def _checked_choice(story: Story, chosen: Sequence[UUID] | None) -> list[str] | None:
    if chosen is None:
        return None
    wanted = {str(chapter_id) for chapter_id in chosen}
    own = Chapter.objects.filter(story=story).live().values_list("pk", flat=True)
    if not wanted:
        raise Invalid.field("chapters", _("Choose at least one chapter."))
    if not wanted <= set(map(str, own)):
        raise Invalid.field("chapters", _("Choose from the chapters of this story."))
    return sorted(wanted)


def _refuse_nothing(story: Story, parameters: dict[str, Any]) -> None:
    rows = _rows(story).defer("content")
    if not any(True for _row in _taken(rows, parameters, Options(**parameters["options"]))):
        message = _("There is nothing to export: no chapter, or none that is published.")
        raise Conflict(message, code="nothing_to_export")


def _refuse_too_many(owner: User, running: int) -> None:
    if running >= MAX_IN_HAND:
        message = _("Three exports are being made already. Please wait for one of them.")
        raise Conflict(message, code="exports_running")
    if files.with_file(exports_of(owner)).count() >= MAX_KEPT:
        message = _("Fifty exported files are kept for you already. Each goes after a week.")
        raise Conflict(message, code="enough_exports")


def _refuse_too_many_kept(owner: User) -> None:
    try:
        _refuse_too_many(owner, 0)
    except Conflict as refusal:
        raise JobRefused(refusal.detail) from refusal
