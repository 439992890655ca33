"""The writer's settings: each section is a page of its own and is saved on its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import preferences
from accounts.forms import settings as forms_of
from nexus.lib.wording import day_name

PAGE_METHODS = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(PAGE_METHODS)
def profile(request: HttpRequest) -> HttpResponse:
    """Who the writer is; two forms saved together, and the portrait's beside them."""
    posted = request.POST if request.method == "POST" else None
    own, about = _profile_forms(request.user, posted)
    if all([own.is_valid(), about.is_valid()]):
        preferences.update_profile(request.user, **own.cleaned_data, **about.cleaned_data)  # type: ignore[arg-type]
        return _saved(request)
    return profile_page(request, own=own, about=about, status=_status(posted))


def _profile_forms(user: Any, posted: Any = None) -> tuple[forms.Form, forms.ModelForm]:
    own = forms_of.ProfileForm(posted, initial=model_to_dict(user, ["username"]))
    # A form writes what was typed into its instance, right or wrong: it gets one of its own.
    about = forms_of.AboutForm(posted, initial=model_to_dict(user.profile, preferences.PROFILE))
    return own, about


def profile_page(
    request: HttpRequest,
    *,
    own: forms.Form | None = None,
    about: forms.ModelForm | None = None,
    portrait_form: forms.Form | None = None,
    status: int,
) -> HttpResponse:
    """Show the page of the profile; forms that were not sent are as the writer's row is."""
    stored_own, stored_about = _profile_forms(request.user)
    context = {
        "profile_form": own or stored_own,
        "about_form": about or stored_about,
        "portrait_form": portrait_form or forms_of.PortraitForm(),
    }
    return render(request, "accounts/profile.html", context, status=status)


@login_required
@require_http_methods(PAGE_METHODS)
def appearance(request: HttpRequest) -> HttpResponse:
    return _section(request, "appearance", forms_of.AppearanceForm)


@login_required
@require_http_methods(PAGE_METHODS)
def editor(request: HttpRequest) -> HttpResponse:
    return _section(request, "editor", forms_of.EditorForm)


@login_required
@require_http_methods(PAGE_METHODS)
def writing_day(request: HttpRequest) -> HttpResponse:
    """The section, and in one sentence what it makes of this very moment."""
    user: Any = request.user
    now = timezone.now()
    today = {"clock": timezone.localtime(now), "day": day_name(user.day_of(now))}
    return _section(request, "writing_day", forms_of.WritingDayForm, today=today)


@login_required
@require_http_methods(PAGE_METHODS)
def notifications(request: HttpRequest) -> HttpResponse:
    return _section(request, "notifications", forms_of.NotificationsForm)


def _section(
    request: HttpRequest, section: str, form_class: type[forms.Form], **context: Any
) -> HttpResponse:
    user: Any = request.user
    posted = request.POST if request.method == "POST" else None
    form = form_class(posted, initial=preferences.section_of(user, section))
    if form.is_valid():
        preferences.change_section(user, section, **form.cleaned_data)
        return _saved(request)
    context |= {"form": form}
    return render(request, f"accounts/{section}.html", context, status=_status(posted))


def _saved(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(request.path)


def _status(posted: Any) -> int:
    return 200 if posted is None else 422


@login_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Change the theme and go back to where the writer was."""
    form = forms_of.ThemeForm(request.POST)
    if form.is_valid():
        preferences.change_section(request.user, "appearance", **form.cleaned_data)  # type: ignore[arg-type]
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = reverse("desk")
    # Not `redirect`, which takes an address without a slash for the name of a view.
    return HttpResponseRedirect(back)


@login_required
@require_POST
def time_zone(request: HttpRequest) -> HttpResponse:
    """Hear from the browser where it is; only a writer who has not chosen a zone gets it."""
    user: Any = request.user
    preferences.adopt_time_zone(user, request.POST.get("time_zone", ""))
    return HttpResponse(status=204)
