"""The page that replaces words across a book, after showing every place that would change.

Everything is posted, also what only looks: words of a book do not belong into addresses and logs.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from nexus.lib.errors import DomainError, Stale
from nexus.lib.wording import ago
from stories.forms import ReplaceChoiceForm, ReplaceForm
from stories.models import Replacement, Story
from stories.replace_choice import PER_PAGE, Listed, carried, hidden, listed, parts_of
from stories.replacing import ChapterHits, Wanted, around, hits_in_story, wanted
from stories.services.replacing import (
    CHANGED,
    GONE,
    Left,
    Part,
    replace_in_story,
    undo_replacement,
)
from stories.views import add_refusal, own_story, page


@login_required
@page
def story_replace(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Ask what to replace; show what that would change; with `apply` do it."""
    story = own_story(request, story_id)
    if request.method != "POST":
        return _page(request, story, ReplaceForm())
    form, choice = ReplaceForm(request.POST), ReplaceChoiceForm(request.POST)
    if not form.is_valid() or not choice.is_valid():
        return _page(request, story, form, status=422)
    parts = parts_of(choice.cleaned_data, request.POST.getlist("take"))
    try:
        asked = wanted(**form.cleaned_data)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return _page(request, story, form, status=422)
    show = partial(_preview, request, story, form, asked, parts)
    if "apply" not in request.POST:
        return show(number=choice.cleaned_data["page"] or 1)
    try:
        return _apply(request, story, asked, parts)
    except Stale as refusal:
        changed = [chapter["title"] for chapter in refusal.extra["chapters"]]
        return show(changed=changed, status=409)
    except DomainError as refusal:
        return show(refused=refusal.detail, status=422)


@login_required
@require_POST
def replacement_undo(request: HttpRequest, story_id: UUID, replacement_id: UUID) -> HttpResponse:
    """Give back the text from before wherever nothing was changed since."""
    story = own_story(request, story_id)
    replacement = get_object_or_404(story.replacements.select_related("story"), pk=replacement_id)
    by: Any = request.user
    try:
        done = undo_replacement(replacement, by=by, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, refusal.detail)
    else:
        said = ngettext(
            "Undone. %(count)d chapter reads as it did before.",
            "Undone. %(count)d chapters read as they did before.",
            len(done.restored),
        )
        messages.success(request, said % {"count": len(done.restored)})
        for left in done.left:
            messages.warning(request, _why(left))
    return redirect("stories:replace", story.pk)


def _apply(request: HttpRequest, story: Story, asked: Wanted, parts: list[Part]) -> HttpResponse:
    by: Any = request.user
    now = timezone.now()
    replace_in_story(story, asked=asked, parts=parts, by=by, source="form", at=now)
    # What was done is said there, beside the button that undoes it.
    return redirect("stories:replace", story.pk)


def _page(
    request: HttpRequest, story: Story, form: ReplaceForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {"story": story, "form": form, "last": _last(story)}
    return render(request, "stories/replace.html", context, status=status)


def _preview(
    request: HttpRequest,
    story: Story,
    form: ReplaceForm,
    asked: Wanted,
    parts: list[Part],
    *,
    number: int = 1,
    changed: list[str] | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    found = hits_in_story(story, asked)
    stays = carried(found, parts)
    count = sum(len(row.hits) for row in found)
    pages = max(1, -(-count // PER_PAGE))
    number = min(number, pages)
    on_page = listed(found, stays, number)
    preview = {
        "count": count,
        "chapters": len(found),
        "taken": count - len(stays),
        "sections": _sections(on_page, asked),
        "hidden": hidden(found, stays, on_page),
        "first": (number - 1) * PER_PAGE + 1,
        "last": (number - 1) * PER_PAGE + len(on_page),
        "pages": pages,
        "previous": number - 1 if number > 1 else None,
        "next": number + 1 if number < pages else None,
    }
    names = changed if changed is not None else _changed(found, parts)
    is_stale = changed is not None or bool(names)
    said = {"changed": names, "is_stale": is_stale, "refused": refused}
    return _page(request, story, form, status=status, asked=asked, preview=preview, **said)


def _changed(found: list[ChapterHits], parts: list[Part]) -> list[str]:
    """Return the titles of the chapters that are not what an earlier page showed."""
    bases = {part.chapter_id: part.base for part in parts}
    if not bases:
        return []
    return [row.chapter.title for row in found if bases.get(row.chapter.pk) != row.chapter.etag]


def _sections(on_page: list[Listed], asked: Wanted) -> list[dict[str, Any]]:
    sections = []
    for _index, group in groupby(on_page, key=lambda one: one.place[0]):
        hits = list(group)
        row = hits[0].row
        sections.append(
            {
                "chapter": row.chapter,
                "count": len(row.hits),
                "hits": [_line(one, asked) for one in hits],
            }
        )
    return sections


def _line(one: Listed, asked: Wanted) -> dict[str, Any]:
    before, after = around(one.hit)
    return {
        "name": one.name,
        "is_taken": one.is_taken,
        "before": before,
        "words": one.hit.words,
        "replacement": asked.replacement,
        "after": after,
    }


def _last(story: Story) -> dict[str, Any] | None:
    """Describe the latest replacement that can be taken back."""
    step = story.replacements.filter(undone_at=None).order_by("-created_at").first()
    if step is None:
        return None
    return {"id": step.pk, "said": _done(step), "when": ago(step.created_at, now=timezone.now())}


def _done(step: Replacement) -> str:
    values = {"find": step.find, "replacement": step.replacement, "count": step.count}
    chapters = len(step.steps)
    where = ngettext("in %(count)d chapter", "in %(count)d chapters", chapters)
    values["where"] = where % {"count": chapters}
    if step.replacement:
        said = ngettext(
            "“%(find)s” became “%(replacement)s” once, %(where)s.",
            "“%(find)s” became “%(replacement)s” %(count)d times, %(where)s.",
            step.count,
        )
    else:
        said = ngettext(
            "“%(find)s” was taken out once, %(where)s.",
            "“%(find)s” was taken out %(count)d times, %(where)s.",
            step.count,
        )
    return said % values


def _why(left: Left) -> str:
    """Say why a chapter stays as it is, and where its earlier texts are."""
    said = format_html("{}", _reason(left))
    if left.why != CHANGED:
        return said
    address = reverse("stories:history", args=[left.chapter_id])
    link = '{} <a class="link-button" href="{}">{}</a>'
    return format_html(link, said, address, _("Its history"))


def _reason(left: Left) -> str:
    sentences = {
        CHANGED: _("“%(title)s” was changed since, so it stays as it is."),
        GONE: _("“%(title)s” is not in this story any more, so it stays as it is."),
    }
    forgotten = _("The history of “%(title)s” does not go back that far, so it stays as it is.")
    return sentences.get(left.why, forgotten) % {"title": left.title or _("A chapter")}
