"""The pages that split a chapter, merge it with the next one, or move it to another story."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nexus.lib.errors import DomainError, Stale
from stories.forms import MergeForm, SplitForm, ToStoryForm
from stories.models import Chapter, Story
from stories.saving import parse_base
from stories.services import division
from stories.services.relocation import move_to_story
from stories.text import clean_html, heading_text, to_text, top_blocks
from stories.views import add_refusal, own_chapter, page

OPENING = 60
# Of a long text without headings and scene breaks, so many paragraphs lie between two places.
STRIDE = 50
_BEFORE_BREAK = gettext_lazy("before a scene break")


@login_required
@page
def chapter_split(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Show the text with a choice between any two blocks; `at` and `title` may come chosen."""
    chapter = _own(request, chapter_id)
    form = SplitForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            _split(request, chapter, form)
        except Stale:
            return _split_page(request, _own(request, chapter_id), form, is_stale=True)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            # Not to the row: the way back is said at the top of the page.
            return redirect(chapter.story)
    return _split_page(request, chapter, form)


@login_required
@page
def chapter_merge(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Say what merging with the next chapter does, and do it when asked."""
    chapter = _own(request, chapter_id)
    form = MergeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            _merge(request, chapter, form)
        except Stale:
            return _merge_page(request, _own(request, chapter_id), form, is_stale=True)
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            return redirect(chapter.story)
    return _merge_page(request, chapter, form)


@login_required
@page
def chapter_to_story(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Move a chapter to the end of another story of the writer's."""
    chapter, by = own_chapter(request, chapter_id), request.user
    form = ToStoryForm(request.POST if request.method == "POST" else None)
    others = Story.objects.visible_to(by).live().exclude(pk=chapter.story_id)  # type: ignore[arg-type]
    form.fields["story"].queryset = others.order_by("title_key")  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid():
        story = form.cleaned_data["story"]
        try:
            move_to_story(chapter, story, by=by, source="form", at=timezone.now())  # type: ignore[arg-type]
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            said = _("“%(title)s” is the last chapter of “%(story)s” now.")
            back = reverse("stories:chapter_to_story", args=[chapter.pk])
            titles = {"title": chapter.title, "story": story.title}
            _say(request, said % titles, (back, _("Move it back")))
            return redirect(story)
    context = {"chapter": chapter, "story": chapter.story, "form": form, "has_others": others}
    status = 422 if form.is_bound else 200
    return render(request, "stories/to_story.html", context, status=status)


def _own(request: HttpRequest, chapter_id: UUID) -> Chapter:
    own = Chapter.objects.visible_to(request.user).live().defer("text")  # type: ignore[arg-type]
    return get_object_or_404(own.select_related("story"), pk=chapter_id)


# --- Splitting --------------------------------------------------------------------


def _split(request: HttpRequest, chapter: Chapter, form: SplitForm) -> None:
    by: Any = request.user
    after = division.split_chapter(
        chapter,
        by=by,
        base=parse_base(form.cleaned_data["base"]),
        cut=division.Cut(form.cleaned_data["at"]),
        title=form.cleaned_data["title"],
        source="form",
        at=timezone.now(),
    )
    again = reverse("stories:chapter_merge", args=[chapter.pk]) + "?scene_break=0"
    said = _("Split. “%(title)s” begins where you chose.") % {"title": after.title}
    _say(request, said, (after.get_absolute_url(), _("Open it")), (again, _("Merge them again")))


def _split_page(
    request: HttpRequest, chapter: Chapter, form: SplitForm, *, is_stale: bool = False
) -> HttpResponse:
    # Cleaned once more on the way out: what is stored is not trusted for being stored.
    blocks = top_blocks(clean_html(chapter.content))
    chosen = "" if is_stale else (form.data or request.GET).get("at", "")
    at = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 8 else 0
    first = blocks[at] if 0 < at < len(blocks) else ""
    asked = form.data.get("title", "") if form.is_bound else request.GET.get("title", "")
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "form": form,
        "is_stale": is_stale,
        "base": chapter.etag,
        "blocks": [_block(number, block, at) for number, block in enumerate(blocks)],
        "places": _places(blocks),
        "title": asked if form.is_bound or asked else division.default_title(chapter, first),
    }
    status = 409 if is_stale else 422 if form.is_bound else 200
    return render(request, "stories/split.html", context, status=status)


