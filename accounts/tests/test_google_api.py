"""Signing in with Google through the API: only what Google signed, for us, and is still good."""

import base64
import hashlib
import hmac
import json
import threading
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from django.core.cache import cache
from django.db import connection

from accounts.google.identity import Identity, Refused, read_id_token
from accounts.google.people import person_for
from accounts.models import User
from accounts.tests.google_double import CLIENT_ID, GRACE, KEYS
from nexus.lib.effects import drain

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/google/callback"


def post(client, token, **more):
    return client.post(URL, {"id_token": token} | more, content_type="application/json")


# --- Who comes in -------------------------------------------------------------------


def test_a_new_person_gets_an_account_and_is_signed_in(google, client):
    answer = post(client, google.token())
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert (said["email"], said["username"]) == ("grace@example.com", "Grace Hopper")
    assert said["profile_img"] == GRACE["picture"]
    assert (said["is_verified"], said["role"], said["token_type"]) == (True, "user", "bearer")
    assert client.get("/api/v1/auth/me").json()["id"] == said["id"]
    bearer = {"Authorization": f"Bearer {said['access_token']}"}
    assert type(client)().get("/api/v1/auth/me", headers=bearer).json()["id"] == said["id"]
    user = User.objects.get()
    assert not user.has_usable_password() and user.emailaddress_set.get().verified


def test_she_is_known_by_her_number_and_not_by_her_address(google, client):
    first = post(client, google.token()).json()
    google.person["email"] = "grace@navy.example"
    assert post(client, google.token()).json()["id"] == first["id"]
    assert User.objects.get().email == "grace@example.com"


@pytest.mark.parametrize(
    ("claims", "username", "portrait"),
    [
        ({"name": ""}, "grace", GRACE["picture"]),
        ({"name": "G\x07race"}, "grace", GRACE["picture"]),
        ({"name": "é" * 300}, "é" * 100, GRACE["picture"]),
        ({"name": ["Grace"]}, "grace", GRACE["picture"]),
        ({"picture": "javascript:alert(1)"}, "Grace Hopper", ""),
        ({"picture": "https://[broken"}, "Grace Hopper", ""),
        ({"picture": "https://x.example/" + "a" * 500}, "Grace Hopper", ""),
    ],
)
def test_name_and_portrait_are_taken_as_far_as_they_are_good(
    google, client, claims, username, portrait
):
    said = post(client, google.token(**claims)).json()
    assert (said["username"], said["profile_img"]) == (username, portrait)


@pytest.mark.parametrize("word", [False, "true", "false", 1, None])
def test_an_address_google_has_not_verified_is_not_verified_here(google, client, word):
    assert post(client, google.token(email_verified=word)).json()["is_verified"] is False
    assert not EmailAddress.objects.get().verified


