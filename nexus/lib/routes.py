"""Addresses of the API: each path answers with and without a trailing slash, never a redirect."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, re_path

SLOT = re.compile(r"<(\w+)>")


def route(address: str, view: Callable[..., Any], *, name: str) -> URLPattern:
    """Return a pattern; `<name>` takes one path segment, whose form the view judges itself."""
    pattern = SLOT.sub(r"(?P<\1>[^/]+)", address.replace(".", r"\."))
    return re_path(rf"^{pattern}/?$", view, name=name)
