"""A session is a row: listable, endable, and read in one query with its person."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from accounts.middleware import PersonMiddleware
from accounts.models import Session
from accounts.sessions import SessionStore, user_for_key

pytestmark = pytest.mark.django_db
SETTINGS = "/settings/"


def row_of(client):
    return Session.objects.get(session_key=client.session.session_key)


def test_session_user_and_preferences_come_in_one_query(as_alice, alice, django_assert_num_queries):
    request = RequestFactory().get("/")
    request.session = SessionStore(as_alice.session.session_key)
    with django_assert_num_queries(1):
        PersonMiddleware(lambda request: None).process_request(request)
        assert request.user.is_authenticated
        assert request.user.preferences.theme == "system"
        assert request.user == alice


def test_settings_page_asks_the_database_once(as_alice, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert as_alice.get(SETTINGS).status_code == 200


def test_sign_in_stores_address_and_browser(client, alice):
    answer = client.post(
        "/api/v1/auth/login",
        {"email": "alice@example.com", "password": "alice-writes-books"},
        content_type="application/json",
        headers={"User-Agent": "Quill/1.0 " + "x" * 400},
        REMOTE_ADDR="192.0.2.7",
    )
    assert answer.status_code == 200
    row = row_of(client)
    assert (row.user, row.ip) == (alice, "192.0.2.7")
    assert row.user_agent.startswith("Quill/1.0") and len(row.user_agent) == 300


def test_changing_a_session_keeps_its_birth(as_alice):
    born = timezone.now() - timedelta(days=3)
    Session.objects.filter(pk=row_of(as_alice).pk).update(created_at=born)
    session = SessionStore(as_alice.session.session_key)
    session["anything"] = 1
    session.save()
    assert row_of(as_alice).created_at == born


def test_a_visit_is_noted_at_most_every_few_minutes(as_alice, django_assert_num_queries):
    long_ago = timezone.now() - timedelta(hours=1)
    Session.objects.filter(pk=row_of(as_alice).pk).update(last_seen_at=long_ago)
    as_alice.get(SETTINGS)
    assert row_of(as_alice).last_seen_at > long_ago
    with django_assert_num_queries(1):
        as_alice.get(SETTINGS)


def test_a_disabled_person_loses_her_sessions_at_once(as_alice, alice):
    key = as_alice.session.session_key
    assert user_for_key(key) == alice
    alice.is_active = False
    alice.save()
    assert as_alice.get(SETTINGS).status_code == 302
    assert as_alice.get("/api/v1/auth/me").status_code == 403
    assert user_for_key(key) is None


def test_a_new_password_ends_the_other_sessions(as_alice, alice):
    alice.set_password("another-long-password")
    alice.save()
    assert as_alice.get(SETTINGS).status_code == 302


def test_an_ended_row_is_worth_nothing(as_alice):
    row_of(as_alice).delete()
    assert as_alice.get(SETTINGS).status_code == 302


def test_an_expired_session_is_worth_nothing(as_alice):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert user_for_key(as_alice.session.session_key) is None
    assert as_alice.get(SETTINGS).status_code == 302


@pytest.mark.parametrize("key", ["", "short", "x" * 40, "\x00" * 32, "é" * 32])
def test_a_made_up_key_is_nobody(key):
    assert user_for_key(key) is None


def test_a_cookie_with_an_escaped_nul_is_nobody(client):
    cookie = 'session_id="' + "\\000" * 32 + '"'
    assert client.get(SETTINGS, headers={"Cookie": cookie}).status_code == 302


def test_deleting_a_person_ends_her_sessions(as_alice, alice):
    alice.delete()
    assert not Session.objects.exists()
    assert as_alice.get(SETTINGS).status_code == 302


def test_pages_tell_the_writers_time_and_leave_none_behind(as_alice, alice):
    alice.time_zone = "Asia/Tokyo"
    alice.save()
    seen = []
    request = RequestFactory().get("/")
    request.session = SessionStore(as_alice.session.session_key)
    middleware = PersonMiddleware(lambda _: seen.append(timezone.get_current_timezone_name()))
    middleware(request)
    assert seen == ["Asia/Tokyo"]
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_api_speaks_utc(as_alice, alice):
    alice.time_zone = "Asia/Tokyo"
    alice.save()
    assert as_alice.get("/api/v1/auth/me").json()["created_at"].endswith("Z")


def test_a_visitor_costs_no_query(django_assert_num_queries):
    request = RequestFactory().get("/")
    request.session = SessionStore(None)
    with django_assert_num_queries(0):
        PersonMiddleware(lambda request: None).process_request(request)
        assert request.user == AnonymousUser()
