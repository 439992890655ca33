"""What staff see of all writers together: never one of them, never a title."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.pages.studio import studio_context

# No model has it: it is given to a role by name, see accounts.permissions.
PERMISSION = "analytics.view_writing_dashboard"


@require_safe
def writing_dashboard(request: HttpRequest) -> HttpResponse:
    """The Writing dashboard of the admin; 503 while the warehouse cannot be read."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    context = studio_context(at=timezone.now())
    shown = {**admin.site.each_context(request), **context, "title": _("Writing")}
    status = 503 if context["is_away"] else 200
    return render(request, "admin/analytics/writing.html", shown, status=status)
