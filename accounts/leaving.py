"""The time between asking for the end of an account and its end: what still works, and what not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import User
from nexus.lib.errors import Forbidden

GRACE = timedelta(days=30)


def purge_at(user: User) -> datetime | None:
    """Return when everything of this person goes, or None for whoever stays."""
    return user.deleted_at + GRACE if user.deleted_at else None


def is_leaving(user: Any) -> bool:
    """Say whether somebody signed in has asked for the end of the account."""
    return getattr(user, "deleted_at", None) is not None


def refuse_while_leaving(user: Any) -> None:
    """Raise Forbidden `account_deleting` for an account whose end was asked for."""
    if is_leaving(user):
        message = _("This account is going to be deleted. Restore it to go on working.")
        raise Forbidden(message, code="account_deleting", extra=_when(user))


def _when(user: User) -> dict[str, Any]:
    end = purge_at(user)
    return {"purge_at": end.isoformat()} if end else {}


class StaysHere(BasePermission):
    """Lets a person who is leaving look at herself, come back or sign out, and nothing else.

    A view names the methods that stay open in `open_while_leaving`.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method not in getattr(view, "open_while_leaving", ()):
            refuse_while_leaving(request.user)
        return True
