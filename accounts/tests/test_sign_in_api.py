"""Signing in and out by the API: what is answered, which cookies are set, what ends."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from accounts import api_tokens
from accounts.models import Session
from accounts.tests.programs import LOGIN, log_in, me, post, refresh, with_cookies

pytestmark = pytest.mark.django_db
COOKIES = ("session_id", "access_token", "refresh_token")


@pytest.fixture
def browser(alice):
    """A client that keeps its cookies, signed in."""
    client = Client()
    log_in(client)
    return client


# --- Login ----------------------------------------------------------------------------


def test_login_answers_with_the_person_and_the_tokens(alice):
    answer = log_in()
    row = Session.objects.get()
    assert (answer["id"], answer["username"]) == (str(alice.pk), "Alice")
    assert (answer["email"], answer["profile_img"]) == ("alice@example.com", "")
    assert answer["user"]["id"] == answer["id"] and answer["user"]["role"] == "user"
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 900)
    assert 30 * 86400 - 2 <= answer["refresh_expires_in"] <= 30 * 86400
    assert answer["session_id"] == str(row.public_id) and row.kind == Session.Kind.PROGRAM
    assert row.session_key not in str(answer)


def test_login_sets_three_cookies_no_script_can_read(alice):
    cookies = post(Client(), "login", LOGIN).cookies
    assert set(COOKIES) <= set(cookies)
    for name in COOKIES:
        assert (cookies[name]["httponly"], cookies[name]["samesite"]) == (True, "Lax"), name
        assert not cookies[name]["secure"] and not cookies[name]["domain"]
    paths = {name: cookies[name]["path"] for name in COOKIES}
    assert paths == {"session_id": "/", "access_token": "/", "refresh_token": "/api/v1/auth"}
    assert cookies["access_token"]["max-age"] == 900


def test_cookies_of_a_site_with_https_are_bound_to_it(alice, settings):
    names = ("__Host-session_id", "__Host-access_token", "__Secure-refresh_token")
    settings.IS_HTTPS = settings.SESSION_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME = names[0]
    settings.ACCESS_COOKIE_NAME, settings.REFRESH_COOKIE_NAME = names[1:]
    client = Client()
    for path in ("login", "refresh", "logout"):
        cookies = post(client, path, LOGIN if path == "login" else {}).cookies
        for name in {"login": names, "refresh": names[1:], "logout": names}[path]:
            assert cookies[name]["secure"] and not cookies[name]["domain"], (path, name)
            is_host = name.startswith("__Host-")
            assert cookies[name]["path"] == ("/" if is_host else "/api/v1/auth")
    assert not Session.objects.exists()


def test_each_cookie_alone_presents_the_session(browser):
    key = browser.cookies["session_id"].value
    assert me(client=with_cookies(session_id=key)).status_code == 200
    access = browser.cookies["access_token"].value
    assert me(client=with_cookies(access_token=access)).status_code == 200
    token = browser.cookies["refresh_token"].value
    assert refresh(client=with_cookies(refresh_token=token)).status_code == 200


def test_each_login_is_a_session_of_its_own(alice):
    one, two = log_in(), log_in()
    assert one["session_id"] != two["session_id"]
    assert Session.objects.count() == 2
    assert me(one["access_token"]).status_code == me(two["access_token"]).status_code == 200


def test_signing_in_again_ends_the_session_of_the_same_cookies(browser):
    old = browser.cookies["access_token"].value
    log_in(browser)
    assert me(old).status_code == 401 and Session.objects.count() == 1


# --- The second step --------------------------------------------------------------------


@pytest.fixture
def guarded(alice):
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(alice, secret)
    RecoveryCodes.activate(alice)
    return secret


def test_a_guarded_account_needs_a_code_and_says_so_after_the_password_alone(guarded):
    answer = post(Client(), "login", LOGIN)
    assert (answer.status_code, answer.json()["code"]) == (401, "mfa_required")
    assert not answer.cookies and not Session.objects.exists()
    wrong = post(Client(), "login", LOGIN | {"password": "not-hers-at-all"})
    assert wrong.json()["code"] == "wrong_credentials"


def test_a_wrong_code_signs_nobody_in(guarded):
    answer = post(Client(), "login", LOGIN | {"code": "000000"})
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_code")
    assert not answer.cookies and not Session.objects.exists()


def test_the_code_of_the_app_signs_in_once(guarded):
    code = format_hotp_value(hotp_value(guarded, int(time.time()) // 30))
    assert me(log_in(code=code)["access_token"]).status_code == 200
    assert post(Client(), "login", LOGIN | {"code": code}).json()["code"] == "wrong_code"


def test_a_recovery_code_signs_in_too(alice, guarded):
    row = Authenticator.objects.get(user=alice, type=Authenticator.Type.RECOVERY_CODES)
    [code, *_] = row.wrap().get_unused_codes()
    assert log_in(code=code)["session_id"]


# --- Logout -----------------------------------------------------------------------------


def assert_signed_out(answer, program, cookie=None):
    assert answer.status_code == 200 and answer.json()["message"]
    for name in COOKIES:
        assert (answer.cookies[name].value, answer.cookies[name]["max-age"]) == ("", 0)
    assert answer.cookies["refresh_token"]["path"] == "/api/v1/auth"
    assert me(program["access_token"]).status_code == 401
    assert refresh(program["refresh_token"]).status_code == 401
    if cookie:
        assert me(client=with_cookies(session_id=cookie)).status_code == 403


def test_logout_by_cookies_without_a_body_ends_all_three(alice):
    client = Client()
    program = log_in(client)
    cookie = client.cookies["session_id"].value
    assert_signed_out(client.post("/api/v1/auth/logout"), program, cookie)
    assert not Session.objects.exists()


def test_logout_by_the_token_in_the_body(alice):
    program = log_in()
    body = {"refresh_token": program["refresh_token"]}
    assert_signed_out(post(Client(), "logout", body), program)


@pytest.mark.parametrize("name", COOKIES)
def test_logout_by_any_one_cookie(alice, name):
    client = Client()
    program = log_in(client)
    alone = with_cookies(**{name: client.cookies[name].value})
    assert_signed_out(post(alone, "logout"), program, client.cookies["session_id"].value)


def test_logout_by_bearer_ends_the_bearers_session_not_the_cookies(alice, as_bob):
    program = log_in()
    bearer = {"Authorization": f"Bearer {program['access_token']}"}
    answer = post(as_bob, "logout", **bearer)
    assert_signed_out(answer, program)
    assert Session.objects.get().user.email == "bob@example.com"


def test_logout_with_a_spent_token_ends_its_session(alice):
    program = log_in()
    refresh(program["refresh_token"])
    body = {"refresh_token": program["refresh_token"]}
    assert_signed_out(post(Client(), "logout", body), program)


def test_logout_ends_no_other_session(alice):
    program, other = log_in(), log_in()
    post(Client(), "logout", {"refresh_token": program["refresh_token"]})
    assert me(other["access_token"]).status_code == 200


def test_logout_without_any_credential_is_403(db):
    answer = post(Client(), "logout")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_authenticated")
    assert not answer.cookies


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_logout_with_a_dead_token_is_401_and_clears_the_cookies(db, name):
    answer = post(with_cookies(**{name: "garbage"}), "logout")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert {cookie.value for cookie in answer.cookies.values()} == {""}


def test_logout_with_a_bad_token_in_the_body_is_401_and_ends_nothing(browser):
    answer = post(browser, "logout", {"refresh_token": "garbage"})
    assert answer.status_code == 401
    assert Session.objects.count() == 1


def test_logout_with_a_bad_bearer_is_401(browser):
    assert post(browser, "logout", Authorization="Bearer garbage").status_code == 401
    assert Session.objects.count() == 1


def test_logout_is_closed_to_personal_tokens(alice):
    _, secret = api_tokens.create(alice, name="Script", scopes=["read", "write"])
    answer = post(Client(), "logout", Authorization=f"Bearer {secret}")
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


def test_another_site_cannot_sign_out(browser):
    answer = post(browser, "logout", **{"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
    assert Session.objects.count() == 1
