"""Whether the studio is well: for load balancers, for the status page, for a curious program."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from kombu.exceptions import OperationalError as BrokerError
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.warehouse.reading import shelf_of_studio
from nexus import durability
from nexus.backups import keeping
from nexus.celery import app as celery
from nexus.heartbeat import is_beating
from nexus.lib.api_view import OPEN, ApiView
from nexus.lib.storage import check_storage

PATIENCE = 2.0


@dataclass(frozen=True)
class Finding:
    """What a probe found; `detail` is for staff."""

    is_ok: bool
    detail: str = ""


# --- Probes ---------------------------------------------------------------------------


def probe_postgres() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            return Finding(True, cursor.fetchone()[0])
    finally:
        connections.close_all()


def probe_redis() -> Finding:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
    )
    try:
        client.ping()
    finally:
        client.close()
    return Finding(True)


def probe_broker() -> Finding:
    with celery.connection_for_write(connect_timeout=PATIENCE) as broker:
        broker.ensure_connection(max_retries=1, timeout=PATIENCE)
    return Finding(True)


def probe_storage() -> Finding:
    """Find out whether uploads could be written; a folder is made with the first of them."""
    if settings.STORAGE_URL:
        fault = check_storage()
        return Finding(not fault, fault)
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    is_writable = os.access(folder, os.W_OK)
    return Finding(is_writable, "" if is_writable else _("The folder cannot be written."))


def probe_worker() -> Finding:
    answers = celery.control.inspect(timeout=PATIENCE / 2, limit=1).ping() or {}
    return Finding(bool(answers), ", ".join(answers) or _("No worker answered."))


def probe_beat() -> Finding:
    found = is_beating(PATIENCE)
    return Finding(found, "" if found else _("No sign of life lately."))


def probe_backup() -> Finding:
    """Find out how the last of the rolling backups went."""
    folder = keeping.home()
    reason = keeping.last_failure(folder)
    if reason is not None:
        return Finding(False, reason)
    moment = next(map(keeping.moment_of, keeping.backups_in(folder)), None)
    newest = _("The newest is of %(moment)s UTC.")
    return Finding(True, newest % {"moment": f"{moment:%Y-%m-%d %H:%M}"} if moment else "")


def probe_warehouse() -> Finding:
    """Find out whether the files of closed months are there, and when the ledger last agreed."""
    try:
        shelf = shelf_of_studio()
    finally:
        connections.close_all()
    facts = {
        "months": len(shelf.names),
        "missing": len(shelf.missing),
        "moment": f"{shelf.closed_at:%Y-%m-%d %H:%M}" if shelf.closed_at else "",
    }
    if shelf.missing:
        return Finding(False, _("Files that are not there: %(missing)d.") % facts)
    said = _("Closed months: %(months)d, compared with the ledger on %(moment)s UTC.")
    return Finding(True, said % facts if shelf.closed_at else "")


PROBES: dict[str, Callable[[], Finding]] = {
    "postgres": probe_postgres,
    "redis": probe_redis,
    "broker": probe_broker,
    "storage": probe_storage,
    "worker": probe_worker,
    "beat": probe_beat,
    "backup": probe_backup,
    "warehouse": probe_warehouse,
}
# Whatever these raise is the finding itself: the dependency is away.
AWAY = (DatabaseError, redis.RedisError, BrokerError, OSError, FutureTimeout)


def examine() -> dict[str, Finding]:
    """Probe everything at once and wait `PATIENCE` seconds for all of it together."""
    pool = ThreadPoolExecutor(len(PROBES), thread_name_prefix="health")
    asked = {name: pool.submit(probe) for name, probe in PROBES.items()}
    wait(asked.values(), PATIENCE)
    findings = {name: _finding(future) for name, future in asked.items()}
    pool.shutdown(wait=False, cancel_futures=True)
    return findings


def _finding(future: Future[Finding]) -> Finding:
    try:
        return future.result(0)
    except AWAY as error:
        return Finding(False, f"{type(error).__name__}: {error}".strip(": "))


# --- Answers --------------------------------------------------------------------------


def health(request: HttpRequest) -> HttpResponse:
    """Say that the studio answers; no sign-in."""
    return JsonResponse(
        {"message": "Nexus is up.", "status": "healthy", "version": settings.VERSION}
    )


def live(request: HttpRequest) -> HttpResponse:
    """Say that the process answers, whatever it depends on."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests may come.

    503 without Postgres, with migrations missing, or when Postgres may lose what it acknowledged.
    """
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        broken = durability.broken_promises()
    except DatabaseError:
        return _not_ready("Postgres cannot be reached.")
    if missing:
        return _not_ready(f"{len(missing)} migrations are missing.")
    if broken:
        return _not_ready(durability.refusal(broken))
    return JsonResponse({"status": "ok"})


def _not_ready(reason: str) -> HttpResponse:
    return JsonResponse(
        {"status": "unready", "detail": reason}, status=503, headers={"Retry-After": "2"}
    )


class DependencySerializer(serializers.Serializer[Finding]):
    status = serializers.ChoiceField(choices=["ok", "down"])
    detail = serializers.CharField(help_text="Empty unless staff asks.")


class DependenciesSerializer(serializers.Serializer[Finding]):
    postgres = DependencySerializer()
    redis = DependencySerializer()
    broker = DependencySerializer()
    storage = DependencySerializer()
    worker = DependencySerializer()
    beat = DependencySerializer()
    backup = DependencySerializer()
    warehouse = DependencySerializer()


class HealthSerializer(serializers.Serializer[Finding]):
    status = serializers.ChoiceField(choices=["ok", "degraded"])
    version = serializers.CharField()
    dependencies = DependenciesSerializer()


class HealthView(ApiView):
    permission_classes = (AllowAny,)
    scopes = OPEN

    @extend_schema(operation_id="get_health", responses=HealthSerializer, auth=[], tags=["health"])
    def get(self, request: Request) -> Response:
        """Say how each part of the studio is; the details are for staff."""
        findings = examine()
        is_staff = findings["postgres"].is_ok and getattr(request.user, "is_staff", False)
        dependencies = {
            name: {
                "status": "ok" if found.is_ok else "down",
                "detail": found.detail if is_staff else "",
            }
            for name, found in findings.items()
        }
        is_well = all(found.is_ok for found in findings.values())
        return Response(
            {
                "status": "ok" if is_well else "degraded",
                "version": settings.VERSION,
                "dependencies": dependencies,
            }
        )
