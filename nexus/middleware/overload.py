"""Overload is said at once: a request that stood in a queue too long is refused, not worked off.

The proxy notes when it handed a request on (`X-Request-Start: t=<seconds since 1970>`), and the web
server's threads may come to it late. Whoever waited so long has perhaps gone already, and answering
each of a long queue would make everybody wait; a refusal costs next to nothing and says when to ask
again. The two must read clocks that agree to a fraction of a second, as on one host or by NTP.
Without the header, as on a laptop, `nexus.wsgi_bridge` says the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from nexus.error_views import page_alone
from nexus.lib.errors import Busy
from nexus.lib.problems import headers_of, refusal_response, request_id_of
from nexus.wsgi_bridge import BUSY

# With the request's own limit of 4.5 s this stays well below a client's 10.
QUEUE_SECONDS = 2.0


class OverloadMiddleware:
    """Refuses with 503 and `Retry-After` what waited longer than QUEUE_SECONDS for a thread."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if waited(request) <= QUEUE_SECONDS or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        return refuse(request)


def waited(request: HttpRequest) -> float:
    """Return the seconds since the proxy handed the request on, 0 when nothing says so."""
    try:
        return time.time() - float(request.META["HTTP_X_REQUEST_START"].removeprefix("t="))
    except (KeyError, ValueError):
        return 0.0


def refuse(request: HttpRequest) -> HttpResponse:
    busy = Busy(BUSY)
    if request.path.startswith("/api/"):
        return refusal_response(request, busy)
    page = page_alone(busy.status, busy.detail, request_id_of(request))
    return HttpResponse(page, status=busy.status, headers=headers_of(busy))
