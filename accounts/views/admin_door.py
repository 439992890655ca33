"""The door of the admin."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe


@require_safe
def admin_door(request: HttpRequest) -> HttpResponse:
    """Send strangers to the one place where people sign in; for writers there is nothing here."""
    if request.user.is_authenticated:
        if getattr(request.user, "is_staff", False):
            return redirect("admin:index")
        raise Http404
    wanted = request.GET.get("next", "/admin/")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = "/admin/"
    return redirect_to_login(wanted)
