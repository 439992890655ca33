"""What people and programs see when a request cannot be answered; never the inside of it."""

from __future__ import annotations

import sys
from http import HTTPStatus

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext as _

from nexus.lib.errors import Forbidden
from nexus.lib.problems import RETRY_AFTER, as_busy, refusal_response

SENTENCES = {
    400: "The request could not be understood.",
    403: "This is not yours to open.",
    404: "There is nothing here.",
    500: "Something broke on our side. Your saved text is safe.",
    503: "The studio is busy. Nothing was changed; please try again in a moment.",
}
CODES = {
    400: "bad_request",
    403: "permission_denied",
    404: "not_found",
    500: "server_error",
    503: "busy",
}
# Rendered without the request: its context processors may need what is broken.
ALONE = {400, 500, 503}


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, SessionInterrupted):
        return signed_out(request)
    return answer(request, 400)


def signed_out(request: HttpRequest) -> HttpResponse:
    """Answer someone whose session was ended elsewhere while they asked."""
    if request.path_info.startswith("/api/"):
        refusal = Forbidden(_("Please sign in first."), code="not_authenticated")
        return refusal_response(request, refusal)
    return redirect(settings.LOGIN_URL)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database is away, held up or too slow, and 500 for a fault of ours."""
    error = sys.exc_info()[1]
    if isinstance(error, DatabaseError) and as_busy(error):
        response = answer(request, 503)
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
    return answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, 403, template="csrf")


def answer(request: HttpRequest, status: int, *, template: str = "") -> HttpResponse:
    """Return a problem document to a program and a page to a person."""
    request_id = getattr(request, "request_id", "")
    if request.path_info.startswith("/api/"):
        return problem(status, request_id)
    return HttpResponse(page(request, status, request_id, template), status=status)


def problem(status: int, request_id: str) -> JsonResponse:
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": SENTENCES[status],
        "code": CODES[status],
        "request_id": request_id,
    }
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        content["correlation_id"] = request_id
    return JsonResponse(content, status=status, content_type="application/problem+json")


def page_alone(status: int, detail: str, request_id: str) -> str:
    """Render the page of a refusal that came before there was a request."""
    return render_to_string(f"errors/{status}.html", {"detail": detail, "request_id": request_id})


def page(request: HttpRequest, status: int, request_id: str, template: str) -> str:
    """Render the page of a status.

    A bad host or a broken database must not break its own page, so some pages are rendered
    without the request and its context processors.
    """
    names = [f"errors/{name}.html" for name in (template, status) if name]
    context = {"status": status, "request_id": request_id, "sentence": SENTENCES[status]}
    try:
        return render_to_string(names, context, None if status in ALONE else request)
    except TemplateDoesNotExist:
        return format_html(
            '<!doctype html><html lang="en"><title>{}</title><p>{}</p><p>{}</p></html>',
            HTTPStatus(status).phrase,
            SENTENCES[status],
            request_id,
        )
