"""A name for every request: on its answer, in each of its log lines, on its error page.

Outermost middleware, so static files, redirects and failures have it too. The log line holds no
bodies, cookies or secrets: query values with secret-like names and one-time links are blanked.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import LazyObject, empty
from structlog.contextvars import bound_contextvars

from nexus.lib import metrics, save_latency
from nexus.lib.addresses import client_ip
from nexus.lib.ids import new_id

HEADER = "X-Request-ID"
SLOW_SECONDS = 1.0
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
# `q` is what a writer looks for: words of her book.
SECRET_NAME = re.compile(r"token|secret|passw|key|code|sig|session|auth|state|^q$", re.IGNORECASE)
# The links in reset and confirmation mails are keys in themselves.
SECRET_PATH = re.compile(r"(/password/reset/key/|/confirm-email/|/token/)[^/]+")
BLANK = "[redacted]"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# The route of a save, and the header that stories.receipts puts on a repeated answer.
SAVE = "chapter-content"
REPLAYED = "Idempotency-Replayed"

logger = structlog.get_logger("nexus.http")
performance = structlog.get_logger("nexus.performance")


class RequestIdMiddleware:
    """Names the request, times it and writes its line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = incoming_or_new(request.headers.get(HEADER, ""))
        request.request_id = request_id  # type: ignore[attr-defined]
        started = time.perf_counter()
        with bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            response.headers[HEADER] = request_id
            seconds = time.perf_counter() - started
            write_line(request, response, seconds)
            count(request, response, seconds)
            time_save(request, response, seconds)
        return response


def incoming_or_new(value: str) -> str:
    """Echo a well-formed id, so that a caller can follow its request; else make one."""
    return value if WELL_FORMED.fullmatch(value) else str(new_id())


def write_line(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    facts = {
        "method": request.method,
        "path": safe_path(request.path),
        "query": safe_query(request.META.get("QUERY_STRING", "")),
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
        "client_ip": client_ip(request),
        "user_agent": request.headers.get("User-Agent", "")[:300],
        "session_present": settings.SESSION_COOKIE_NAME in request.COOKIES,
        "user_id": known_user_id(request),
        "response_length": length_of(response),
    }
    logger.info("request", **facts)
    if seconds > SLOW_SECONDS:
        performance.warning("slow_request", **facts)


def count(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count an answer by the route it took, never by what a visitor made up."""
    route, method = route_of(request), request.method
    method = method if method in METHODS else "OTHER"
    metrics.REQUESTS.labels(route, method, str(response.status_code)).inc()
    metrics.REQUEST_SECONDS.labels(route, method).observe(seconds)


def route_of(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return request.resolver_match.route or "/"
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"


def time_save(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count how long a save took; a repeated one only looked its answer up."""
    match = request.resolver_match
    if match is None or match.url_name != SAVE or request.method != "PUT":
        return
    outcome = outcome_of(response)
    metrics.SAVES.labels(outcome).inc()
    if outcome == "ok":
        metrics.SAVE_SECONDS.observe(seconds)
        save_latency.note_save(seconds, at=timezone.now())


def outcome_of(response: HttpResponseBase) -> str:
    """Word what became of a save, for its counter."""
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        return "conflict"
    if response.status_code != HTTPStatus.OK:
        return "refused"
    return "replayed" if response.has_header(REPLAYED) else "ok"


def safe_path(path: str) -> str:
    return SECRET_PATH.sub(rf"\1{BLANK}", path)


def safe_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, BLANK if SECRET_NAME.search(name) else value) for name, value in pairs]
    return urlencode(kept, safe="[]")


def known_user_id(request: HttpRequest) -> str | None:
    """Return who it was if the request found out; logging must not query for it."""
    user = getattr(request, "user", None)
    if isinstance(user, LazyObject) and user._wrapped is empty:
        return None
    return str(user.pk) if user is not None and user.pk else None


def length_of(response: HttpResponseBase) -> int | None:
    if response.has_header("Content-Length"):
        return int(response.headers["Content-Length"])
    return len(response.content) if isinstance(response, HttpResponse) else None