def test_an_unverified_address_waits_where_confirming_is_mandatory(
    google, client, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(client, google.token(email_verified=False))
    assert drain(20)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_verified")
    assert client.get("/api/v1/auth/me").status_code == 403
    assert [letter.to for letter in mailoutbox] == [["grace@example.com"]]


@pytest.mark.django_db(transaction=True)
def test_two_first_visits_at_once_make_one_account():
    identity, start, found = Identity(**GRACE), threading.Barrier(4), []

    def arrive():
        start.wait()
        found.append(person_for(identity).pk)
        connection.close()

    threads = [threading.Thread(target=arrive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    assert User.objects.count() == SocialAccount.objects.count() == 1


# --- Accounts that are there already ------------------------------------------------------


def test_an_account_is_joined_when_both_sides_have_verified_the_address(
    google, client, verified_alice, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(client, google.token(email="Alice@Example.com"))
    assert drain(20)
    assert answer.json()["id"] == str(verified_alice.pk)
    letters = [letter for letter in mailoutbox if "Google was connected" in letter.subject]
    assert [letter.to for letter in letters] == [["alice@example.com"]]
    verified_alice.refresh_from_db()
    assert verified_alice.check_password("alice-writes-books")
    assert verified_alice.username == "Alice"


@pytest.mark.parametrize(("here", "there"), [(False, True), (True, False), (False, False)])
def test_an_account_with_a_password_is_not_taken_over(google, client, verified_alice, here, there):
    User.objects.filter(pk=verified_alice.pk).update(is_verified=here)
    answer = post(client, google.token(email="alice@example.com", email_verified=there))
    assert (answer.status_code, answer.json()["code"]) == (401, "account_exists")
    assert "sign in with your password" in answer.json()["detail"]
    assert not SocialAccount.objects.exists() and "session_id" not in answer.cookies


def test_an_address_given_to_somebody_new_does_not_open_the_old_ones_account(
    google, client, verified_alice
):
    assert post(client, google.token(email="alice@example.com")).status_code == 200
    answer = post(client, google.token(email="alice@example.com", sub="99"))
    assert (answer.status_code, answer.json()["code"]) == (401, "account_exists")


@pytest.mark.parametrize("there", [True, False])
def test_a_verified_second_address_of_somebody_is_not_given_away(google, client, alice, there):
    EmailAddress.objects.create(user=alice, email=GRACE["email"], verified=True)
    answer = post(client, google.token(email_verified=there))
    assert answer.json()["code"] == "account_exists"
    assert User.objects.count() == 1


def test_disabled_people_are_refused(google, client):
    post(client, google.token())
    User.objects.update(is_active=False)
    answer = post(type(client)(), google.token())
    assert (answer.status_code, answer.json()["code"]) == (403, "disabled")


def test_the_second_step_is_asked_for(google, client, verified_alice):
    TOTP.activate(verified_alice, generate_totp_secret())
    code = RecoveryCodes.activate(verified_alice).get_unused_codes()[0]
    token = google.token(email="alice@example.com")
    answers = [post(client, token), post(client, token, code="nonsense")]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json()["code"] == "mfa_required"
    assert "session_id" not in answers[0].cookies and "access_token" not in answers[0].cookies
    assert post(client, token, code=code).status_code == 200


# --- Tokens that are refused --------------------------------------------------------------


def forged(google):
    """Return every token that must not sign anybody in, by what is wrong with it."""
    now = int(time.time())
    public = (
        KEYS[0]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    good = google.token()
    head, body, signature = good.split(".")
    other_body = google.token(email="alice@example.com").split(".")[1]
    plain = encoded({"alg": "none", "kid": "first"})
    deep = base64.urlsafe_b64encode(b"[" * 5000).decode()
    mac = {"alg": "HS256", "kid": "first"}
    return {
        "aud": google.token(aud="5678-other.apps.googleusercontent.com"),
        "aud list": google.token(aud=[CLIENT_ID, "other"]),
        "no aud": google.token(without=["aud"]),
        "iss": google.token(iss="https://accounts.example.com"),
        "no iss": google.token(without=["iss"]),
        "expired": google.token(exp=now - 60),
        "no exp": google.token(without=["exp"]),
        "not yet": google.token(iat=now + 600),
        "no sub": google.token(without=["sub"]),
        "empty sub": google.token(sub=""),
        "no email": google.token(without=["email"]),
        "bad email": google.token(email="grace"),
        "none": f"{plain}.{body}.",
        "stripped": f"{head}.{body}.",
        "hs256": hs256(mac, body, public),
        "hs256 no key": hs256(mac, body, b""),
        "rs512": google.token(algorithm="RS512"),
        "foreign key": google.token(key=KEYS[1]),
        "unknown kid": google.token(key=KEYS[1], kid="second"),
        "kid of another kind": f"{encoded({'alg': 'RS256', 'kid': 7})}.{body}.{signature}",
        "tampered": f"{head}.{other_body}.{signature}",
        "nonsense": "nonsense",
        "dots": "..",
        "deep": f"{deep}.{body}.{signature}",
        "letters": "é.ü.ß",
    }


def encoded(header):
    return base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()


def hs256(header, body, key):
    head = encoded(header)
    digest = hmac.new(key, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def test_forged_foreign_and_spent_tokens_are_401(google, client):
    for number, (name, token) in enumerate(forged(google).items()):
        client.defaults["REMOTE_ADDR"] = f"198.51.100.{number}"
        answer = post(client, token)
        assert (answer.status_code, answer.json()["code"]) == (401, "google_refused"), name
        assert "session_id" not in answer.cookies, name
    assert not User.objects.exists()


def test_half_a_character_is_refused_as_well(google):
    with pytest.raises(Refused):
        read_id_token("\ud800.e30.AAAA")


def test_googles_other_name_is_as_good(google, client):
    assert post(client, google.token(iss="accounts.google.com")).status_code == 200


@pytest.mark.parametrize("body", [{}, {"id_token": ""}, {"id_token": 5}, {"id_token": "a" * 9000}])
def test_a_body_without_a_token_is_422(google, client, body):
    assert client.post(URL, body, content_type="application/json").status_code == 422


# --- Google's keys ------------------------------------------------------------------------


def test_the_keys_are_asked_for_once_and_again_when_a_new_one_signs(google, client):
    for _ in range(3):
        assert post(client, google.token()).status_code == 200
    assert google.times_asked_for_keys == 1
    google.keys = {"second": KEYS[1]}
    assert post(client, google.token(key=KEYS[1], kid="second")).status_code == 200
    assert google.times_asked_for_keys == 2
    assert post(client, google.token()).status_code == 401


def test_made_up_keys_make_nobody_ask_google_all_day(google, client):
    for number in range(5):
        assert post(client, google.token(kid=f"made-up-{number}")).status_code == 401
    assert google.times_asked_for_keys == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("public, max-age=19800, must-revalidate", 19800),
        ("max-age=1", 60),
        ("max-age=999999999", 86400),
        ("no-cache", 300),
    ],
)
def test_the_keys_are_kept_as_long_as_google_says(google, client, header, seconds):
    google.cache_control = header
    post(client, google.token())
    left = cache._expire_info[cache.make_key("google-keys")] - time.time()
    assert seconds - 5 < left <= seconds


def test_when_google_is_away_the_answer_is_503_and_says_when(google, client):
    google.close()
    answer = post(client, google.token())
    assert (answer.status_code, answer.json()["code"]) == (503, "google_unreachable")
    assert int(answer.headers["Retry-After"]) > 0
    assert not User.objects.exists()


@pytest.mark.parametrize("answer", [[], {"keys": 5}, {"keys": [1]}, {"other": 1}, {"keys": [{}]}])
def test_keys_in_an_unknown_shape_are_503_or_401_and_never_500(google, client, answer):
    google.published = lambda: answer
    assert post(client, google.token()).status_code in {401, 503}


def test_a_google_that_does_not_answer_is_not_waited_for(google, client):
    given_up = threading.Event()
    google.published = lambda: given_up.wait(60)
    start = time.monotonic()
    assert post(client, google.token()).status_code == 503
    given_up.set()
    assert time.monotonic() - start < 30


# --- The call itself ----------------------------------------------------------------------


def test_without_a_client_id_it_is_not_configured(client, settings):
    answer = post(client, "token")
    assert (answer.status_code, answer.json()["code"]) == (503, "google_not_configured")


def test_tries_are_limited_by_address(google, client):
    answers = [post(client, "nonsense").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]


def test_another_sites_page_cannot_sign_a_browser_in(google, client):
    headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.post(
        URL, {"id_token": google.token()}, content_type="application/json", headers=headers
    )
    assert answer.json()["code"] == "cross_origin"
    assert "session_id" not in answer.cookies
