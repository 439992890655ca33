"""Leads whoever has asked for the end of the account to the one page that is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from accounts.leaving import is_leaving

STAY_OPEN = frozenset(
    {"account_leaving", "account_restore", "account_logout", "health", "health-live"}
    | {"health-ready"}
)


class LeavingMiddleware(MiddlewareMixin):
    """Pages only: the API refuses by its permission, since its people come with tokens too."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.path_info.startswith("/api/") or (match and match.view_name in STAY_OPEN):
            return None
        return redirect("account_leaving") if is_leaving(request.user) else None
