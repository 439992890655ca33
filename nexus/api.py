"""Every address of the API, gathered from the apps."""

from __future__ import annotations

from itertools import chain

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView

from accounts import api_urls as accounts
from analytics import api_urls as analytics
from jobs import api_urls as jobs
from nexus import (
    api_pages,
    openapi,  # noqa: F401 - registers the sign-in scheme
)
from nexus.account_data import api_urls as account_data
from nexus.health import HealthView
from nexus.lib.errors import NotFound
from nexus.lib.problems import refusal_response
from nexus.lib.routes import route
from stories import api_urls as stories


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer any address that the API does not have."""
    return refusal_response(request, NotFound("There is no such address in the API."))


@method_decorator(extend_schema(exclude=True), name="dispatch")
class SchemaView(SpectacularJSONAPIView):
    """The OpenAPI document."""


# A save is found at once; `stories/targets` of analytics must be before `stories/<id>`.
below_v1 = chain(
    [pattern for pattern in stories.urlpatterns if pattern.name == "chapter-content"],
    analytics.urlpatterns,
    stories.urlpatterns,
    accounts.urlpatterns,
    account_data.urlpatterns,
    jobs.urlpatterns,
)
urlpatterns = [
    path(
        "v1/",
        include(
            (
                [
                    *below_v1,
                    route("health", HealthView.as_view(), name="health"),
                    route("schema", SchemaView.as_view(), name="schema"),
                ],
                "api",
            )
        ),
    ),
    route("docs", api_pages.docs, name="api-docs"),
    route("redoc", api_pages.redoc, name="api-redoc"),
    re_path(r"", unknown),
]
