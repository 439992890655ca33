"""Overload is said at once: a request that stood in a queue too long is refused, not worked off.

The proxy notes when it handed a request on (`X-Request-Start: t=<seconds since 1970>`), and the web
server's threads may come to it late. Whoever waited so long has perhaps gone already, and answering
each of a long queue would make everybody wait; a refusal costs next to nothing and says when to ask
again. A queue exists only while threads are taken, so nobody is refused by a server with hands
free: two clocks that disagree, the proxy's and ours, cannot shut the studio.
Without the header, as on a laptop, `nexus.wsgi_bridge` says the same.
"""

from __future__ import annotations

import threading
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
# Half the threads of a web server's process (deploy/Dockerfile).
HANDS = 4


class OverloadMiddleware:
    """Refuses with 503 and `Retry-After` what waited longer than QUEUE_SECONDS for a thread.

    Only while HANDS requests, this one among them, are at work in this process.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.at_work = 0
        self.lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with self.lock:
            self.at_work += 1
            is_taken = self.at_work >= HANDS
        try:
            if is_taken and is_late(request):
                return refuse(request)
            return self.get_response(request)
        finally:
            with self.lock:
                self.at_work -= 1


def is_late(request: HttpRequest) -> bool:
    return waited(request) > QUEUE_SECONDS and not request.path.startswith(settings.STATIC_URL)


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
