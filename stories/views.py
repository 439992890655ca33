"""Pages about stories: what needs the ledger too is in the composition root.

On pages another writer's story does not exist: 404, whatever is asked of it.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs.models import Job
from nexus.lib.errors import DomainError
from nexus.lib.wording import ago
from stories import imports
from stories.forms import (
    ImportChoiceForm,
    ImportForm,
    MoveForm,
    StoryForm,
)
from stories.models import KEPT_IN_TRASH, Chapter, Series, Story, Tag, Volume
from stories.services import chapters as chapter_services
from stories.services import stories as story_services
from stories.tags import join_tags

page = require_http_methods(["GET", "HEAD", "POST"])
Labelled = TypeVar("Labelled", Series, Tag)


def own_story(request: HttpRequest, story_id: UUID) -> Story:
    """Return the writer's own story; Http404 for everybody else's, and for one in the trash."""
    return get_object_or_404(Story.objects.visible_to(request.user).live(), pk=story_id)  # type: ignore[arg-type]


def own_chapter(request: HttpRequest, chapter_id: UUID) -> Chapter:
    """Return the writer's own chapter without its prose; Http404 otherwise."""
    chapters = Chapter.objects.visible_to(request.user).live().without_prose()  # type: ignore[arg-type]
    return get_object_or_404(chapters.select_related("story"), pk=chapter_id)


def own(kind: type[Labelled], request: HttpRequest, pk: UUID) -> Labelled:
    """Return the writer's own series or tag; Http404 for everybody else's."""
    return get_object_or_404(kind.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]


