"""How the studio is, for staff: what it depends on, the work that waits, how long saves take.

Names nobody and no work: only counts, times and the details of the probes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import mfa
from jobs.models import Job
from nexus import health
from nexus.lib import save_latency
from nexus.lib.save_latency import BOUNDS, Latency

NAMES = {
    "postgres": gettext_lazy("Postgres"),
    "redis": gettext_lazy("Redis"),
    "broker": gettext_lazy("Task queue"),
    "storage": gettext_lazy("Storage"),
    "worker": gettext_lazy("Worker"),
    "beat": gettext_lazy("Schedule"),
    "backup": gettext_lazy("Backup"),
    "warehouse": gettext_lazy("Warehouse"),
}
PERCENTS = (50, 95, 99)
WEEK = 7


@dataclass(frozen=True)
class LatencyRow:
    """One span of days as the table shows it; `within` by the order of `PERCENTS`."""

    label: str
    saves: int
    within: list[str]


@login_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show staff how the studio is; for everybody else there is no such page."""
    if not request.user.is_staff:
        raise Http404
    if mfa.is_missing(request.user):
        # Its door says what is needed first.
        return redirect("admin:index")
    now = timezone.now()
    findings = health.examine()
    context = {
        "as_of": f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        "parts": [(NAMES[name], found) for name, found in findings.items()],
        "is_well": all(found.is_ok for found in findings.values()),
        "queue": _queue(now),
        "latency": _latency(now),
    }
    return render(request, "status.html", context)


def _queue(now: datetime) -> dict[str, Any]:
    waits = Q(status=Job.Status.QUEUED)
    found = Job.objects.aggregate(
        waiting=Count("pk", filter=waits),
        running=Count("pk", filter=Q(status=Job.Status.RUNNING)),
        dead=Count("pk", filter=Q(status=Job.Status.DEAD)),
        oldest=Min("created_at", filter=waits),
    )
    oldest = found["oldest"]
    minutes = None if oldest is None else max(0, int((now - oldest).total_seconds() // 60))
    return found | {"minutes": minutes}


def _latency(now: datetime) -> list[LatencyRow] | None:
    """Return today's saves and the week's; None when they cannot be read now."""
    today = now.astimezone(UTC).date()
    rows = []
    for label, days in ((_("Today (UTC)"), 1), (_("The last 7 days"), WEEK)):
        found = save_latency.latency_of(days, until=today)
        if found is None:
            return None
        rows.append(LatencyRow(label, found.saves, [_within(found, one) for one in PERCENTS]))
    return rows


def _within(latency: Latency, percent: int) -> str:
    if not latency.saves:
        return "–"
    bound = latency.within(percent)
    if bound is None:
        return _("over %(bound)s\u00a0ms") % {"bound": BOUNDS[-1]}
    return _("%(bound)s\u00a0ms") % {"bound": bound}
