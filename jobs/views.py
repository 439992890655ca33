"""Where a writer watches her imports and other long work."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from jobs import services
from jobs.models import Job
from jobs.reports import job_page, job_row
from nexus.lib.errors import DomainError

PER_PAGE = 25


@login_required
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    own = Job.objects.visible_to(request.user).newest_first()  # type: ignore[arg-type]
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    rows = [job_row(job, now=now) for job in page]
    context = {"page": page, "jobs": rows, "is_live": any(row.is_active for row in rows)}
    return render(request, "jobs/list.html", context)


@login_required
@require_safe
def job_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """One job; asked for by htmx it answers with the moving part alone."""
    job = _own(request, job_id)
    template = "jobs/_job.html" if request.headers.get("HX-Request") else "jobs/detail.html"
    shown = job_page(job, now=timezone.now())
    return render(request, template, {"job": shown, "preview": shown.preview})


@login_required
@require_POST
def job_cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    try:
        services.cancel_job(_own(request, job_id), at=timezone.now())
    except DomainError as refusal:
        messages.warning(request, refusal.detail)
    return _back(request, job_id)


@login_required
@require_POST
def job_retry(request: HttpRequest, job_id: UUID) -> HttpResponse:
    try:
        services.retry_job(_own(request, job_id))
    except DomainError as refusal:
        messages.warning(request, refusal.detail)
    return _back(request, job_id)


def _back(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Go to where the button was."""
    if request.POST.get("from") == "list":
        return redirect("jobs:list")
    return redirect("jobs:detail", job_id)


def _own(request: HttpRequest, job_id: UUID) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user), pk=job_id)  # type: ignore[arg-type]
