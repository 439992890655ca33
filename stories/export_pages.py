"""/stories/<id>/export/: choosing what a story becomes, and the way to the file."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from jobs.models import Job
from nexus.lib.errors import DomainError
from stories import exports
from stories.book_language import book_language
from stories.export_forms import ExportForm
from stories.export_shown import export_row
from stories.models import Chapter, Story
from stories.views import add_refusal, own_story, page

SHOWN_EXPORTS = 5
OPTIONS = [option.name for option in fields(exports.Options)]
# How a writer has her books set, whichever it is; a note and a cover belong to one book.
HOUSE_STYLE = (
    "author",
    "contact",
    "drafts",
    "font",
    "front_matter",
    "language",
    "manuscript_style",
    "page_size",
)


@login_required
@page
def story_export(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Show what can be chosen; a POST has the file made and leads to its progress."""
    story = own_story(request, story_id)
    outline = _outline(story)
    if request.method != "POST":
        return _export_page(request, story, ExportForm(outline=outline, initial=_initial(story)))
    form = ExportForm(request.POST, outline=outline)
    if not form.is_valid():
        return _export_page(request, story, form, status=422)
    try:
        job = _start(story, form.cleaned_data)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return _export_page(request, story, form, status=refusal.status)
    return redirect("jobs:detail", job.pk)


@login_required
@require_safe
def export_file(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Hand out a finished file to its owner."""
    own = exports.exports_of(request.user)  # type: ignore[arg-type]
    job = get_object_or_404(own, pk=job_id)
    try:
        return exports.download(job, at=timezone.now())
    except DomainError as refusal:
        messages.warning(request, refusal.detail)
        return redirect("jobs:detail", job.pk)


def _start(story: Story, values: dict[str, Any]) -> Job:
    """Begin the export; no chapter ticked is the whole story, with what is written until then."""
    return exports.start_export(
        story,
        format=values["format"],
        chapters=[UUID(chapter) for chapter in values["chapters"]] or None,
        options=exports.Options(**{name: values[name] for name in OPTIONS}),
    )


def _outline(story: Story) -> list[tuple[str, str]]:
    rows = Chapter.objects.filter(story=story).live().in_order().without_prose()
    return [(str(chapter.pk), _line(chapter)) for chapter in rows]


def _line(chapter: Chapter) -> str:
    words = ngettext("%(n)s word", "%(n)s words", chapter.word_count)
    return f"{chapter.title} · {words % {'n': f'{chapter.word_count:,}'}}"


def _initial(story: Story) -> dict[str, Any]:
    """Return what the writer chose the last time: for this story, else what suits any of hers."""
    before = _earlier(story).first()
    if before is not None:
        return {**before.parameters["options"], "format": before.parameters["format"]}
    other = exports.exports_of(story.owner).first()
    if other is None:
        return {"author": story.owner.username} | _language(story, "")
    options = other.parameters["options"]
    kept = {name: value for name, value in options.items() if name in HOUSE_STYLE}
    kept |= _language(story, kept.get("language", ""))
    return {**kept, "format": other.parameters["format"]}


def _language(story: Story, kept: str) -> dict[str, str]:
    """Return what the book itself tells, unless what was kept says the same more exactly."""
    told = book_language(story.pk)
    return {"language": told} if told and kept.partition("-")[0] != told else {}


def _earlier(story: Story) -> QuerySet[Job]:
    return exports.exports_of(story.owner).filter(parameters__story=str(story.pk))


def _export_page(
    request: HttpRequest, story: Story, form: ExportForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    context = {
        "story": story,
        "form": form,
        "has_chapters": bool(form.fields["chapters"].choices),  # type: ignore[attr-defined]
        "exports": [export_row(job, at=now) for job in _earlier(story)[:SHOWN_EXPORTS]],
    }
    return render(request, "stories/export.html", context, status=status)
