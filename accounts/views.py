"""The writer's settings."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import PreferencesForm, ProfileForm, ThemeForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Each section is saved on its own; a mistake in one leaves the other alone."""
    section = request.POST.get("section", "")
    preferences = request.user.preferences  # type: ignore[union-attr]
    profile_form = ProfileForm(
        request.POST if section == "profile" else None, instance=request.user
    )
    preferences_form = PreferencesForm(
        request.POST if section == "preferences" else None, instance=preferences
    )
    form = {"profile": profile_form, "preferences": preferences_form}.get(section)
    if form is not None and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:settings")
    context = {"profile_form": profile_form, "preferences_form": preferences_form}
    return render(request, "accounts/settings.html", context, status=422 if request.POST else 200)


@login_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Change the theme and go back to where the writer was."""
    form = ThemeForm(request.POST, instance=request.user.preferences)  # type: ignore[union-attr]
    if form.is_valid():
        form.save()
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "desk"
    return redirect(back)
