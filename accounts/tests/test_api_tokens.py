"""Personal API tokens: made once, shown once, worth nothing when they should not be."""

import hashlib
import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import api_tokens
from accounts.models import ApiToken, User
from nexus.lib.errors import Conflict

pytestmark = pytest.mark.django_db
TOKENS = "/api/v1/auth/tokens"
PAGE = "/settings/tokens/"
NEW = {"name": "Backup", "scopes": ["read"]}


def make(user, *scopes, **values):
    return api_tokens.create(user, name="Backup", scopes=scopes or ("read",), **values)


def post(client, body, **headers):
    return client.post(TOKENS, body, content_type="application/json", headers=headers)


def me_with(client, secret):
    return client.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {secret}"})


def assert_worthless(client, secret):
    answer = me_with(client, secret)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


# --- The rules ------------------------------------------------------------------


def test_only_a_digest_of_the_secret_is_kept(alice):
    token, secret = make(alice, "read", "write")
    kept = ApiToken.objects.values().get()
    assert secret.startswith("nxp_") and len(secret) >= 4 + 43
    assert kept["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert kept["hint"] == secret[-4:]
    assert secret not in str(kept)
    assert token.expires_at is None


def test_scopes_are_kept_once_each(alice):
    token, _ = make(alice, "analytics", "read", "read")
    assert token.scopes == ["read", "analytics"]


def test_a_person_has_at_most_fifty(alice, bob):
    for _ in range(50):
        make(alice)
    with pytest.raises(Conflict):
        make(alice)
    make(bob)


@pytest.mark.django_db(transaction=True)
def test_the_fiftieth_is_made_once_however_many_ask(alice):
    for _ in range(49):
        make(alice)
    is_made = threading.Event()

    def make_slowly():
        with transaction.atomic():
            make(alice)
            is_made.set()
            time.sleep(0.3)
        connection.close()

    slow = threading.Thread(target=make_slowly)
    slow.start()
    assert is_made.wait(10)
    with pytest.raises(Conflict):
        make(alice)
    slow.join()
    assert ApiToken.objects.count() == 50


def test_a_token_is_looked_up_in_one_query(alice, django_assert_num_queries):
    _, secret = make(alice)
    ApiToken.objects.update(last_used_at=timezone.now())
    with django_assert_num_queries(1):
        credential = api_tokens.credential_for(secret)
        assert credential.user == alice and credential.user.preferences.theme == "system"
    assert (credential.session, credential.scopes) == (None, {"read"})


def test_its_last_use_is_written_once_a_minute(alice, django_assert_num_queries):
    token, secret = make(alice)
    for seconds, writes in ((None, 1), (45, 0), (61, 1)):
        used = seconds and timezone.now() - timedelta(seconds=seconds)
        ApiToken.objects.update(last_used_at=used)
        with django_assert_num_queries(1 + writes):
            api_tokens.credential_for(secret)
    token.refresh_from_db()
    assert timezone.now() - token.last_used_at < timedelta(seconds=45)


# --- What makes a token worthless -------------------------------------------------


def test_a_token_signs_its_writer_in(anonymous, alice):
    _, secret = make(alice, "analytics")
    assert me_with(anonymous, secret).json()["email"] == "alice@example.com"


def test_a_token_beats_the_cookie_that_came_along(as_bob, alice):
    _, secret = make(alice)
    assert me_with(as_bob, secret).json()["email"] == "alice@example.com"
    assert_worthless(as_bob, "nxp_nonsense")


@pytest.mark.parametrize("raw", ["nxp_", "nxp_x", "nxp_" + "x" * 5000, "nxp_\xe9\xff"])
def test_what_was_never_made_is_worth_nothing(anonymous, alice, raw):
    make(alice)
    assert_worthless(anonymous, raw)


def test_the_digest_is_no_token(anonymous, alice):
    token, _ = make(alice)
    assert_worthless(anonymous, f"nxp_{token.digest}")
    assert_worthless(anonymous, token.digest)


def test_an_expired_token_is_worth_nothing(anonymous, alice):
    token, secret = make(alice, expires_in_days=30)
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    assert me_with(anonymous, secret).status_code == 200
    ApiToken.objects.update(expires_at=timezone.now())
    assert_worthless(anonymous, secret)


def test_a_revoked_token_is_worth_nothing(anonymous, alice):
    token, secret = make(alice)
    api_tokens.revoke(token)
    assert_worthless(anonymous, secret)


@pytest.mark.parametrize("change", [{"is_active": False}, {"deleted_at": timezone.now()}])
def test_the_tokens_of_disabled_and_deleted_people_are_worth_nothing(anonymous, alice, change):
    _, secret = make(alice)
    User.objects.filter(pk=alice.pk).update(**change)
    assert_worthless(anonymous, secret)


def test_a_token_needs_no_origin(anonymous, alice):
    _, secret = make(alice, "write")
    headers = {"Authorization": f"Bearer {secret}", "Origin": "https://tool.example"}
    answer = anonymous.post(
        "/api/v1/stories", {"title": "Emma"}, content_type="application/json", headers=headers
    )
    assert answer.status_code == 201


def test_a_token_opens_no_page(anonymous, alice):
    _, secret = make(alice, "read", "write")
    answer = anonymous.get(PAGE, headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 302


# --- The API ----------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_new_token_is_answered_with_its_secret(client, as_alice, slash):
    body = NEW | {"name": "  Backup ", "expires_in_days": 90}
    answer = as_alice.post(TOKENS + slash, body, content_type="application/json")
    token = ApiToken.objects.get()
    assert answer.status_code == 201
    secret = answer.json().pop("token")
    assert {**answer.json(), "token": secret} == {
        "id": str(token.pk),
        "name": "Backup",
        "scopes": ["read"],
        "hint": secret[-4:],
        "created_at": answer.json()["created_at"],
        "last_used_at": None,
        "expires_at": answer.json()["expires_at"],
        "token": secret,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert me_with(client, secret).status_code == 200


def test_the_list_never_shows_a_secret(as_alice, alice, bob):
    first, secret = make(alice)
    second, _ = make(alice, "analytics")
    make(bob)
    answer = as_alice.get(TOKENS)
    assert [row["id"] for row in answer.json()["tokens"]] == [str(second.pk), str(first.pk)]
    assert answer.json()["next_cursor"] is None
    assert secret not in answer.text and first.digest not in answer.text


def test_the_list_comes_in_pages(as_alice, alice):
    made = [str(make(alice)[0].pk) for _ in range(3)]
    first = as_alice.get(f"{TOKENS}?limit=2").json()
    rest = as_alice.get(f"{TOKENS}?limit=2&cursor={first['next_cursor']}").json()
    found = [row["id"] for row in first["tokens"] + rest["tokens"]]
    assert found == made[::-1] and rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "bell\x07"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": None}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"scopes": ["admin"]}, "scopes.0"),
        ({"scopes": ["read", 1]}, "scopes.1"),
        ({"scopes": ["read"] * 4}, "scopes"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": 3651}, "expires_in_days"),
        ({"expires_in_days": "30"}, "expires_in_days"),
    ],
)
def test_the_shape_is_refused(as_alice, change, field):
    answer = post(as_alice, NEW | change)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not ApiToken.objects.exists()


def test_the_shape_comes_before_the_limit(as_alice, alice):
    for _ in range(50):
        make(alice)
    assert post(as_alice, NEW | {"scopes": ["admin"]}).status_code == 422
    answer = post(as_alice, NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_tokens")


def test_a_key_keeps_no_receipt_of_a_secret(as_alice):
    key = str(uuid.uuid4())
    first, second = (post(as_alice, NEW, **{"Idempotency-Key": key}) for _ in range(2))
    assert first.json()["token"] != second.json()["token"]


def test_revoking_ends_a_token_and_only_once(as_alice, anonymous, alice):
    token, secret = make(alice)
    assert as_alice.delete(f"{TOKENS}/{token.pk}").status_code == 204
    assert_worthless(anonymous, secret)
    assert as_alice.delete(f"{TOKENS}/{token.pk}").status_code == 404


def test_another_writers_token_stays(as_bob, anonymous, alice):
    token, secret = make(alice)
    assert as_bob.delete(f"{TOKENS}/{token.pk}").status_code == 403
    assert as_bob.delete(f"{TOKENS}/{uuid.uuid4()}").status_code == 404
    assert me_with(anonymous, secret).status_code == 200


def test_a_token_cannot_make_list_or_revoke_tokens(anonymous, alice):
    token, secret = make(alice, "read", "write", "analytics")
    bearer = {"Authorization": f"Bearer {secret}"}
    answers = [
        post(anonymous, NEW, **bearer),
        anonymous.get(TOKENS, headers=bearer),
        anonymous.delete(f"{TOKENS}/{token.pk}", headers=bearer),
    ]
    assert {(each.status_code, each.json()["code"]) for each in answers} == {
        (403, "insufficient_scope")
    }
    assert ApiToken.objects.count() == 1


# --- The page ---------------------------------------------------------------------


def test_the_page_shows_a_new_token_once(as_alice, anonymous):
    form = {"name": "Backup", "scopes": ["read", "analytics"], "expires_in_days": "30"}
    answer = as_alice.post(PAGE, form)
    secret = answer.context["secret"]
    assert answer.status_code == 200
    assert answer.text.count(secret) == 1
    assert "no-store" in answer.headers["Cache-Control"]
    assert secret not in str(answer.cookies) and secret not in str(answer.headers)
    token = ApiToken.objects.get()
    assert token.scopes == ["read", "analytics"] and token.expires_at is not None
    again = as_alice.get(PAGE)
    assert secret not in again.text
    for words in ("Backup", f"…{token.hint}", "Read everything, prose included", "never used"):
        assert words in again.text
    assert me_with(anonymous, secret).status_code == 200


def test_a_token_may_last_until_it_is_revoked(as_alice):
    as_alice.post(PAGE, {"name": "Backup", "scopes": ["read"], "expires_in_days": "0"})
    assert ApiToken.objects.get().expires_at is None
    assert "lasts until you revoke it" in as_alice.get(PAGE).text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "\x00"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"expires_in_days": "1"}, "expires_in_days"),
    ],
)
def test_the_form_says_what_is_wrong(as_alice, change, field):
    form = {"name": "Backup", "scopes": ["read"], "expires_in_days": "30"}
    answer = as_alice.post(PAGE, form | change)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not ApiToken.objects.exists()


