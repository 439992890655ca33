"""Changing a password, and choosing a new one for a forgotten one, through both doors."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import passwords
from accounts.models import Session, User
from accounts.services import confirm_identity, keep_address
from nexus.lib.effects import drain
from nexus.lib.errors import Invalid, TooMany

OLD, NEW = "alice-writes-books", "a-brand-new-secret"
CHANGE = {"current_password": OLD, "new_password": NEW}


def post(client, path, body, **headers):
    address = f"/api/v1/auth/password/{path}"
    return client.post(address, body, content_type="application/json", headers=headers)


def is_in(client):
    return client.get("/settings/").status_code == 200


def can_sign_in(password, email="alice@example.com"):
    body = {"email": email, "password": password}
    answer = Client().post("/api/v1/auth/login", body, content_type="application/json")
    return answer.status_code == 200


def with_key(key):
    client = Client()
    client.cookies["session_id"] = key
    return client


def ended_meanwhile(execute, sql, params, many, context):
    """Let the writer sign out everywhere just after her refresh tokens were taken back."""
    answer = execute(sql, params, many, context)
    if sql.startswith('UPDATE "accounts_session" SET "refresh_secret"'):
        execute("DELETE FROM accounts_session", (), False, context)
    return answer


# --- Change -------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_session_ended_during_a_change_is_refused_and_the_password_is_new(as_alice):
    with connection.execute_wrapper(ended_meanwhile):
        answer = post(as_alice, "change", CHANGE)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_authenticated")
    assert can_sign_in(NEW)


@pytest.mark.django_db
def test_a_change_keeps_this_session_under_a_new_key_and_ends_the_others(
    as_alice, alice, bob, signed_in
):
    other, of_bob = signed_in(alice), signed_in(bob)
    key = as_alice.cookies["session_id"].value
    before = Session.objects.get(pk=key)
    answer = post(as_alice, "change", CHANGE)
    assert answer.status_code == 200
    assert answer.cookies["session_id"].value not in {"", key}
    after = Session.objects.get(user=alice)
    assert (after.public_id, after.created_at) == (before.public_id, before.created_at)
    assert is_in(as_alice) and is_in(of_bob)
    assert not is_in(other) and not is_in(with_key(key))
    assert can_sign_in(NEW) and not can_sign_in(OLD)


@pytest.mark.django_db
def test_the_page_of_a_change_leads_back_and_says_what_happened(as_alice, alice, signed_in):
    other = signed_in(alice)
    form = {"oldpassword": OLD, "password1": NEW, "password2": NEW}
    answer = as_alice.post("/accounts/password/change/", form, follow=True)
    assert answer.redirect_chain == [("/settings/security/", 302)]
    assert "Your new password is kept. Everywhere else" in answer.content.decode()
    assert not is_in(other)


@pytest.mark.django_db
def test_tokens_of_this_session_stay_good_and_those_of_others_die(alice):
    def signed_in_program():
        body = {"email": alice.email, "password": OLD}
        answer = Client().post("/api/v1/auth/login", body, content_type="application/json")
        return answer.json()

    def bearer(tokens):
        return {"Authorization": f"Bearer {tokens['access_token']}"}

    def refreshed(tokens):
        body = {"refresh_token": tokens["refresh_token"]}
        return Client().post("/api/v1/auth/refresh", body, content_type="application/json")

    first, second = signed_in_program(), signed_in_program()
    here, there = bearer(first), bearer(second)
    answer = post(Client(), "change", CHANGE, **here)
    assert answer.status_code == 200
    # Whoever copied the refresh token of before does not keep it through the change.
    assert refreshed(first).status_code == refreshed(second).status_code == 401
    assert refreshed(answer.json()).status_code == 200
    assert Client().get("/api/v1/auth/me", headers=here).status_code == 200
    assert Client().get("/api/v1/auth/me", headers=there).status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (CHANGE | {"current_password": "not-hers-at-all"}, "current_password", "wrong_password"),
        (CHANGE | {"new_password": "short"}, "new_password", "weak_password"),
        (CHANGE | {"new_password": "alice@example.com"}, "new_password", "weak_password"),
        (CHANGE | {"new_password": None}, "new_password", "invalid"),
    ],
)
def test_a_wrong_or_weak_password_changes_nothing(as_alice, alice, signed_in, body, field, code):
    other = signed_in(alice)
    answer = post(as_alice, "change", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert {error["field"] for error in answer.json()["errors"]} == {field}
    assert is_in(as_alice) and is_in(other) and can_sign_in(OLD)


@pytest.mark.django_db
def test_guessing_the_current_password_is_limited(as_alice, alice):
    wrong = CHANGE | {"current_password": "not-hers-at-all"}
    assert {post(as_alice, "change", wrong).status_code for _ in range(10)} == {422}
    answer = post(as_alice, "change", CHANGE)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert not can_sign_in(NEW)


@pytest.mark.django_db
def test_both_doors_share_the_limit(as_alice, alice):
    form = {"oldpassword": "not-hers-at-all", "password1": NEW, "password2": NEW}
    for _ in range(5):
        assert as_alice.post("/accounts/password/change/", form).status_code in {200, 422}
        assert post(as_alice, "change", CHANGE | {"current_password": "x"}).status_code == 422
    answer = as_alice.post("/accounts/password/change/", form | {"oldpassword": OLD})
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert not can_sign_in(NEW)


@pytest.mark.django_db
def test_the_page_keeps_this_session_under_a_new_key_and_deletes_the_others(
    as_alice, alice, signed_in
):
    signed_in(alice)
    before = Session.objects.get(pk=as_alice.cookies["session_id"].value)
    form = {"oldpassword": OLD, "password1": NEW, "password2": NEW}
    assert as_alice.post("/accounts/password/change/", form).status_code == 302
    after = Session.objects.get()
    assert after.public_id == before.public_id
    assert after.session_key == as_alice.cookies["session_id"].value != before.session_key
    assert is_in(as_alice)


@pytest.mark.parametrize("door", ["api", "page"])
def test_a_letter_tells_of_the_change(transactional_db, signed_in, mailoutbox, door):
    alice = User.objects.create_user("alice@example.com", OLD, username="Alice")
    keep_address(alice)
    client = signed_in(alice)
    if door == "api":
        post(client, "change", CHANGE)
    else:
        form = {"oldpassword": OLD, "password1": NEW, "password2": NEW}
        client.post("/accounts/password/change/", form)
    assert drain(20)
    [letter] = mailoutbox
    assert (letter.to, letter.subject) == ([alice.email], "Your password was changed")
    assert "127.0.0.1" in letter.body and NEW not in letter.body
    assert letter.alternatives == []


# --- A forgotten password -------------------------------------------------------------


@pytest.fixture
def writer(transactional_db):
    """Committed, since letters are written in the background, by another connection."""
    user = User.objects.create_user("alice@example.com", OLD, username="Alice")
    keep_address(user)
    return user


def key_in(letter):
    return re.search(r"/accounts/password/reset/key/(\S+)/", letter.body).group(1)


def ask(client, email):
    answer = post(client, "reset", {"email": email})
    assert drain(20)
    return answer


def test_known_and_unknown_addresses_get_the_same_answer(client, writer, mailoutbox):
    known, unknown = ask(client, writer.email), ask(client, "nobody@example.com")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.status_code == 200 and not known.cookies
    assert [letter.to for letter in mailoutbox] == [[writer.email], ["nobody@example.com"]]
    assert key_in(mailoutbox[0])
    assert "/accounts/signup/" in mailoutbox[1].body


@pytest.mark.django_db
def test_asking_costs_no_query_and_no_letter_in_the_request(
    client, alice, mailoutbox, django_assert_num_queries
):
    with django_assert_num_queries(0):
        post(client, "reset", {"email": alice.email})
    assert not mailoutbox


@pytest.mark.parametrize("door", ["api", "page"])
@pytest.mark.parametrize("asked_at", ["api", "page"])
def test_a_mailed_key_works_once_at_either_door_and_ends_every_session(
    client, writer, signed_in, mailoutbox, asked_at, door
):
    browser = signed_in(writer)
    if asked_at == "api":
        ask(client, "Alice@Example.com")
    else:
        client.post("/accounts/password/reset/", {"email": "Alice@Example.com"})
        assert drain(20)
    key = key_in(mailoutbox[0])
    assert choose(client, key, door)
    assert not Session.objects.filter(user=writer).exists()
    assert not is_in(browser)
    assert can_sign_in(NEW) and not can_sign_in(OLD)
    assert not choose(client, key, "api") and not choose(Client(), key, "page")


def choose(client, key, door):
    """Choose the new password with a mailed key; return whether it was taken."""
    if door == "api":
        answer = post(client, "reset/confirm", {"token": key, "password": NEW})
        assert answer.status_code in {200, 400}
        return answer.status_code == 200
    first = client.get(f"/accounts/password/reset/key/{key}/")
    if first.status_code != 302:
        return False
    return client.post(first.url, {"password1": NEW, "password2": NEW}).status_code == 302


def test_who_resets_in_the_browser_she_is_signed_in_with_is_signed_out_there_too(writer, signed_in):
    browser = signed_in(writer)
    assert choose(browser, passwords.reset_key(writer), "page")
    assert not Session.objects.filter(user=writer).exists()
    assert not is_in(browser)


def test_a_letter_tells_of_the_reset(client, writer, mailoutbox):
    choose(client, passwords.reset_key(writer), "api")
    assert drain(20)
    assert [letter.subject for letter in mailoutbox] == ["Your password was set anew"]


@pytest.mark.django_db
def test_a_key_is_good_for_a_day(client, alice, monkeypatch):
    key = passwords.reset_key(alice)
    tomorrow = timezone.now().replace(tzinfo=None) + timedelta(days=1, minutes=1)
    monkeypatch.setattr(passwords.default_token_generator, "_now", lambda: tomorrow)
    assert not choose(client, key, "api") and not choose(client, key, "page")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "token", ["nonsense", "-", "zz-abc-def", "{other}-{rest}", "{id}-", "{id}-abc-def", "\u00e9-x"]
)
def test_a_bad_key_is_400_and_on_the_page_used_up(client, alice, bob, token):
    _id, _, rest = passwords.reset_key(alice).partition("-")
    token = token.format(id=alice.pk.hex, other=bob.pk.hex, rest=rest)
    answer = post(client, "reset/confirm", {"token": token, "password": NEW})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_token")
    if re.fullmatch(r"[0-9A-Za-z]+-.+", token, re.ASCII):
        assert b"used up" in client.get(f"/accounts/password/reset/key/{token}/").content


@pytest.mark.django_db
def test_a_disabled_writers_key_is_worth_nothing(client, alice):
    key = passwords.reset_key(alice)
    User.objects.update(is_active=False)
    assert not choose(client, key, "api") and not choose(client, key, "page")


@pytest.mark.django_db
def test_a_weak_new_password_leaves_the_key_good(client, alice):
    key = passwords.reset_key(alice)
    answer = post(client, "reset/confirm", {"token": key, "password": "short"})
    assert (answer.status_code, answer.json()["code"]) == (422, "weak_password")
    assert choose(client, key, "api")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("reset", {}, {"email"}),
        ("reset", {"email": "no-address"}, {"email"}),
        ("reset/confirm", {}, {"token", "password"}),
        ("change", {}, {"current_password", "new_password"}),
    ],
)
def test_the_shape_is_refused_with_422(as_alice, path, body, fields):
    answer = post(as_alice, path, body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == fields


@pytest.mark.django_db
def test_resets_are_limited_per_address(client):
    asked = [post(client, "reset", {"email": f"w{n}@example.com"}) for n in range(11)]
    assert [answer.status_code for answer in asked] == [200] * 10 + [429]


# --- Once more, before something sensitive ---------------------------------------------


@pytest.mark.django_db
def test_the_password_confirms_who_it_is(alice):
    confirm_identity(alice, password=OLD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "field"),
    [({}, "password"), ({"password": "x"}, "password"), ({"code": "123456"}, "code")],
)
def test_anything_else_does_not(alice, given, field):
    with pytest.raises(Invalid) as refusal:
        confirm_identity(alice, **given)
    assert [error.field for error in refusal.value.errors] == [field]


@pytest.mark.django_db
def test_confirming_is_limited(alice):
    for _ in range(10):
        with pytest.raises(Invalid):
            confirm_identity(alice, password="not-hers-at-all")
    with pytest.raises(TooMany):
        confirm_identity(alice, password=OLD)
