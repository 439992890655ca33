"""The meter says what the server will say, because it asks the same rule."""

import json

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import check_strength
from accounts.strength import MAX_LENGTH, strength_of
from nexus.lib.errors import Invalid

pytestmark = pytest.mark.django_db
URL = "/accounts/password/strength/"
MARY = {"email": "mary@example.com", "username": "Middlemarch Woman"}


def ask(client, password, **about):
    body = {"password": password} | about
    return client.post(URL, body, content_type="application/json")


@pytest.mark.parametrize(
    ("password", "score"),
    [
        ("", 0),
        ("abc", 0),
        ("password", 0),
        ("12345678901", 0),
        ("short-one", 1),
        ("password123", 1),
        ("middlemarch-woman", 1),
        ("mary@example.com", 1),
        ("x" * (MAX_LENGTH + 1), 1),
        ("tea-and-ink", 2),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 2),
        ("tea-and-ink-and-me", 3),
        ("a quiet table by the window", 4),
    ],
)
def test_the_meter_and_the_refusal_agree(client, password, score):
    answer = ask(client, password, **MARY).json()
    assert (answer["score"], answer["ok"]) == (score, score >= 2)
    assert bool(answer["messages"]) == (score < 2) and answer["word"]
    try:
        check_strength(password, User(**MARY))
    except Invalid as refusal:
        assert [error.message for error in refusal.errors] == answer["messages"]
    else:
        assert answer["ok"]


def test_who_is_signed_in_is_judged_by_her_own_account(as_alice, alice):
    other = {"email": "x@example.org", "username": "Y"}
    assert not ask(as_alice, "alice@example.com", **other).json()["ok"]
    assert ask(Client(), "alice@example.com", **other).json()["ok"]


def test_a_reset_is_judged_by_the_account_of_its_link(client, alice):
    from accounts.passwords import reset_key

    key = reset_key(alice)
    form_at = client.get(f"/accounts/password/reset/key/{key}/").url
    uid = key.partition("-")[0]
    assert f'data-uid="{uid}"'.encode() in client.get(form_at).content
    assert not ask(client, "alice@example.com", uid=uid).json()["ok"]
    # Without the link nobody learns anything of an account.
    assert ask(Client(), "alice@example.com", uid=uid).json()["ok"]


def test_asking_changes_and_keeps_nothing(client, caplog):
    with caplog.at_level("DEBUG"):
        assert not ask(client, "a quiet table by the window", **MARY).cookies
    assert "quiet table" not in caplog.text
    assert not User.objects.exists()


def test_it_needs_the_csrf_token():
    assert ask(Client(enforce_csrf_checks=True), "x").status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"password": 5}', b"\xff"])
def test_what_is_no_question_is_422(client, body):
    answer = client.generic("POST", URL, body, "application/json")
    assert answer.status_code == 422


def test_a_book_is_no_password(client):
    body = json.dumps({"password": "x" * 20_000})
    assert client.generic("POST", URL, body, "application/json").status_code == 413


def test_it_is_limited(client):
    for _ in range(60):
        assert ask(client, "x").status_code == 200
    answer = ask(client, "x")
    assert answer.status_code == 429 and answer.headers["Retry-After"]


def test_it_is_asked_by_post(client):
    assert client.get(URL).status_code == 405


def test_the_score_grows_with_length_and_variety():
    nobody = User()
    assert strength_of("a" * 30 + "b", user=nobody).score == 2
    assert strength_of("twelve bright", user=nobody).score == 2
    assert strength_of("twelve bright o", user=nobody).score == 3
