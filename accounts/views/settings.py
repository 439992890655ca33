"""The writer's settings."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services
from accounts.forms.settings import PreferencesForm, ProfileForm, ThemeForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Each section is saved on its own; a mistake in one leaves the other alone."""
    section = request.POST.get("section", "")
    # The forms write what was typed into their instances, right or wrong: give them copies.
    profile_form = ProfileForm(
        request.POST if section == "profile" else None, instance=copy(request.user)
    )
    preferences_form = PreferencesForm(
        request.POST if section == "preferences" else None,
        instance=copy(request.user.preferences),  # type: ignore[union-attr]
    )
    if profile_form.is_valid():
        services.update_profile(request.user, **profile_form.cleaned_data)  # type: ignore[arg-type]
    elif preferences_form.is_valid():
        preferences_form.save()
    else:
        context = {"profile_form": profile_form, "preferences_form": preferences_form}
        status = 422 if request.method == "POST" else 200
        return render(request, "accounts/settings.html", context, status=status)
    messages.success(request, _("Saved."))
    return redirect("accounts:settings")


@login_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Change the theme and go back to where the writer was."""
    form = ThemeForm(request.POST, instance=request.user.preferences)  # type: ignore[union-attr]
    if form.is_valid():
        form.save()
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("desk")
    # Not `redirect`, which takes an address without a slash for the name of a view.
    return HttpResponseRedirect(back)
