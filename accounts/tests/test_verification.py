"""Confirming an e-mail: by token and by link, once, within a day."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import signing

from accounts import verification
from accounts.models import User
from accounts.tests.test_auth_api import LOGIN, NEW, assert_limited, assert_problem, post
from nexus.lib.effects import drain

pytestmark = pytest.mark.django_db
PAGE = "/accounts/confirm-email/"


@pytest.fixture
def token(client):
    return post(client, "register", NEW).json()["verification_token"]


def is_verified():
    user = User.objects.get(email="mary@example.com")
    assert user.is_verified == EmailAddress.objects.get(user=user).verified
    return user.is_verified


# --- The API ----------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_token_in_the_body_confirms(client, token, slash):
    answer = post(client, f"verify{slash}", {"token": token})
    assert answer.status_code == 200
    assert (answer.json()["email"], answer.json()["is_verified"]) == ("mary@example.com", True)
    assert is_verified() and not answer.cookies


@pytest.mark.parametrize("kind", ["application/json", ""])
def test_a_token_in_the_query_needs_no_body(client, token, kind):
    answer = client.generic("POST", f"/api/v1/auth/verify?token={token}", b"", kind)
    assert answer.status_code == 200 and is_verified()


def test_a_token_works_once(client, token):
    post(client, "verify", {"token": token})
    assert_problem(post(client, "verify", {"token": token}), 400, "bad_token")


def test_a_token_is_worth_nothing_after_a_day(client, token, monkeypatch):
    late = signing.time.time() + timedelta(hours=24, seconds=2).total_seconds()
    monkeypatch.setattr(signing.time, "time", lambda: late)
    assert_problem(post(client, "verify", {"token": token}), 400, "bad_token")
    assert not is_verified()


def test_a_token_still_works_before_a_day_is_over(client, token, monkeypatch):
    late = signing.time.time() + timedelta(hours=23, minutes=59).total_seconds()
    monkeypatch.setattr(signing.time, "time", lambda: late)
    assert post(client, "verify", {"token": token}).status_code == 200


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + "x", lambda t: "nonsense", lambda t: "é" * 9]
)
def test_a_token_that_is_not_ours_is_400(client, token, change):
    assert_problem(post(client, "verify", {"token": change(token)}), 400, "bad_token")
    assert not is_verified()


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": 5}, {"token": "x" * 501}])
def test_no_token_is_422(client, body):
    assert_problem(post(client, "verify", body), 422, "invalid", "token")


def test_tries_are_limited(client):
    for _ in range(10):
        post(client, "verify", {"token": "nonsense"})
    assert_limited(post(client, "verify", {"token": "nonsense"}), 10)


def test_where_it_is_mandatory_only_the_letter_has_the_token(
    client, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(client, "register", NEW)
    assert drain(20)
    assert answer.status_code == 201 and "verification_token" not in answer.json()
    login = {"email": NEW["email"], "password": NEW["password"]}
    assert_problem(post(client, "login", login), 403, "not_verified")
    token = re.search(rf"{PAGE}([-:\w]+)/", mailoutbox[0].body)[1]
    assert post(client, "verify", {"token": token}).status_code == 200
    assert post(client, "login", login).status_code == 200


def test_where_it_is_optional_a_new_writer_signs_in_at_once(client):
    post(client, "register", NEW)
    login = LOGIN | {"email": NEW["email"], "password": NEW["password"]}
    assert post(client, "login", login).status_code == 200


# --- The pages --------------------------------------------------------------------


def test_the_link_asks_and_then_confirms(client, token):
    asked = client.get(f"{PAGE}{token}/")
    assert b"mary@example.com" in asked.content and not is_verified()
    assert client.post(f"{PAGE}{token}/").url == "/accounts/login/"
    assert is_verified()
    for again in (client.get(f"{PAGE}{token}/"), client.post(f"{PAGE}{token}/")):
        assert b"used up" in again.content


def test_a_writer_whose_address_waits_is_sent_to_the_letter(client, settings, alice):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    form = {"login": alice.email, "password": "alice-writes-books"}
    assert client.post("/accounts/login/", form).url == PAGE
    assert client.get("/settings/").status_code == 302


@pytest.mark.parametrize(("email", "letters"), [("mary@example.com", 1), ("no@example.com", 0)])
def test_a_letter_can_be_sent_again_and_tells_nothing(
    client, token, mailoutbox, django_capture_on_commit_callbacks, email, letters
):
    assert client.get(PAGE).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(PAGE, {"email": email})
    assert drain(20)
    assert answer.status_code == 200 and b"another letter is on its way" in answer.content
    assert len(mailoutbox) == letters


def test_no_letter_goes_to_who_is_confirmed_already(
    client, token, mailoutbox, django_capture_on_commit_callbacks
):
    post(client, "verify", {"token": token})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(PAGE, {"email": "mary@example.com"})
    assert drain(20) and not mailoutbox


def test_nobodys_post_is_flooded(client, token, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(12):
            client.post(PAGE, {"email": "mary@example.com"}, REMOTE_ADDR=f"203.0.113.{number}")
    assert drain(20)
    # The letter of her registration was the first of ten.
    assert len(mailoutbox) == 9


def test_the_page_is_limited(client):
    for _ in range(10):
        client.post(PAGE, {"email": "mary@example.com"})
    answer = client.post(PAGE, {"email": "mary@example.com"})
    assert answer.status_code == 429 and answer.headers["X-RateLimit-Remaining"] == "0"
    assert b"wait" in answer.content


def test_an_address_is_no_letter(client):
    assert client.post(PAGE, {"email": "nonsense"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told_that_the_token_is_spent(token, rf):
    from accounts.tests.test_limits import at_once

    def confirm(_number):
        from django.db import connection

        try:
            verification.verify(token, rf.post("/api/v1/auth/verify"))
        except verification.BadToken:
            return "spent"
        finally:
            connection.close()
        return "confirmed"

    assert sorted(at_once(2, confirm)) == ["confirmed", "spent"]
    assert is_verified()
