"""The page of what stands beside a chapter: its synopsis, the writer's notes and her comments.

The same comments are in the editor's panel, where a script acts on them in place; the forms of both
post here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nexus.lib.errors import DomainError, Stale
from nexus.lib.wording import ago
from stories.anchors import Anchor, Reading
from stories.models import Chapter, Comment
from stories.notes_forms import CommentForm, NewCommentForm, NotesForm
from stories.services import comments as comment_services
from stories.services.notes import write_notes
from stories.views import add_refusal, own_chapter, page

MOST_CHOICES = 2_000
OPENING = 90
NAMED = 8


@dataclass(frozen=True)
class Beside:
    """What the templates show of a chapter's comments: those that wait, and those settled."""

    waiting: list[dict[str, Any]]
    settled: list[dict[str, Any]]

    @property
    def blank(self) -> dict[str, Any]:
        """Return what a new comment begins as, for the script that fills it in."""
        return dict.fromkeys(("id", "text", "quote", "edited", "made"), "") | {"is_found": True}


@login_required
@page
def chapter_notes(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Show synopsis, notes and comments; take the first two, unless they changed meanwhile."""
    chapter = own_chapter(request, chapter_id)
    if request.method != "POST":
        return _page(request, chapter)
    form = NotesForm(request.POST)
    if not form.is_valid():
        return _page(request, chapter, form=form, status=422)
    values = dict(form.cleaned_data)
    try:
        write_notes(chapter, at=timezone.now(), base=values.pop("version"), **values)
    except Stale:
        return _clash(request, chapter, form)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return _page(request, chapter, form=form, status=422)
    messages.success(request, _("Saved."))
    return redirect("stories:notes", chapter.pk)


@login_required
@require_POST
def comment_create(request: HttpRequest, chapter_id: UUID) -> HttpResponse:
    """Comment on a paragraph chosen from a list, or on words typed as they stand in the text."""
    chapter = own_chapter(request, chapter_id)
    reading = Reading(chapter.content)
    form = _new_comment_form(reading, request.POST)
    if form.is_valid():
        anchor = _anchor(
            reading, **{name: form.cleaned_data[name] for name in ("paragraph", "quote")}
        )
        if anchor is None:
            form.add_error("quote", _("These words are not in the chapter."))
        else:
            try:
                comment = comment_services.add_comment(
                    chapter, text=form.cleaned_data["text"], anchor=anchor, at=timezone.now()
                )
            except DomainError as refusal:
                add_refusal(form, refusal)
            else:
                return redirect(_place(chapter, comment))
    return _page(request, chapter, new_comment=form, reading=reading, status=422)


@login_required
@require_POST
def comment_change(request: HttpRequest, chapter_id: UUID, comment_id: UUID) -> HttpResponse:
    """Save, settle, reopen or delete one comment."""
    chapter = own_chapter(request, chapter_id)
    comment = get_object_or_404(Comment.objects.filter(chapter=chapter), pk=comment_id)
    form = CommentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That did not work. Please try again."))
        return redirect("stories:notes", chapter.pk)
    if form.cleaned_data["act"] == "delete":
        comment.delete()
        messages.success(request, _("The comment is deleted."))
        return redirect("stories:notes", chapter.pk)
    try:
        _change(comment, form.cleaned_data)
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        unsaved = {str(comment.pk): form.cleaned_data["text"]}
        status = 409 if isinstance(refusal, Stale) else 422
        return _page(request, chapter, unsaved=unsaved, status=status)
    return redirect(_place(chapter, comment))


def comments_beside(chapter: Chapter, *, unsaved: dict[str, str] | None = None) -> Beside:
    """Return a chapter's comments as the templates show them; `unsaved` texts stay in their field.

    The chapter's text is read when it has changed since the last look.
    """
    # Looked up once, since there may be hundreds.
    none = UUID(int=0)
    address = reverse("stories:comment", args=[chapter.pk, none])
    rows = [
        _shown(comment, chapter, address.replace(str(none), str(comment.pk)), unsaved or {})
        for comment in comment_services.comments_on(chapter)
    ]
    return Beside(
        waiting=[row for row in rows if not row["is_resolved"]],
        settled=[row for row in rows if row["is_resolved"]],
    )


def _shown(
    comment: Comment, chapter: Chapter, address: str, unsaved: dict[str, str]
) -> dict[str, Any]:
    names = ("text", "quote", "prefix", "suffix", "block", "version", "is_resolved", "is_found")
    row = {name: getattr(comment, name) for name in names}
    opening = " ".join(comment.quote.partition("\n")[0].split()[:NAMED])
    named = quote(opening, safe="").replace("-", "%2D")
    return row | {
        "id": str(comment.pk),
        "url": address,
        "passage_url": f"{chapter.get_absolute_url()}#:~:text={named}",
        "paragraph": "" if comment.paragraph is None else str(comment.paragraph),
        "start": "" if comment.start is None else str(comment.start),
        "edited": unsaved.get(str(comment.pk), comment.text),
        "is_unsaved": str(comment.pk) in unsaved,
        "made": ago(comment.created_at, now=timezone.now()),
    }


def _change(comment: Comment, values: dict[str, Any]) -> None:
    act = values["act"]
    changes: dict[str, Any] = (
        {"text": values["text"], "base": values["version"]}
        if act == "save"
        else {"resolved": act == "resolve"}
    )
    comment_services.change_comment(comment, at=timezone.now(), **changes)


def _page(
    request: HttpRequest,
    chapter: Chapter,
    *,
    form: NotesForm | None = None,
    clash: dict[str, str] | None = None,
    new_comment: NewCommentForm | None = None,
    reading: Reading | None = None,
    unsaved: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    initial = {
        "synopsis": chapter.synopsis,
        "notes": chapter.notes,
        "version": chapter.notes_version,
    }
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "form": form or NotesForm(initial=initial),
        "clash": clash,
        "beside": comments_beside(chapter, unsaved=unsaved),
        "new_comment": new_comment or _new_comment_form(reading or Reading(chapter.content)),
    }
    return render(request, "stories/notes.html", context, status=status)


def _clash(request: HttpRequest, chapter: Chapter, form: NotesForm) -> HttpResponse:
    """Show both: what is there now, and what was sent, still in its fields and not saved."""
    head = own_chapter(request, chapter.pk)
    posted = {name: form.cleaned_data[name] for name in ("synopsis", "notes")}
    theirs = {name: getattr(head, name) for name in posted if getattr(head, name) != posted[name]}
    again = NotesForm(initial=posted | {"version": head.notes_version})
    return _page(request, head, form=again, clash=theirs, status=409)


def _new_comment_form(reading: Reading, sent: Any = None) -> NewCommentForm:
    form = NewCommentForm(sent)
    field: Any = form.fields["paragraph"]
    field.choices = [("", _("Anywhere in the chapter")), *_paragraphs(reading)]
    return form


def _paragraphs(reading: Reading) -> list[tuple[int, str]]:
    choices = []
    for number in range(len(reading.starts)):
        start, end = reading.stretch(number)
        words = " ".join(reading.text[start : min(end, start + 4 * OPENING)].split())
        if words:
            choices.append((number, Truncator(words).chars(OPENING)))
    return choices[:MOST_CHOICES]


def _anchor(reading: Reading, *, paragraph: int | None, quote: str) -> Anchor | None:
    """Return the words in their paragraph, or where they stand first; without words all of it."""
    start, end = (0, len(reading.text)) if paragraph is None else reading.stretch(paragraph)
    words = quote.replace("\r\n", "\n")
    if not words:
        longest = start + comment_services.MAX_QUOTE
        return None if paragraph is None else reading.anchor(start, min(end, longest))
    at = reading.text.find(words, start, end)
    at = reading.text.find(words) if at < 0 else at
    return None if at < 0 else reading.anchor(at, at + len(words))


def _place(chapter: Chapter, comment: Comment) -> str:
    return f"{reverse('stories:notes', args=[chapter.pk])}#comment-{comment.pk}"
