"""Every address of the studio."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

import stories.urls
from accounts.views import security
from accounts.views.admin_door import admin_door
from accounts.views.jwks import jwks
from nexus import health, installing, offline, pages

# The pages of a story that show the ledger too complete its namespace from here.
stories_urls = [
    *stories.urls.urlpatterns,
    path("stories/<uuid:story_id>/", pages.story_detail, name="detail"),
    path("stories/<uuid:story_id>/chapters/new/", pages.chapter_create, name="chapter_create"),
    path("chapters/<uuid:chapter_id>/", pages.chapter, name="chapter"),
    path("chapters/<uuid:chapter_id>/details/", pages.chapter_rename, name="chapter_rename"),
]

urlpatterns = [
    # First, since addresses are tried one after the other and a save should not wait for that.
    path("api/", include("nexus.api")),
    path("", pages.desk, name="desk"),
    path("", include((stories_urls, "stories"))),
    path("", include("analytics.urls")),
    path("", include("jobs.urls")),
    path("", include("accounts.urls")),
    path("", include("nexus.account_data.urls")),
    # The sign-in library's own lists are sections of one page here.
    path("accounts/email/", security.email_change, name="account_email"),
    path(
        "accounts/email/confirm/<str:token>/",
        security.confirm_change,
        name="account_email_confirm_change",
    ),
    path("accounts/2fa/", RedirectView.as_view(pattern_name="accounts:security")),
    path("accounts/2fa/webauthn/login/", security.passkey_login, name="mfa_login_webauthn"),
    path("accounts/2fa/webauthn/", RedirectView.as_view(pattern_name="accounts:security")),
    path("accounts/", include("accounts.door_urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/login/", admin_door),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/growth/", admin.site.admin_view(pages.growth), name="growth"),
    path("admin/", admin.site.urls),
    re_path(r"^health/?$", health.health, name="health"),
    re_path(r"^health/live/?$", health.live, name="health-live"),
    re_path(r"^health/ready/?$", health.ready, name="health-ready"),
    re_path(r"^\.well-known/jwks\.json$", jwks, name="jwks"),
    path("status/", pages.status, name="status"),
    path("service-worker.js", offline.service_worker, name="service-worker"),
    path("offline/", offline.shell, name="offline"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("favicon.ico", installing.favicon, name="favicon"),
]

handler400 = "nexus.error_views.bad_request"
handler403 = "nexus.error_views.forbidden"
handler404 = "nexus.error_views.not_found"
handler500 = "nexus.error_views.server_error"
