"""Pages of statistics, days and targets. Another writer's story does not exist here: 404."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from analytics import reports
from analytics.forms import OverviewForm, RangeForm, TargetForm
from analytics.pages import day_context, lifetime_context, overview_context, story_context
from analytics.tasks import refresh_goal
from analytics.warehouse.lifetime import lifetime as lifetime_of
from analytics.warehouse.places import WarehouseUnavailable
from nexus.lib.errors import DomainError
from stories.models import Story, Target
from stories.services import targets as target_services

NEW_TARGET_DAYS = 30
NEW_TARGET_QUOTA = 500


def _own_story(request: HttpRequest, story_id: UUID) -> Story:
    stories = Story.objects.visible_to(request.user).live()  # type: ignore[arg-type]
    story = get_object_or_404(stories, pk=story_id)
    story.owner = request.user  # type: ignore[assignment]
    return story


def _own_target(request: HttpRequest, target_id: UUID) -> Target:
    targets = Target.objects.visible_to(request.user).select_related("story")  # type: ignore[arg-type]
    return get_object_or_404(targets, pk=target_id)


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Everything the writer wrote, in a range of days: totals, bars, the year, hours, causes."""
    user: Any = request.user
    form = OverviewForm(request.GET)
    asked = _asked(form)
    before = request.GET.get("before", "")
    context = overview_context(user, asked, form=form, at=timezone.now(), before=before)
    status = 422 if form.errors else 200
    return render(request, "analytics/overview.html", context, status=status)


def _asked(form: RangeForm) -> dict[str, Any]:
    """Return what was asked for and makes sense; nothing of a form with a mistake in it."""
    if not form.is_valid():
        return {}
    return {name: value for name, value in form.cleaned_data.items() if value}


@login_required
@require_safe
def lifetime(request: HttpRequest) -> HttpResponse:
    """A writer's whole life of writing, from the warehouse; 503 while that cannot be reached."""
    user: Any = request.user
    try:
        report = lifetime_of(user, at=timezone.now())
    except WarehouseUnavailable:
        return render(request, "analytics/lifetime.html", {"is_away": True}, status=503)
    context = lifetime_context(report) if report else {}
    return render(request, "analytics/lifetime.html", context)


@login_required
@require_safe
def story(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """A story's statistics: today, the last days, the year, and where the words came from."""
    own = _own_story(request, story_id)
    form = RangeForm(request.GET)
    asked, before = _asked(form), request.GET.get("before", "")
    context = story_context(own, asked, form=form, at=timezone.now(), before=before)
    return render(request, "analytics/story.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def day(request: HttpRequest, day: date) -> HttpResponse:
    """The why of a day: its sessions and their causes."""
    user: Any = request.user
    report = reports.day_report(user, day, at=timezone.now())
    return render(request, "analytics/day.html", day_context(report, user=user))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def target_create(request: HttpRequest, story_id: UUID) -> HttpResponse:
    own = _own_story(request, story_id)
    today = own.owner.day_of(timezone.now())
    initial = {
        "quota": NEW_TARGET_QUOTA,
        "frequency": Target.Frequency.DAILY,
        "from_date": today,
        "to_date": today + timedelta(days=NEW_TARGET_DAYS - 1),
    }
    form = TargetForm(request.POST or None, initial=initial)

    def create(values: dict[str, Any]) -> None:
        target_services.create_target(own, **values)
        messages.success(request, _("The target is set."))

    return _target_form(request, form, create, story=own, target=None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def target_edit(request: HttpRequest, target_id: UUID) -> HttpResponse:
    target = _own_target(request, target_id)
    initial = {name: getattr(target, name) for name in TargetForm.base_fields}
    form = TargetForm(request.POST or None, initial=initial)

    def update(values: dict[str, Any]) -> None:
        target_services.update_target(target, **values)
        messages.success(request, _("The target is changed."))

    return _target_form(request, form, update, story=target.story, target=target)


@login_required
@require_POST
def target_delete(request: HttpRequest, target_id: UUID) -> HttpResponse:
    user: Any = request.user
    target_services.delete_target(_own_target(request, target_id))
    refresh_goal(user, at=timezone.now())
    messages.success(request, _("The target is removed. What you wrote stays."))
    return redirect("analytics:targets")


def _target_form(
    request: HttpRequest,
    form: TargetForm,
    act: Callable[[dict[str, Any]], None],
    *,
    story: Story,
    target: Target | None,
) -> HttpResponse:
    """Show the form, or do what it says; a refusal comes back with it as 422."""
    user: Any = request.user
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except DomainError as refusal:
            for error in refusal.errors:
                field = error.field if error.field in form.fields else None
                form.add_error(field, error.message)
            if not refusal.errors:
                form.add_error(None, refusal.detail)
        else:
            refresh_goal(user, at=timezone.now())
            return redirect("analytics:targets")
    template = "_target_form.html" if request.headers.get("HX-Request") else "target.html"
    context = {"form": form, "story": story, "target": target}
    status = 422 if form.is_bound else 200
    return render(request, f"analytics/{template}", context, status=status)
