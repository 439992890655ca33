"""The portrait: a form of its own on the profile's page, and the picture itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import portraits
from accounts.forms.settings import PortraitForm
from accounts.views.settings import profile_page
from nexus.lib.errors import DomainError, NotFound


@login_required
@require_POST
def portrait(request: HttpRequest) -> HttpResponse:
    """Make an uploaded picture the portrait."""
    user: Any = request.user
    form = PortraitForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            portraits.set_portrait(user, file=form.cleaned_data["file"])
        except DomainError as refusal:
            form.add_error("file", refusal.detail)
        else:
            messages.success(request, _("Your portrait is in its place."))
            return redirect("accounts:settings")
    return profile_page(request, portrait_form=form, status=422)


@login_required
@require_POST
def portrait_remove(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    portraits.remove_portrait(user)
    messages.success(request, _("Your portrait is gone."))
    return redirect("accounts:settings")


@login_required
@require_safe
def portrait_picture(request: HttpRequest) -> HttpResponseBase:
    """The asking writer's own portrait; there is no address of anybody else's."""
    user: Any = request.user
    try:
        return portraits.serve_portrait(request, user)
    except NotFound as refusal:
        raise Http404 from refusal
    except DomainError as refusal:
        return HttpResponse(refusal.detail, status=refusal.status, content_type="text/plain")