@login_required
@page
def story_create(request: HttpRequest) -> HttpResponse:
    form = StoryForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            story = story_services.create_story(
                request.user,  # type: ignore[arg-type]
                at=timezone.now(),
                **_placed(form),
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(story)
    return _story_form_page(request, form, None)


@login_required
@page
def story_edit(request: HttpRequest, story_id: UUID) -> HttpResponse:
    story = own_story(request, story_id)
    form = StoryForm(_sent(request), initial=_initial(story))
    if request.method == "POST" and form.is_valid():
        try:
            story_services.update_story(story, at=timezone.now(), **_placed(form))
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(story)
    return _story_form_page(request, form, story)


@login_required
@require_POST
def story_trash(request: HttpRequest, story_id: UUID) -> HttpResponse:
    story = own_story(request, story_id)
    story_services.trash_story(story, at=timezone.now())
    messages.success(request, _("“%(title)s” is in the trash.") % {"title": story.title})
    return redirect("stories:trash")


@login_required
@require_POST
def story_restore(request: HttpRequest, story_id: UUID) -> HttpResponse:
    stories = Story.objects.visible_to(request.user).trashed()  # type: ignore[arg-type]
    story = get_object_or_404(stories, pk=story_id)
    if _tried(request, lambda: story_services.restore_story(story, at=timezone.now())):
        return redirect(story)
    return redirect("stories:trash")


@login_required
@require_POST
def chapter_move(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Move a chapter one place up or down, its menu still open; at either end nothing happens."""
    chapter = own_chapter(request, chapter_id)
    form = MoveForm(request.POST)
    if form.is_valid() and chapter.position is not None:
        step = -1 if form.cleaned_data["direction"] == "up" else 1
        _tried(request, lambda: _move(chapter, step))
    return redirect(f"{chapter.story.get_absolute_url()}?more={chapter.pk}#more")


@login_required
@require_POST
def chapter_publish(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Publish a draft (`published` 1), or make a published chapter a draft again (0)."""
    chapter = own_chapter(request, chapter_id)
    chapter_services.update_chapter(
        chapter,
        by=request.user,  # type: ignore[arg-type]
        at=timezone.now(),
        published=request.POST.get("published") == "1",
    )
    return redirect(chapter.story)


@login_required
@require_POST
def chapter_trash(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    chapter = own_chapter(request, chapter_id)
    _tried(request, lambda: chapter_services.trash_chapter(chapter, at=timezone.now()))
    messages.success(request, _("“%(title)s” is in the trash.") % {"title": chapter.title})
    return redirect(chapter.story)


@login_required
@require_POST
def chapter_restore(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    chapters = Chapter.objects.visible_to(request.user).trashed().without_prose()  # type: ignore[arg-type]
    rows = chapters.select_related("story").annotate(merged_title=F("merged_into__title"))
    chapter: Any = get_object_or_404(rows, pk=chapter_id)
    if _tried(request, lambda: chapter_services.restore_chapter(chapter, at=timezone.now())):
        if chapter.merged_title:
            said = _("“%(title)s” is back. Its words are in “%(other)s” as well.")
            titles = {"title": chapter.title, "other": chapter.merged_title}
            messages.success(request, said % titles)
        return redirect(chapter.story)
    return redirect("stories:trash")


@login_required
@require_safe
def trash(request: HttpRequest) -> HttpResponse:
    """What was put away, and until when it can come back."""
    stories = Story.objects.visible_to(request.user).trashed().with_counts()  # type: ignore[arg-type]
    chapters = (
        Chapter.objects.visible_to(request.user)  # type: ignore[arg-type]
        .trashed()
        .without_prose()
        .select_related("story")
        .annotate(merged_title=F("merged_into__title"))
    )
    context = {
        "stories": [_put_away(story) for story in stories.order_by("-trashed_at")],
        "chapters": [_put_away(chapter) for chapter in chapters.order_by("-trashed_at")],
    }
    return render(request, "stories/trash.html", context)


@login_required
@page
def import_book(request: HttpRequest) -> HttpResponse:
    """Take a file and watch it being read; nothing is written before the writer has seen it."""
    form = ImportForm(_sent(request), request.FILES or None, initial=request.GET.dict())
    stories = Story.objects.visible_to(request.user).live().order_by("title_key")  # type: ignore[arg-type]
    form.fields["story"].queryset = stories  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            job = _start_import(request, form)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect("jobs:detail", job.pk)
    context = {
        "max_size": "50 MB",
        "most_bytes": imports.MAX_FILE_BYTES,
        "too_large": imports.too_large(),
        "formats": imports.formats_read(),
    }
    return _form_page(request, "stories/import.html", form, **context)


@login_required
@require_POST
def import_apply(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Write what the reading found; the writing is a job that can be watched too."""
    own = Job.objects.visible_to(request.user).filter(kind=imports.READ)  # type: ignore[arg-type]
    job = get_object_or_404(own.select_related("owner"), pk=job_id)
    form = ImportChoiceForm(request.POST, found=len((job.result or {}).get("chapters", [])))
    if not form.is_valid():
        messages.error(request, _("Please choose from the chapters that were found."))
        return redirect("jobs:detail", job.pk)
    try:
        writing = imports.apply_import(
            job, title=form.cleaned_data["title"], chosen=form.cleaned_data["chapters"]
        )
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return redirect("jobs:detail", job.pk)
    return redirect("jobs:detail", writing.pk)


def add_refusal(form: Form, refusal: DomainError) -> None:
    """Say a service's refusal at the field it is about, or above the form."""
    for error in refusal.errors:
        if error.field in form.fields:
            form.add_error(error.field, error.message)
            return
    form.add_error(None, refusal.detail)


def _sent(request: HttpRequest) -> QueryDict | None:
    """Return what was posted; an empty form that was sent is wrong, not new."""
    return request.POST if request.method == "POST" else None


def _initial(story: Story) -> dict[str, Any]:
    volume = Volume.objects.filter(story=story).select_related("series").first()
    tags = story.story_tags.order_by("place").values_list("tag__name", flat=True)
    return {
        **{name: getattr(story, name) for name in ("title", "status", "genre", "synopsis")},
        "series": volume.series.title if volume else "",
        "tags": join_tags(tags),
    }


def _placed(form: StoryForm) -> dict[str, Any]:
    """Return what was sent with the series as the services take it."""
    values = dict(form.cleaned_data)
    placing = story_services.Placing(values.pop("series") or None)
    return {**values, "placing": placing}


def _story_form_page(request: HttpRequest, form: StoryForm, story: Story | None) -> HttpResponse:
    own = Series.objects.visible_to(request.user).by_title()  # type: ignore[arg-type]
    titles = own.values_list("title", flat=True)
    return _form_page(request, "stories/form.html", form, story=story, series_titles=titles)


def _form_page(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)


def _tried(request: HttpRequest, act: Any) -> bool:
    """Do it, or tell the writer why not."""
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return False
    return True


def _move(chapter: Chapter, step: int) -> None:
    last = Chapter.objects.live().filter(story=chapter.story_id).count() - 1
    to_pos = min(max((chapter.position or 0) + step, 0), last)
    chapter_services.move_chapter(chapter, to_pos=to_pos, at=timezone.now())


def _put_away(item: Any) -> dict[str, Any]:
    purged = timezone.localtime(item.trashed_at + KEPT_IN_TRASH)
    return {
        "id": str(item.pk),
        "title": item.title,
        "story_title": item.story.title if isinstance(item, Chapter) else "",
        "words": item.word_count,
        "chapters": getattr(item, "total_chapters", 0),
        "merged_into": getattr(item, "merged_title", None) or "",
        "trashed": ago(item.trashed_at, now=timezone.now()),
        "purge": _("gone on %(date)s") % {"date": date_format(purged, "j F")},
    }


def _start_import(request: HttpRequest, form: ImportForm) -> Job:
    upload = form.cleaned_data["file"]
    return imports.start_import(
        request.user,  # type: ignore[arg-type]
        file=upload,
        filename=upload.name,
        story=form.cleaned_data["story"],
        split=form.cleaned_data["split"] or "auto",
    )
