"""The page of a story's plan: what is due, when it will be done, and the form to change it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from analytics import reports
from analytics.plan_forms import PlanForm
from analytics.plan_pages import plan_context
from nexus.lib.errors import DomainError
from stories.models import Plan, Story
from stories.services import targets as target_services


def _own_story(request: HttpRequest, story_id: UUID) -> Any:
    user: Any = request.user
    stories = Story.objects.visible_to(user).live().with_counts()
    story = get_object_or_404(stories, pk=story_id)
    story.owner = user
    return story


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Show and change a plan; a refusal comes back with the form as 422."""
    story = _own_story(request, story_id)
    stored = Plan.objects.filter(story=story).first()
    form = PlanForm(request.POST or None, plan=stored, story=story, at=timezone.now())
    if request.method == "POST" and form.is_valid():
        try:
            target_services.set_plan(story, **form.values())
        except DomainError as refusal:
            _add_refusal(form, refusal)
        else:
            messages.success(request, _("The plan is set."))
            return redirect("analytics:plan", story_id)
    context = {"story": story, "form": form, "has_plan": stored is not None}
    if stored is not None:
        context |= _facts(stored, story, is_whole=request.GET.get("days") == "all")
    return render(request, "analytics/plan.html", context, status=422 if form.is_bound else 200)


def _facts(stored: Plan, story: Any, *, is_whole: bool) -> dict[str, Any]:
    report = reports.plan_report(
        stored, word_count=story.word_count, user=story.owner, at=timezone.now()
    )
    return plan_context(reports.forecast_report(report), is_whole=is_whole)


def _add_refusal(form: PlanForm, refusal: DomainError) -> None:
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    if not refusal.errors:
        form.add_error(None, refusal.detail)


@login_required
@require_POST
def plan_delete(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Give the plan up."""
    try:
        target_services.delete_plan(_own_story(request, story_id))
    except DomainError as refusal:
        raise Http404 from refusal
    messages.success(request, _("The plan is given up. What you wrote stays."))
    return redirect("analytics:plan", story_id)
