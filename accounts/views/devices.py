"""The page of where a writer is signed in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions
from accounts.devices import device_name
from accounts.models import Session


@login_required
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """List every device, this one first."""
    here = sessions.public_id_of(request)
    rows = [_row(session, here) for session in sessions.live_sessions(_person(request))]
    rows.sort(key=lambda row: not row["is_here"])
    context = {"devices": rows, "has_others": len(rows) > 1}
    return render(request, "accounts/devices.html", context)


@login_required
@require_POST
def end(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Sign one device out; when it is this one, go to the door."""
    own = sessions.live_sessions(_person(request))
    session = get_object_or_404(own, public_id=session_id)
    sessions.end_own(request, session.public_id)
    name = device_name(session.user_agent)
    messages.success(request, _("%(device)s is signed out.") % {"device": name})
    return redirect("accounts:devices")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out every device but this one."""
    count = sessions.end_others(_person(request), but=sessions.public_id_of(request))
    sentence = ngettext(
        "%(count)d other device is signed out.", "%(count)d other devices are signed out.", count
    )
    messages.success(request, sentence % {"count": count})
    return redirect("accounts:devices")


def _person(request: HttpRequest) -> Any:
    return request.user


def _row(session: Session, here: UUID) -> dict[str, object]:
    """Return a session as the page shows it."""
    return {
        "id": session.public_id,
        "name": device_name(session.user_agent),
        "ip": session.ip,
        "is_here": session.public_id == here,
        "is_program": session.kind == Session.Kind.PROGRAM,
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
    }
