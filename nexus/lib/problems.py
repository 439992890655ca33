"""Refusals on the wire: RFC 9457 problem documents, the same from every door of the API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from psycopg.errors import IdleInTransactionSessionTimeout

from nexus.lib.errors import Busy, DomainError, FieldError, Forbidden, TooMany

CONTENT_TYPE = "application/problem+json"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE = frozenset({"same-origin", "none"})
RETRY_AFTER = 1


def problem(
    status: int,
    detail: str,
    *,
    code: str,
    request_id: str,
    errors: Sequence[FieldError] = (),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of a refusal; `extra` members stand beside the standard ones."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
    }
    if errors:
        body["errors"] = [
            {"field": error.field, "message": error.message, "code": error.code} for error in errors
        ]
    return body | dict(extra or {})


def refusal(error: DomainError, *, request_id: str) -> dict[str, Any]:
    return problem(
        error.status,
        error.detail,
        code=error.code,
        request_id=request_id,
        errors=error.errors,
        extra=error.extra,
    )


def refusal_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a plain Django view's refusal."""
    return problem_response(
        refusal(error, request_id=request_id_of(request)), headers=headers_of(error)
    )


def problem_response(
    body: Mapping[str, Any], *, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    return HttpResponse(
        dump(body), status=body["status"], content_type=CONTENT_TYPE, headers=headers
    )


def headers_of(error: DomainError) -> dict[str, str]:
    if error.status not in {429, 503}:
        return {}
    wait = str(error.extra.get("retry_after", RETRY_AFTER))
    if not isinstance(error, TooMany):
        return {"Retry-After": wait}
    return {
        "Retry-After": wait,
        "X-RateLimit-Limit": str(error.limit),
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": wait,
    }


def request_id_of(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")


def as_busy(error: DatabaseError) -> Busy | None:
    """Return the refusal for a database that is away, full or held up; None for a fault of ours.

    Time-outs of locks and statements, deadlocks and lost connections are all worth trying again.
    """
    # Postgres files a connection it gave up on, after standing still itself, under internal errors.
    is_given_up = isinstance(error.__cause__, IdleInTransactionSessionTimeout)
    if not isinstance(error, (OperationalError, InterfaceError)) and not is_given_up:
        return None
    return Busy(
        _("The studio is busy. Nothing was changed; please try again in a moment."),
        extra={"retry_after": RETRY_AFTER},
    )


def refuse_foreign_origin(request: HttpRequest) -> None:
    """Raise Forbidden for a change that another site's page asks a browser to make.

    Programs send neither header; browsers send at least one of them with every unsafe request.
    """
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    own = {settings.SITE_URL, f"{request.scheme}://{request.get_host()}"}
    if site not in SAME_SITE or (origin is not None and origin not in own):
        raise Forbidden(_("Changes may only be asked for by this site."), code="cross_origin")


def iso_z(at: datetime) -> str:
    """Return an instant in UTC with `Z`, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def dump(body: object) -> bytes:
    # Lone surrogates in an echoed value must not break the answer, so everything else is ASCII.
    return json.dumps(body, default=_plain, separators=(",", ":")).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return iso_z(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