def _block(number: int, block: str, chosen: int) -> dict[str, Any]:
    """Describe a block; ready, since whatever the page decides it decides three thousand times."""
    opening = _opening(block)
    before = _("before “%(opening)s”") % {"opening": opening} if opening else _BEFORE_BREAK
    return {
        "number": _safe(str(number)) if number else "",
        "html": _safe(block),
        "before": escape(before),
        # One required radio makes its whole group required.
        "state": _safe(" required" * (number == 1) + " checked" * (number == chosen)),
    }


def _opening(block: str) -> str:
    """Return the first words of a block, whole ones; "" for a scene break."""
    text = " ".join(to_text(block)[: 4 * OPENING].split())
    if len(text) <= OPENING:
        return text
    return text[: OPENING + 1].rpartition(" ")[0] + "…" if " " in text[:OPENING] else text[:OPENING]


def _places(blocks: list[str]) -> list[dict[str, Any]]:
    """Return where one may want to go in a long text: headings, scene breaks, or every so often."""
    marked = [
        {"number": number, "label": heading_text(block) or _after_break(blocks, number)}
        for number, block in enumerate(blocks)
        if number and (block.startswith("<hr") or heading_text(block))
    ]
    if marked or len(blocks) <= 2 * STRIDE:
        return marked
    return [
        {"number": number, "label": _opening(blocks[number]) or str(number)}
        for number in range(STRIDE, len(blocks), STRIDE)
    ]


def _after_break(blocks: list[str], number: int) -> str:
    following = blocks[number + 1] if number + 1 < len(blocks) else ""
    return f"⁂ {_opening(following)}".strip()


# --- Merging ----------------------------------------------------------------------


def _merge(request: HttpRequest, chapter: Chapter, form: MergeForm) -> None:
    by: Any = request.user
    following = division.Neighbour(
        parse_base(form.cleaned_data["next_base"]), form.cleaned_data["next_id"]
    )
    after = division.merge_with_next(
        chapter,
        by=by,
        base=parse_base(form.cleaned_data["base"]),
        following=following,
        scene_break=form.cleaned_data["scene_break"],
        source="form",
        at=timezone.now(),
    )
    chapter.refresh_from_db(fields=["content"])
    number = len(top_blocks(chapter.content)) - len(top_blocks(after.content))
    query = urlencode({"at": number, "title": after.title})
    again = reverse("stories:chapter_split", args=[chapter.pk]) + f"?{query}#cut-{number}"
    said = _("Merged. “%(title)s” is in the trash with its history, should you want it back.")
    links = [(reverse("stories:trash"), _("To the trash"))]
    if number > 0 and after.content:
        links.insert(0, (again, _("Split again")))
    _say(request, said % {"title": after.title}, *links)


def _merge_page(
    request: HttpRequest, chapter: Chapter, form: MergeForm, *, is_stale: bool = False
) -> HttpResponse:
    after = division.next_of(chapter)
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "form": form,
        "is_stale": is_stale,
        "after": after,
        "together": chapter.word_count + after.word_count if after else 0,
        "third": division.next_of(after) if after and after.part_title else None,
        "has_break": request.GET.get("scene_break") != "0"
        if not form.is_bound
        else "scene_break" in form.data,
    }
    status = 409 if is_stale else 422 if form.is_bound else 200
    return render(request, "stories/merge.html", context, status=status)


def _say(request: HttpRequest, said: str, *links: tuple[str, str]) -> None:
    """Say what was done, with what can be done about it."""
    line = format_html("{}", said)
    for url, label in links:
        line = format_html('{} <a class="link-button" href="{}">{}</a>', line, url, label)
    messages.success(request, line)


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308