def test_the_page_refuses_the_fifty_first(as_alice, alice):
    for _ in range(50):
        make(alice)
    answer = as_alice.post(PAGE, {"name": "One more", "scopes": ["read"], "expires_in_days": "30"})
    assert answer.status_code == 409
    assert "Please revoke one" in answer.text and ApiToken.objects.count() == 50


def test_names_are_shown_as_text(as_alice, alice):
    api_tokens.create(alice, name="<b>Bold</b>", scopes=["read"])
    assert "<b>Bold" not in as_alice.get(PAGE).text


def test_the_page_asks_before_it_revokes(as_alice, alice):
    token, _ = make(alice)
    address = f"{PAGE}{token.pk}/revoke/"
    assert address in as_alice.get(PAGE).text
    assert "Revoke “Backup”?" in as_alice.get(address).text and ApiToken.objects.exists()
    answer = as_alice.post(address, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "“Backup” is revoked." in answer.text and not ApiToken.objects.exists()


def test_another_writers_token_has_no_page(as_bob, alice):
    token, _ = make(alice)
    assert as_bob.get(f"{PAGE}{token.pk}/revoke/").status_code == 404
    assert as_bob.post(f"{PAGE}{token.pk}/revoke/").status_code == 404
    assert f"…{token.hint}" not in as_bob.get(PAGE).text and ApiToken.objects.exists()


def test_the_list_costs_the_same_however_long(as_alice, alice, django_assert_num_queries):
    make(alice)
    as_alice.get(PAGE)
    with django_assert_num_queries(2):
        as_alice.get(PAGE)
    for _ in range(5):
        make(alice)
    with django_assert_num_queries(2):
        as_alice.get(PAGE)
