"""The page of a writer's tags: see them all, rename one, make two one, take one away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from nexus.lib.errors import DomainError
from stories.models import Tag
from stories.series_forms import TagForm
from stories.services import tags as tag_services
from stories.tags import library_url
from stories.views import own

NO_ID = str(UUID(int=0))


@login_required
@require_safe
def tag_list(request: HttpRequest) -> HttpResponse:
    """All tags of the writer by name, with how many stories bear each."""
    found: Any = Tag.objects.visible_to(request.user).with_counts().by_name()  # type: ignore[arg-type]
    # Looked up once: a writer may have hundreds.
    rename, delete = (reverse(f"stories:tag_{act}", args=[NO_ID]) for act in ("rename", "delete"))
    editing = request.GET.get("edit", "")
    tags = [
        {
            "id": str(pk),
            "name": name,
            "count": ngettext("%(n)d story", "%(n)d stories", count) % {"n": count},
            "url": library_url(name),
            "rename_url": rename.replace(NO_ID, str(pk)),
            "delete_url": delete.replace(NO_ID, str(pk)),
            "is_editing": str(pk) == editing,
        }
        for pk, name, count in found.values_list("pk", "name", "stories_total")
    ]
    return render(request, "stories/tags.html", {"tags": tags})


@login_required
@require_POST
def tag_rename(request: HttpRequest, tag_id: UUID) -> HttpResponse:
    """Give a tag another name; a name that another tag has makes the two one."""
    tag = own(Tag, request, tag_id)
    old, form = tag.name, TagForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give the tag a name."))
        return redirect(f"{reverse('stories:tags')}?edit={tag_id}#tag-{tag_id}")
    try:
        kept = tag_services.rename_tag(tag, name=form.cleaned_data["name"])
    except DomainError as refusal:
        messages.error(request, refusal.detail)
        return redirect(f"{reverse('stories:tags')}?edit={tag_id}#tag-{tag_id}")
    if kept.pk != tag_id:
        said = _("“%(old)s” and “%(new)s” are one tag now.")
        messages.success(request, said % {"old": old, "new": kept.name})
    return redirect(f"{reverse('stories:tags')}#tag-{kept.pk}")


@login_required
@require_POST
def tag_delete(request: HttpRequest, tag_id: UUID) -> HttpResponse:
    tag = own(Tag, request, tag_id)
    tag_services.delete_tag(tag)
    said = _("The tag “%(name)s” is gone. Its stories are where they were.")
    messages.success(request, said % {"name": tag.name})
    return redirect("stories:tags")
