"""/stories/<id>/cover/: choosing a story's cover, and the picture itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from nexus.lib.errors import DomainError, NotFound
from nexus.lib.wording import hue_of
from stories import covers
from stories.models import Story
from stories.views import add_refusal, own_story, page

PICTURES = "image/jpeg,image/png,image/webp"


class PictureForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Picture"),
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, up to 5 MB. Covers are best half as high again as they are wide."
        ),
        widget=forms.FileInput(attrs={"accept": PICTURES}),
        error_messages={
            "required": gettext_lazy("Please choose a picture."),
            "empty": gettext_lazy("This file is empty."),
        },
    )


@login_required
@page
def story_cover(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Show the cover there is; a POST makes an uploaded picture the cover."""
    story = own_story(request, story_id)
    if request.method != "POST":
        return _cover_page(request, story, PictureForm())
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            covers.set_cover(story, file=form.cleaned_data["file"], at=timezone.now())
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The cover is in its place."))
            return redirect(story)
    return _cover_page(request, story, form, status=422)


@login_required
@require_POST
def cover_remove(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Go back to the cover that is set from the title."""
    story = own_story(request, story_id)
    covers.remove_cover(story, at=timezone.now())
    messages.success(request, _("The cover is set from the title again."))
    return redirect(story)


@login_required
@require_safe
def cover_picture(request: HttpRequest, story_id: UUID) -> HttpResponseBase:
    """The picture itself, for its writer's eyes."""
    story = own_story(request, story_id)
    try:
        return covers.serve_cover(request, story, size=request.GET.get("size", ""))
    except NotFound as refusal:
        raise Http404 from refusal
    except DomainError as refusal:
        return HttpResponse(refusal.detail, status=refusal.status, content_type="text/plain")


def _cover_page(
    request: HttpRequest, story: Story, form: PictureForm, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"story": story, "form": form, "book": cover_of(story, request.user)}
    return render(request, "stories/cover.html", context, status=status)


def cover_of(story: Story, owner: Any) -> dict[str, Any]:
    """Return what `components/_cover.html` shows."""
    return {
        "title": story.title,
        "author": story.owner.username,
        "hue": hue_of(story.title),
        "cover": covers.shown(story),
    }
