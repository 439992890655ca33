"""The API of accounts: every refusal in its order and its shape."""

import pytest
from django.test import Client
from django.test.utils import override_settings

from accounts.models import Session, User

pytestmark = pytest.mark.django_db
PASSWORD = "alice-writes-books"
NEW = {"email": "Mary@Example.com", "password": "middlemarch-1871", "username": "George Eliot"}
LOGIN = {"email": "alice@example.com", "password": PASSWORD}


def post(client, path, body=None, **headers):
    return client.post(
        f"/api/v1/auth/{path}", body or {}, content_type="application/json", headers=headers
    )


def assert_problem(answer, status, code, *fields):
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["detail"] and problem["request_id"] == answer.headers["X-Request-ID"]
    assert [error["field"] for error in problem.get("errors", [])] == list(fields)


def assert_limited(answer, limit):
    assert_problem(answer, 429, "throttled")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["X-RateLimit-Limit"] == str(limit)
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert answer.headers["X-RateLimit-Reset"] == answer.headers["Retry-After"]


# --- Login ----------------------------------------------------------------------


def test_login_sets_the_cookie_and_says_who_it_is(client, alice):
    answer = post(client, "login", LOGIN)
    assert answer.status_code == 200
    assert answer.json()["id"] == answer.json()["user"]["id"] == str(alice.pk)
    cookie = answer.cookies["session_id"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert client.get("/api/v1/auth/me").json()["email"] == "alice@example.com"


def test_login_changes_the_key_of_the_session(client, alice):
    post(client, "login", LOGIN)
    first = client.cookies["session_id"].value
    post(client, "login", LOGIN)
    assert client.cookies["session_id"].value != first
    assert Session.objects.count() == 1


def test_unknown_and_wrong_get_the_same_401(client, alice):
    wrong = post(client, "login", LOGIN | {"password": "not-hers-at-all"})
    unknown = post(client, "login", LOGIN | {"email": "nobody@example.com"})
    assert_problem(wrong, 401, "wrong_credentials")
    assert wrong.json()["detail"] == unknown.json()["detail"]
    assert unknown.status_code == 401 and not unknown.cookies


def test_login_of_a_disabled_writer_is_403_and_only_with_her_password(client, alice):
    User.objects.update(is_active=False)
    assert_problem(post(client, "login", LOGIN), 403, "disabled")
    wrong = post(client, "login", LOGIN | {"password": "not-hers-at-all"})
    assert_problem(wrong, 401, "wrong_credentials")


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
def test_login_waits_for_the_confirmation_where_it_is_mandatory(client, alice):
    assert_problem(post(client, "login", LOGIN), 403, "not_verified")
    User.objects.update(is_verified=True)
    assert post(client, "login", LOGIN).status_code == 200


def test_failed_logins_are_limited_per_address(client, alice):
    for _ in range(5):
        post(client, "login", LOGIN | {"password": "not-hers-at-all"})
    answer = post(client, "login", LOGIN)
    assert_limited(answer, 5)


@pytest.mark.parametrize(
    "body", [{}, {"email": None, "password": None}, {"email": 1, "password": []}]
)
def test_login_refuses_the_shape(client, body):
    assert_problem(post(client, "login", body), 422, "invalid", "email", "password")


@pytest.mark.parametrize("password", ["", " ", "x" * 1001])
def test_login_survives_strange_passwords(client, alice, password):
    assert post(client, "login", LOGIN | {"password": password}).status_code in {401, 422}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["login", "register", "logout"])
def test_another_site_cannot_ask(client, alice, headers, path):
    assert_problem(post(client, path, LOGIN, **headers), 403, "cross_origin")
    assert not client.cookies


def test_our_own_page_can_ask(client, alice):
    answer = post(
        client, "login", LOGIN, **{"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    )
    assert answer.status_code == 200


def test_programs_need_no_csrf_token(alice):
    assert post(Client(enforce_csrf_checks=True), "login", LOGIN).status_code == 200


@pytest.mark.parametrize("path", ["login", "register"])
def test_malformed_json_is_400_and_a_form_415(client, path):
    url = f"/api/v1/auth/{path}"
    assert_problem(client.post(url, "{", content_type="application/json"), 400, "malformed")
    assert client.post(url, LOGIN).status_code == 415
    assert client.get(url).status_code in {403, 405}


# --- Logout and me ---------------------------------------------------------------


def test_logout_ends_the_session_and_clears_the_cookie(as_alice):
    key = as_alice.cookies["session_id"].value
    answer = post(as_alice, "logout")
    assert answer.status_code == 200 and answer.json()["message"]
    assert answer.cookies["session_id"].value == ""
    thief = Client()
    thief.cookies["session_id"] = key
    assert thief.get("/api/v1/auth/me").status_code == 403


def test_logout_takes_an_empty_body(as_alice):
    assert as_alice.post("/api/v1/auth/logout").status_code == 200


@pytest.mark.parametrize(("method", "path"), [("post", "logout"), ("get", "me"), ("patch", "me")])
def test_a_visitor_gets_403(client, db, method, path):
    answer = getattr(client, method)(f"/api/v1/auth/{path}", content_type="application/json")
    assert_problem(answer, 403, "not_authenticated")


def test_a_presented_token_is_401_even_beside_a_good_cookie(as_alice):
    answer = as_alice.get("/api/v1/auth/me", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def change(client, body):
    return client.patch("/api/v1/auth/me", body, content_type="application/json")


def test_a_writer_changes_her_own_account(as_alice, alice):
    body = {"username": " Alice M. ", "time_zone": "Asia/Tokyo", "day_end_hour": 4, "week_start": 7}
    answer = change(as_alice, body)
    assert answer.status_code == 200
    alice.refresh_from_db()
    assert (alice.username, alice.time_zone, alice.day_end_hour) == ("Alice M.", "Asia/Tokyo", 4)
    assert answer.json()["week_start"] == 7


def test_nobody_makes_herself_an_administrator(as_alice, alice):
    body = {"role": "admin", "is_superuser": True, "email": "x@example.com", "id": "x"}
    assert change(as_alice, body).status_code == 200
    alice.refresh_from_db()
    assert (alice.role, alice.email) == ("user", "alice@example.com")


@pytest.mark.parametrize(
    "body",
    [
        {"username": ""},
        {"username": None},
        {"username": "bell\x07"},
        {"time_zone": "Mars/Olympus"},
        {"day_end_hour": 7},
        {"day_end_hour": "3"},
        {"day_end_hour": True},
        {"week_start": 2},
        {"week_start": None},
    ],
)
def test_a_change_out_of_shape_is_422(as_alice, alice, body):
    assert_problem(change(as_alice, body), 422, "invalid", *body)
