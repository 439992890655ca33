"""Nexus as an app of its own on a phone or a desk: the web app manifest, and the oldest icon."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

# The green of the icon and the paper of static/css/tokens.css, for the moment before the page.
GREEN = "#1f5a4a"
PAPER = "#f6f1e6"


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Answer the same manifest to everybody; https://www.w3.org/TR/appmanifest/."""
    found = {
        "id": "/",
        "name": "Nexus",
        "short_name": "Nexus",
        "description": _("A quiet desk for long books."),
        "lang": get_language(),
        "start_url": reverse("desk"),
        "scope": "/",
        "display": "standalone",
        "categories": ["books", "productivity"],
        "theme_color": GREEN,
        "background_color": PAPER,
        "icons": [
            _icon("nexus.svg", "any", kind="image/svg+xml"),
            _icon("nexus-192.png", "192x192"),
            _icon("nexus-512.png", "512x512"),
            _icon("nexus-maskable-512.png", "512x512", purpose="maskable"),
        ],
        "shortcuts": [
            {"name": _("New story"), "url": reverse("stories:create")},
            {"name": _("Statistics"), "url": reverse("analytics:overview")},
            {"name": _("Targets"), "url": reverse("analytics:targets")},
        ],
    }
    return JsonResponse(
        found, content_type="application/manifest+json", headers={"Cache-Control": "no-cache"}
    )


def _icon(
    name: str, sizes: str, *, kind: str = "image/png", purpose: str = "any"
) -> dict[str, str]:
    return {"src": static(f"icons/{name}"), "sizes": sizes, "type": kind, "purpose": purpose}


@require_safe
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Lead browsers that ask without reading the page to the icon."""
    return HttpResponseRedirect(static("icons/favicon.ico"))
