"""`/metrics`: what `nexus.lib.metrics` counted, and what the database knows when it is asked.

For Prometheus alone: whoever brings `METRICS_TOKEN`, or, while none is set, a program on this very
machine that no proxy stands before. Everyone else is told that there is no such page.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import Error as DatabaseError
from django.db import connection, connections
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from analytics.models import WritingSession
from analytics.reports.figures import unsettled
from jobs.models import Job
from nexus.lib import metrics

PATH = "/metrics"


class MetricsMiddleware:
    """Answers `/metrics` before anything asks for the site's host name, which Prometheus lacks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return metrics_page(request) if request.path == PATH else self.get_response(request)


def metrics_page(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' text form; 404 for whoever may not ask."""
    if not may_watch(request):
        raise Http404
    note_pool()
    text = generate_latest(_counted()) + generate_latest(_of_the_studio())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def may_watch(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    return _is_from_here(request.META)


def _is_from_here(meta: dict[str, Any]) -> bool:
    """Say whether a program on this machine asks by itself, not for somebody behind it."""
    if any(name.startswith(("HTTP_X_FORWARDED", "HTTP_FORWARDED")) for name in meta):
        return False
    try:
        return ip_address(meta.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def note_pool() -> None:
    """Set this process's gauges of its pool."""
    pool = getattr(connections["default"], "pool", None)
    if pool is None:
        return
    found = pool.get_stats()
    idle = found.get("pool_available", 0)
    metrics.POOL_CONNECTIONS.labels("idle").set(idle)
    metrics.POOL_CONNECTIONS.labels("in_use").set(found.get("pool_size", 0) - idle)
    metrics.POOL_WAITING.set(found.get("requests_waiting", 0))


def _counted() -> CollectorRegistry:
    """Return what was counted: by this process, or by all that share the folder."""
    if not metrics.FOLDER:
        return REGISTRY
    forget_dead_processes(Path(metrics.FOLDER))
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=metrics.FOLDER)
    return registry


def forget_dead_processes(folder: Path) -> None:
    """Let the gauges of processes that are gone no longer count; what they counted stays."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdigit() and not _is_alive(int(pid)):
            mark_process_dead(int(pid), str(folder))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


# --- From the database ----------------------------------------------------------------


def _of_the_studio() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(StudioCollector())
    return registry


class StudioCollector(Collector):
    """Jobs and roll-ups as they stand: the same whichever process is asked."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        reachable = GaugeMetricFamily("nexus_database_up", "Whether Postgres answered.")
        gathered: list[GaugeMetricFamily] = []
        with suppress(DatabaseError):
            gathered = self._gather(timezone.now())
        reachable.add_metric([], float(bool(gathered)))
        yield reachable
        yield from gathered

    def describe(self) -> list[GaugeMetricFamily]:
        """Promise nothing, so that registering asks the database nothing."""
        return []

    def _gather(self, now: datetime) -> list[GaugeMetricFamily]:
        return [*_jobs(now), _rollup_lag(now), _database_bytes()]


def _jobs(now: datetime) -> list[GaugeMetricFamily]:
    by_kind = GaugeMetricFamily(
        "nexus_jobs", "Jobs that are kept, by kind and state.", labels=["kind", "status"]
    )
    rows = Job.objects.order_by().values_list("kind", "status").annotate(number=Count("pk"))
    queued = 0
    for kind, status, number in rows:
        by_kind.add_metric([kind, status], number)
        queued += number if status == Job.Status.QUEUED else 0
    oldest = Job.objects.filter(status=Job.Status.QUEUED).aggregate(at=Min("created_at"))["at"]
    return [
        by_kind,
        _one("nexus_queue_depth", "Jobs that wait for a worker.", queued),
        _one("nexus_queue_oldest_seconds", "Age of the job waiting longest.", _age(oldest, now)),
    ]


def _rollup_lag(now: datetime) -> GaugeMetricFamily:
    waiting = WritingSession.objects.filter(unsettled()).aggregate(at=Min("updated_at"))["at"]
    return _one(
        "nexus_rollup_lag_seconds", "Age of the oldest change not rolled up.", _age(waiting, now)
    )


def _database_bytes() -> GaugeMetricFamily:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()[0]
    return _one("nexus_database_bytes", "Size of the database.", size)


def _one(name: str, says: str, value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, says)
    family.add_metric([], value)
    return family


def _age(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def count_failed_login(**_sent: Any) -> None:
    metrics.LOGINS_FAILED.inc()


user_login_failed.connect(count_failed_login, dispatch_uid="nexus.metrics.count_failed_login")
