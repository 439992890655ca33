"""The points Mozilla's Observatory would give: 120 or more on every kind of page, staff's included.

By its scoring of 2024 (version 5): begin at 100; what is missing costs, what goes beyond adds, the
latter only from 90 points on. Sharing across origins, cookies and HSTS are judged as the production
profile sets them where the address is https.
"""

import pytest
from django.test import Client, override_settings

from accounts.models import User
from stories.tests.builders import make_chapter, make_story

HSTS_SIX_MONTHS = 15_768_000
HTTPS = {
    "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-session_id",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
}


def policy_of(response):
    directives = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in directives}


def points_for_policy(response):
    """+10 where nothing is allowed unless said; +5 without unsafe words; less for them."""
    if "Content-Security-Policy" not in response:
        return -25
    policy = policy_of(response)
    scripts = policy.get("script-src", policy.get("default-src", {"*"}))
    styles = policy.get("style-src", policy.get("default-src", {"*"}))
    if "default-src" not in policy or {"*", "'unsafe-inline'", "data:", "https:"} & scripts:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if "'unsafe-inline'" in styles:
        return 0
    return 10 if policy["default-src"] == {"'none'"} else 5


def points_for_cookies(response):
    """+5 where every cookie of a session is Secure, HttpOnly and SameSite."""
    points = 5
    for name, cookie in response.cookies.items():
        if not cookie["secure"]:
            return -40
        if "session" in name and not cookie["httponly"]:
            return -30
        if cookie["samesite"] not in {"Lax", "Strict"}:
            points = 0
    return points


def points_for_transport(response):
    seconds = response.get("Strict-Transport-Security", "").partition("max-age=")[2]
    seconds = int(seconds.partition(";")[0] or 0)
    return 0 if seconds >= HSTS_SIX_MONTHS else -20


def points(response):
    """Return the points of an answer, 0 to 135."""
    policy = policy_of(response)
    frames = policy.get("frame-ancestors") in ({"'none'"}, {"'self'"})
    referrer = response.get("Referrer-Policy") in {
        "no-referrer",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
    }
    sharing = response.get("Access-Control-Allow-Origin")
    resource = response.get("Cross-Origin-Resource-Policy") in {"same-origin", "same-site"}
    parts = {
        "policy": points_for_policy(response),
        "cookies": points_for_cookies(response),
        "sharing": 0 if sharing is None else -50,
        "transport": points_for_transport(response),
        "referrer": 5 if referrer else -5,
        "resource": 10 if resource else 0,
        "sniffing": 0 if response.get("X-Content-Type-Options") == "nosniff" else -5,
        "frames": 5 if frames else (-20 if "X-Frame-Options" not in response else 0),
    }
    cost = sum(value for value in parts.values() if value < 0)
    extra = sum(value for value in parts.values() if value > 0)
    return 100 + cost + (extra if 100 + cost >= 90 else 0), parts


@pytest.fixture
def pages(alice, carol):
    chapter = make_chapter(make_story(alice))
    own = [
        "/",
        f"/stories/{chapter.story_id}/",
        f"/chapters/{chapter.pk}/",
        f"/chapters/{chapter.pk}/history/",
        f"/stories/{chapter.story_id}/read/",
        "/analytics/",
        "/targets/",
        "/search/?q=one",
        "/jobs/",
        "/trash/",
        "/settings/profile/",
        "/settings/security/",
        "/settings/tokens/",
        "/no/such/page/",
        "/api/v1/stories",
        "/api/docs",
        "/api/redoc",
    ]
    User.objects.filter(pk=carol.pk).update(is_superuser=True)
    staff = ["/status/", "/admin/", "/admin/accounts/user/", "/admin/stories/story/"]
    public = ["/", "/accounts/login/", "/accounts/signup/", "/health", "/offline/"]
    return [(alice, own), (carol, staff), (None, public)]


@override_settings(**HTTPS)
def test_every_kind_of_page_has_the_points_of_an_a_plus(pages):
    seen = 0
    for person, paths in pages:
        client = Client(headers={"X-Forwarded-Proto": "https"})
        if person:
            client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
        for path in paths:
            response = client.get(path, follow=True)
            total, parts = points(response)
            assert total >= 120, (path, response.redirect_chain, total, parts)
            seen += 1
    assert seen == 26
