"""The chapter page without a network: a service worker, and the one page it shows.

The worker keeps that page and its static files, nothing of any person: the page is the same for
everybody, and the text it shows lies sealed in the browser's own database (static/js/lib/vault.js).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, join, normpath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

WORKER = "js/offline/worker.js"
RETIRED = "js/offline/retired-worker.js"
# What the page begins with beyond its own markup; the faces a writer may choose besides are left
# to the browser's ordinary cache, where they are kept for ever by their hashed names.
PARTS = ("js/offline/nx-offline.js", "css/app.css")
FONTS = ("fonts/literata-latin-italic.woff2",)
IMPORT = re.compile(r"""\b(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")
ADDRESS = re.compile(r'(?:href|src)="([^"]+)"')


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """Answer the page, rendered without the request, so that nothing personal can be in it."""
    return HttpResponse(shell_page(), headers={"Cache-Control": "no-cache"})


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answer the worker, or where it is switched off one that removes itself and what it kept."""
    source = worker_source(shell_page()) if settings.SERVES_OFFLINE else _source(RETIRED)
    return HttpResponse(
        source,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


@cache
def shell_page() -> str:
    places = {"previous_url": "#", "next_url": "#", "chapter": {"word_count": 0}}
    return render_to_string("stories/offline.html", places)


@cache
def worker_source(page: str) -> str:
    """Return the worker with the list of what it keeps, and a version that follows from it all."""
    files, rules = shell_files(page), _source(WORKER)
    digest = sha256("\n".join((page, *files, rules)).encode()).hexdigest()
    kept = {"version": digest[:16], "page": reverse("offline"), "files": files}
    return f"const SHELL = {json.dumps(kept)};\n{rules}"


def shell_files(page: str) -> list[str]:
    """Return the addresses of every static file the page needs, sorted."""
    linked = {
        address for address in ADDRESS.findall(page) if address.startswith(settings.STATIC_URL)
    }
    named = {static(name) for name in (*_with_imports(PARTS), *FONTS)}
    return sorted(linked | named)


def _with_imports(entries: tuple[str, ...]) -> set[str]:
    """Return the modules and sheets and all they import, near and far."""
    found: set[str] = set()
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_imports(name))
    return found


def _imports(name: str) -> Iterator[str]:
    for path in IMPORT.findall(_source(name)):
        yield normpath(join(dirname(name), path))


def _source(name: str) -> str:
    """Return the text of a static file; raise `FileNotFoundError` for one that is not there."""
    # Gathered for a studio, a file may hold those it imported as a source.
    path = settings.STATIC_ROOT / name if settings.IS_STATIC_HASHED else finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    return Path(path).read_text(encoding="utf-8")
