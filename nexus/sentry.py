"""Errors told to Sentry, where the host has one: what broke and where, under the request's id.

Nothing a writer wrote may leave the house: no bodies, cookies, headers, queries, addresses or
values of variables go along, and of an exception its kind and place, not its message, which may
quote a text. The message is in `errors.log`, under the same id.
"""

from __future__ import annotations

from typing import Any

import sentry_sdk
from django.conf import settings
from django.db import Error as DatabaseError
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event, Hint
from structlog.contextvars import get_contextvars

from nexus.lib.problems import as_busy
from nexus.middleware.request_id import safe_path

KEPT_TAGS = ("request_id", "task", "task_id")


def start(dsn: str, **more: Any) -> None:
    """Begin to tell; without an address nothing is loaded or sent."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        release=f"nexus@{settings.VERSION}",
        environment=settings.PROFILE,
        default_integrations=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, cache_spans=False),
            CeleryIntegration(),
        ],
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=scrub,
        **more,
    )


def scrub(event: Event, hint: Hint) -> Event | None:
    """Return an event that holds the kind of error, its place in the code and its ids alone.

    None for a database that is away or busy: that is answered 503, and watched by the metrics.
    """
    error = (hint.get("exc_info") or (None, None))[1]
    if isinstance(error, DatabaseError) and as_busy(error) is not None:
        return None
    known = get_contextvars()
    ids = {name: str(known[name]) for name in KEPT_TAGS if name in known}
    scrubbed: dict[str, Any] = {
        name: event[name]
        for name in ("event_id", "timestamp", "level", "platform", "release", "environment")
        if name in event
    }
    scrubbed["tags"] = ids
    scrubbed["request"] = _request(event.get("request") or {})
    values = (event.get("exception") or {}).get("values", [])
    scrubbed["exception"] = {"values": [_exception(value) for value in values]}
    return scrubbed  # type: ignore[return-value]


def _request(request: dict[str, Any]) -> dict[str, str]:
    path = "/" + str(request.get("url", "")).partition("://")[2].partition("/")[2]
    return {"method": str(request.get("method", "")), "url": safe_path(path.partition("?")[0])}


def _exception(value: dict[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames", [])
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "stacktrace": {
            "frames": [
                {name: frame.get(name) for name in ("filename", "function", "module", "lineno")}
                for frame in frames
            ]
        },
    }
