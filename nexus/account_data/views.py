"""/settings/data/: taking everything along, and going."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import mfa
from accounts.leaving import GRACE, purge_at
from accounts.models import User
from accounts.token_cookies import clear_cookies
from jobs import files
from jobs.models import Job
from jobs.reports import job_card
from nexus.account_data import deletion, exports
from nexus.account_data.forms import DeletionForm
from nexus.lib.errors import Conflict, DomainError, TooMany
from nexus.lib.problems import headers_of

SHOWN_EXPORTS = 5


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account_data(request: HttpRequest) -> HttpResponse:
    """Show what can be taken along; a POST has the archive made and leads to its progress."""
    if request.method != "POST":
        return _data_page(request)
    try:
        job = exports.start_export(_person(request))
    except (Conflict, TooMany) as refusal:
        messages.warning(request, refusal.detail)
        return _data_page(request, status=refusal.status, headers=headers_of(refusal))
    return redirect("jobs:detail", job.pk)


@login_required
@require_safe
def account_export(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Hand out a finished archive to its owner."""
    job = get_object_or_404(exports.exports_of(_person(request)), pk=job_id)
    try:
        return export_response(job, at=timezone.now())
    except DomainError as refusal:
        messages.warning(request, refusal.detail)
        return _data_page(request, status=refusal.status)


def export_response(job: Job, *, at: datetime) -> FileResponse:
    """Answer with the file, piece by piece; raise Conflict or Gone."""
    name = exports.download_name(job)
    return files.file_response(job, name=name, content_type="application/zip", at=at)


@login_required
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: HttpRequest) -> HttpResponse:
    """Say what will happen, then do it to whoever proves to be the writer."""
    person = _person(request)
    form = DeletionForm(request.POST or None, has_codes=_has_codes(person))
    if request.method != "POST" or not form.is_valid():
        return _delete_page(request, form, status=200 if request.method != "POST" else 422)
    at = timezone.now()
    try:
        leaving = deletion.delete_account(person, **form.cleaned_data, at=at)
    except DomainError as refusal:
        _mark(form, refusal)
        return _delete_page(request, form, status=refusal.status, headers=headers_of(refusal))
    day = date_format(timezone.localtime(leaving.purge_at), "j F Y")
    logout(request)
    said = _("Your account will be deleted on %(day)s. Until then, sign in to keep it.")
    messages.success(request, said % {"day": day})
    answer = redirect("account_login")
    clear_cookies(answer)
    return answer


@login_required
@require_safe
def account_leaving(request: HttpRequest) -> HttpResponse:
    """The one page that is left to whoever goes; it also answers whoever stays."""
    context = {"purge_at": purge_at(_person(request))}
    return render(request, "accounts/leaving.html", context)


@login_required
@require_POST
def account_restore(request: HttpRequest) -> HttpResponse:
    deletion.restore_account(_person(request))
    messages.success(request, _("Welcome back. Your account stays, and all of it is here."))
    return redirect("desk")


def _data_page(
    request: HttpRequest, *, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    now = timezone.now()
    kept = exports.exports_of(_person(request))[:SHOWN_EXPORTS]
    context = {"exports": [_export_row(job, now) for job in kept]}
    answer = render(request, "accounts/data.html", context, status=status)
    return _with_headers(answer, headers)


def _delete_page(
    request: HttpRequest,
    form: DeletionForm,
    *,
    status: int,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "has_proof": _person(request).has_usable_password() or _has_codes(_person(request)),
        "email": _person(request).email,
        "days": GRACE.days,
        "purge_day": timezone.now() + GRACE,
    }
    answer = render(request, "accounts/delete.html", context, status=status)
    return _with_headers(answer, headers)


def _with_headers(answer: HttpResponse, headers: dict[str, str] | None) -> HttpResponse:
    for name, value in (headers or {}).items():
        answer.headers[name] = value
    return answer


def _export_row(job: Job, now: datetime) -> dict[str, Any]:
    return {
        "id": job.pk,
        "card": job_card(job, now=now),
        "bytes": (job.result or {}).get("bytes", 0),
        "until": files.expires_at(job),
        "is_ready": files.is_ready(job, at=now),
    }


def _mark(form: DeletionForm, refusal: DomainError) -> None:
    """Show a refusal at the fields it names, or above the form."""
    for error in refusal.errors:
        form.add_error(error.field if error.field in form.fields else None, error.message)
    if not refusal.errors:
        form.add_error(None, refusal.detail)


def _has_codes(person: User) -> bool:
    steps = mfa.second_steps(person)
    return steps.app is not None or steps.codes is not None


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)
