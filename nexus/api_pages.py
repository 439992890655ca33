"""The pages on which people read the API's document."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nexus.middleware.security import CONTENT_SECURITY_POLICY

# ReDoc makes style elements and fills them by script: one stays empty, the other is its scrollbar.
REDOC_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
)


def docs(request: HttpRequest) -> HttpResponse:
    return render(request, "api/docs.html")


def redoc(request: HttpRequest) -> HttpResponse:
    """Show ReDoc; its own styles are let in by their hashes, nothing else."""
    response = render(request, "api/redoc.html")
    styles = " ".join(("style-src 'self'", *REDOC_STYLES))
    response["Content-Security-Policy"] = f"{CONTENT_SECURITY_POLICY}; {styles}"
    return response
