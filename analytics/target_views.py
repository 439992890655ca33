"""The page of targets, with plans, the calendar of the month, and rest days."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from analytics.models import RestDay
from analytics.rest_forms import RestForm
from analytics.resting import declare_rest, end_rest, withdraw_rest
from analytics.target_pages import targets_context
from nexus.lib.errors import DomainError

MONTH = re.compile(r"[0-9]{4}-[0-9]{2}", re.ASCII)


@login_required
@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    """The targets and plans of every story, and the days of a month."""
    return _page(request)


@login_required
@require_POST
def rest_add(request: HttpRequest) -> HttpResponse:
    """Declare rest; a refusal comes back with the form as 422."""
    user: Any = request.user
    form = RestForm(request.POST)
    if form.is_valid():
        try:
            declare_rest(user, today=user.day_of(timezone.now()), **form.values())
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
        else:
            messages.success(request, _("Rest well. Your streak is safe."))
            return _back(form.cleaned_data["from_date"])
    return _page(request, form=form)


@login_required
@require_POST
def rest_end(request: HttpRequest, rest_id: UUID) -> HttpResponse:
    """Let a running rest end; what it protected stays so."""
    rest = _own_rest(request, rest_id)
    today = rest.user.day_of(timezone.now())
    end_rest(rest, today=today)
    messages.success(request, _("That rest has ended. The days behind you stay rest days."))
    return _back(today)


@login_required
@require_POST
def rest_delete(request: HttpRequest, rest_id: UUID) -> HttpResponse:
    """Take a rest back, as if it had never been declared."""
    rest = _own_rest(request, rest_id)
    withdraw_rest(rest, today=rest.user.day_of(timezone.now()))
    messages.success(request, _("That rest is taken back."))
    return redirect("analytics:targets")


def _own_rest(request: HttpRequest, rest_id: UUID) -> RestDay:
    user: Any = request.user
    rest = get_object_or_404(RestDay.objects.visible_to(user), pk=rest_id)
    rest.user = user
    return rest


def _back(day: date) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('analytics:targets')}?month={day:%Y-%m}#calendar-title")


def _page(request: HttpRequest, *, form: RestForm | None = None) -> HttpResponse:
    user: Any = request.user
    now = timezone.now()
    month = _month_asked(request.GET.get("month", ""), today=user.day_of(now))
    context = targets_context(user, month=month, at=now)
    context["form"] = form or RestForm(initial={"from_date": user.day_of(now)})
    return render(request, "analytics/targets.html", context, status=422 if form else 200)


def _month_asked(raw: str, *, today: date) -> date:
    """Return the first day of the month asked for; of this one when that names none."""
    if MONTH.fullmatch(raw):
        try:
            return date.fromisoformat(f"{raw}-01")
        except ValueError:
            return today.replace(day=1)
    return today.replace(day=1)
