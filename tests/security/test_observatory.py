"""The points Mozilla's Observatory would give: 120 or more on every page there is, the staff's too.

By its scoring of 2024 (version 5): begin at 100; what is missing costs, what goes beyond adds, the
latter only from 90 points on. Sharing across origins, cookies and HSTS are judged as the production
profile sets them where the address is https.
"""

import pytest
from django.contrib import admin
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from tests.security.test_nasty_pages import VISITORS_PAGES
from tests.security.test_strangers import (  # noqa: F401 - owned and trashed are fixtures
    OPERATIONS,
    PAGES,
    belongings,
    filled,
    owned,
    trashed,
)

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
    """+5 where there are cookies and each is Secure and SameSite, a session's also HttpOnly."""
    points = 5 if response.cookies else 0
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


# Pictures, under addresses that change with them, and keys that are public.
KEPT_BY_BROWSERS = ("cover", "portrait", "jwks.json")


def of_a_writer(owned, trashed):  # noqa: F811
    for page in PAGES:
        yield filled(page, belongings(page, owned, trashed))
    for operation in OPERATIONS:
        if operation.method == "GET":
            yield "/api/v1" + operation.filled(belongings(operation.path, owned, trashed))
    yield from ("/", "/no/such/page/", "/api/v1/no/such", "/api/docs", "/api/redoc", "/status/")


def of_staff():
    """Every list, form and page of the administration."""
    yield from ("/status/", "/admin/", "/admin/growth/", "/admin/no/such/")
    for model, shown in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")
        first = shown.get_queryset(None).first()
        if first is not None:
            for page in ("change", "history", "delete"):
                yield reverse(f"{name}_{page}", args=[first.pk])


def of_everybody():
    yield from (f"/{page}" for page in VISITORS_PAGES)
    yield from ("/offline/", "/service-worker.js", "/manifest.webmanifest", "/no/such/page/")


def answers(person, paths):
    client = Client(headers={"X-Forwarded-Proto": "https"})
    if person:
        client.force_login(person, "allauth.account.auth_backends.AuthenticationBackend")
    for path in paths:
        yield path, client.get(path)


def is_worth_an_a_plus(path, response):
    total, parts = points(response)
    assert total >= 120, (path, response.status_code, total, parts)
    return True


@override_settings(**HTTPS)
def test_every_page_of_a_writer_has_the_points_of_an_a_plus_and_is_kept_by_nobody(
    alice,
    owned,  # noqa: F811
    trashed,  # noqa: F811
):
    seen = 0
    for path, response in answers(alice, of_a_writer(owned, trashed)):
        seen += is_worth_an_a_plus(path, response)
        if response.status_code == 200 and not any(word in path for word in KEPT_BY_BROWSERS):
            assert "no-store" in response.headers["Cache-Control"], path
    assert seen > 100


@override_settings(**HTTPS)
def test_every_page_of_the_administration_has_them_too(carol, owned):  # noqa: F811
    User.objects.filter(pk=carol.pk).update(is_superuser=True)
    shown = 0
    for path, response in answers(carol, list(of_staff())):
        assert is_worth_an_a_plus(path, response)
        shown += response.status_code == 200
        if response.status_code == 200:
            assert "no-store" in response.headers["Cache-Control"], path
    assert shown > 15


@override_settings(**HTTPS)
@pytest.mark.django_db
def test_every_page_of_a_visitor_has_them_too():
    for path, response in answers(None, of_everybody()):
        assert is_worth_an_a_plus(path, response)
