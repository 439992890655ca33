"""The button on the writing day's settings that applies them to the past."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from analytics.redate_all import apply_to_past
from nexus.lib.errors import DomainError


@login_required
@require_POST
def count_anew(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    try:
        job = apply_to_past(user)
    except DomainError as refusal:
        messages.warning(request, refusal.detail)
        return redirect("jobs:list")
    return redirect("jobs:detail", job_id=job.pk)
