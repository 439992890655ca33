"""Addresses below `/api/v1/` that concern everything of a person."""

from nexus.account_data import viewsets
from nexus.lib.routes import route

urlpatterns = [
    route("auth/me", viewsets.MeView.as_view(), name="auth-me"),
    route("auth/me/restore", viewsets.RestoreView.as_view(), name="auth-me-restore"),
    route("auth/me/export", viewsets.ExportsView.as_view(), name="auth-me-export"),
    route(
        "auth/me/export/<export_id>/download",
        viewsets.ExportDownloadView.as_view(),
        name="auth-me-export-download",
    ),
]
