"""What staff see of all writers together: never one of them, never a title."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.exports import respond
from analytics.pages.studio import studio_context
from analytics.reports.studio import studio_report
from analytics.studio_tables import TABLES, studio_table
from analytics.warehouse.places import WarehouseUnavailable

# No model has it: it is given to a role by name, see accounts.permissions.
PERMISSION = "analytics.view_writing_dashboard"


@require_safe
def writing_dashboard(request: HttpRequest) -> HttpResponseBase:
    """The Writing dashboard of the admin, or one of its tables; 503 without the warehouse."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    if wanted := request.GET.get("csv"):
        return _as_csv(wanted)
    context = studio_context(at=timezone.now())
    shown = {**admin.site.each_context(request), **context, "title": _("Writing")}
    status = 503 if context["is_away"] else 200
    return render(request, "admin/analytics/writing.html", shown, status=status)


def _as_csv(name: str) -> HttpResponseBase:
    if name not in TABLES:
        raise Http404
    try:
        report = studio_report(at=timezone.now())
    except WarehouseUnavailable:
        return HttpResponse(status=503)
    return respond(studio_table(report, name), "csv")
