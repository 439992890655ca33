"""A second step guards the account: codes of an app, each used once, and recovery codes."""

import re
import time
from datetime import UTC, datetime
from io import StringIO
from multiprocessing.pool import ThreadPool

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import mfa
from accounts.models import Session
from accounts.tests.otp import code_at, code_now
from nexus.lib.effects import drain

pytestmark = pytest.mark.django_db

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
PASSWORD = "alice-writes-books"
NOW = datetime(2026, 3, 11, 14, 0, 10, tzinfo=UTC)
LOGIN = "/accounts/login/"
STEP = "/accounts/2fa/authenticate/"


def guard(user, *, codes=True):
    """Give the person an app with the known secret, and recovery codes."""
    Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    return RecoveryCodes.activate(user).get_unused_codes() if codes else []


def confirm(client, password=PASSWORD):
    """Answer the question for the password that sensitive pages begin with."""
    return client.post("/accounts/reauthenticate/", {"password": password})


def sign_in(client, **values):
    return client.post(LOGIN, {"login": "alice@example.com", "password": PASSWORD, **values})


def is_signed_in(client):
    return client.get("/settings/").status_code == 200


# --- Codes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_tests_app_is_that_of_the_rfc(at, code):
    assert code_at(SECRET, at) == code


def test_a_code_is_good_once(alice):
    guard(alice)
    code = code_at(SECRET, NOW.timestamp())
    assert mfa.use_code(alice, code, at=NOW) is not None
    assert mfa.use_code(alice, code, at=NOW) is None


def test_a_used_code_stays_used_in_every_process(alice):
    guard(alice)
    code = code_at(SECRET, NOW.timestamp())
    assert mfa.use_code(alice, code, at=NOW)
    cache.clear()
    assert mfa.use_code(alice, code, at=NOW) is None


@pytest.mark.parametrize(("steps", "is_good"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_clocks_may_differ_by_half_a_minute(alice, steps, is_good):
    guard(alice)
    code = code_at(SECRET, NOW.timestamp() + 30 * steps)
    assert bool(mfa.use_code(alice, code, at=NOW)) == bool(is_good)


def test_an_older_code_is_not_good_after_a_newer_one(alice):
    guard(alice)
    newer, older = (code_at(SECRET, NOW.timestamp() + shift) for shift in (0, -30))
    assert mfa.use_code(alice, newer, at=NOW)
    assert mfa.use_code(alice, older, at=NOW) is None


@pytest.mark.parametrize("code", ["", "000000", "x", "١٢٣٤٥٦", "\x00", "9" * 300])
def test_nonsense_is_no_code(alice, code):
    guard(alice)
    assert not mfa.check_code(alice, code)


def test_a_recovery_code_is_used_up(alice):
    first, second, *_others = guard(alice)
    assert mfa.check_code(alice, first)
    assert not mfa.check_code(alice, first)
    assert mfa.check_code(alice, f" {second[:4]}-{second[4:]} ")
    assert mfa.second_steps(alice).codes_left == 8


def test_the_codes_of_one_writer_do_not_open_anothers_account(alice, bob):
    codes = guard(bob)
    assert not mfa.check_code(alice, codes[0])
    assert not mfa.check_code(alice, code_now(SECRET))


@pytest.mark.django_db(transaction=True)
def test_one_of_many_who_use_a_code_at_once_is_let_in(alice):
    guard(alice)
    code = code_at(SECRET, NOW.timestamp())

    def use(_number):
        try:
            return mfa.use_code(alice, code, at=NOW) is not None
        finally:
            connection.close()

    with ThreadPool(6) as pool:
        assert sorted(pool.map(use, range(6))) == [False] * 5 + [True]


def test_recovery_codes_alone_ask_for_nothing(alice):
    assert not mfa.is_required(alice)
    RecoveryCodes.activate(alice)
    assert not mfa.is_required(alice)
    guard(alice, codes=False)
    assert mfa.is_required(alice)


# --- Signing in -------------------------------------------------------------------


def test_the_password_alone_does_not_sign_in(client, alice):
    guard(alice)
    assert sign_in(client).url == STEP
    assert not is_signed_in(client)
    assert "One more step" in client.get(STEP).content.decode()


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_password_and_code_sign_in(client, alice, kind):
    codes = guard(alice)
    sign_in(client)
    code = code_now(SECRET) if kind == "app" else codes[3]
    assert client.post(STEP, {"code": code}).url == "/"
    assert is_signed_in(client)


def test_a_wrong_code_says_so_and_leaves_the_door_shut(client, alice):
    guard(alice)
    sign_in(client)
    answer = client.post(STEP, {"code": "000000"})
    assert "did not match" in answer.content.decode()
    assert not is_signed_in(client)


def test_a_code_used_by_another_sign_in_is_refused(client, alice):
    guard(alice)
    code = code_now(SECRET)
    assert mfa.check_code(alice, code)
    sign_in(client)
    client.post(STEP, {"code": code})
    assert not is_signed_in(client)


def test_the_page_says_when_codes_were_tried_too_often(client, alice):
    guard(alice)
    sign_in(client)
    for _try in range(10):
        client.post(STEP, {"code": "000000"})
    answer = client.post(STEP, {"code": code_now(SECRET)})
    assert "too often" in answer.content.decode()
    assert not is_signed_in(client)


def test_the_step_speaks_of_passkeys_only_to_whoever_has_one(client, alice):
    guard(alice)
    sign_in(client)
    page = client.get(STEP).content.decode()
    assert "Now show with a code that it is you." in page
    assert "passkey." not in page and "Use a passkey" not in page


def test_the_step_without_a_password_leads_back_to_the_door(client, alice):
    guard(alice)
    assert client.get(STEP).url == LOGIN
    assert client.post(STEP, {"code": code_now(SECRET)}).url == LOGIN


@pytest.mark.parametrize("change", ["password", "disabled"])
def test_a_first_step_counts_no_more_once_the_account_changed(client, alice, change):
    guard(alice)
    sign_in(client)
    alice.is_active = change != "disabled"
    if change == "password":
        alice.set_password("quite-another-secret")
    alice.save()
    assert client.post(STEP, {"code": code_now(SECRET)}).url == LOGIN
    assert not Session.objects.filter(user=alice).exists()
    assert client.get(STEP).url == LOGIN


@pytest.mark.parametrize(("box", "kind"), [({"remember": "on"}, "kept"), ({}, "short")])
def test_the_box_keep_me_signed_in_survives_the_second_step(client, alice, box, kind):
    guard(alice)
    sign_in(client, **box)
    client.post(STEP, {"code": code_now(SECRET)})
    assert Session.objects.get(user=alice).kind == kind
    assert bool(client.cookies["session_id"]["max-age"]) == (kind == "kept")


def test_the_key_changes_with_the_second_step(client, alice):
    guard(alice)
    sign_in(client)
    before = client.cookies["session_id"].value
    client.post(STEP, {"code": code_now(SECRET)})
    assert client.cookies["session_id"].value != before
    assert not Session.objects.filter(session_key=before).exists()


# --- The API ----------------------------------------------------------------------


def api_sign_in(client, **values):
    body = {"email": "alice@example.com", "password": PASSWORD, **values}
    return client.post("/api/v1/auth/login", body, content_type="application/json")


def test_the_api_asks_for_a_code_and_takes_the_right_one(client, alice):
    guard(alice)
    without = api_sign_in(client)
    assert (without.status_code, without.json()["code"]) == (401, "mfa_required")
    assert "session_id" not in client.cookies
    assert api_sign_in(client, code="000000").status_code == 401
    assert "session_id" not in client.cookies
    answer = api_sign_in(client, code=code_now(SECRET))
    assert (answer.status_code, answer.json()["username"]) == (200, "Alice")


def test_the_api_takes_a_recovery_code_once(client, alice):
    codes = guard(alice)
    assert api_sign_in(client, code=codes[0]).status_code == 200
    assert api_sign_in(client, code=codes[0]).status_code == 401


def test_a_wrong_password_never_tells_of_the_second_step(client, alice):
    guard(alice)
    answer = api_sign_in(client, password="not-her-password", code=code_now(SECRET))
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


# --- Setting it up ----------------------------------------------------------------


def set_up(client):
    """Go through the pages as a writer does, without a script; return secret and first code."""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'settings__secret">(\w+)<', page)[1]
    code = code_now(secret)
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert answer.url == "/accounts/2fa/recovery-codes/"
    return secret, code


@pytest.mark.django_db(transaction=True)
def test_an_app_is_set_up_with_its_first_code(as_alice, alice):
    confirm(as_alice)
    secret, code = set_up(as_alice)
    assert mfa.is_required(alice)
    assert drain(20)
    assert [letter.subject for letter in mail.outbox] == [
        "An authenticator app guards your account"
    ]
    assert not mfa.check_code(alice, code), "the code that set it up is used"
    assert mfa.check_code(alice, code_now(secret, steps=1))


def test_the_page_shows_picture_and_key(as_alice, alice):
    confirm(as_alice)
    page = as_alice.get("/accounts/2fa/totp/activate/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    assert "<script>" not in page and "style=" not in page


def test_a_wrong_first_code_turns_nothing_on(as_alice, alice):
    confirm(as_alice)
    as_alice.get("/accounts/2fa/totp/activate/")
    answer = as_alice.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "did not match" in answer.content.decode()
    assert not mfa.is_required(alice)


def test_recovery_codes_are_shown_downloaded_and_made_anew(as_alice, alice):
    codes = guard(alice)
    confirm(as_alice)
    page = as_alice.get("/accounts/2fa/recovery-codes/").content.decode()
    assert all(code in page for code in codes)
    file = as_alice.get("/accounts/2fa/recovery-codes/download/")
    assert file["Content-Disposition"].startswith("attachment")
    assert file.content.decode().split()[-10:] == codes
    as_alice.post("/accounts/2fa/recovery-codes/generate/")
    assert not mfa.check_code(alice, codes[0])
    assert mfa.second_steps(alice).codes_left == 10


def test_turning_the_app_off_takes_the_recovery_codes_along(as_alice, alice):
    guard(alice)
    confirm(as_alice)
    assert as_alice.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.filter(user=alice).exists()


def test_whoever_runs_the_studio_can_let_someone_in_who_lost_everything(client, alice, bob):
    guard(alice)
    guard(bob)
    call_command("forget_second_step", "Alice@example.com", stdout=StringIO())
    assert sign_in(client).url == "/"
    assert mfa.is_required(bob)
    with pytest.raises(CommandError):
        call_command("forget_second_step", "nobody@example.com")


# --- Asking once more -------------------------------------------------------------

SENSITIVE = [
    "/accounts/email/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/recovery-codes/generate/",
]


@pytest.mark.parametrize("page", SENSITIVE)
def test_sensitive_pages_ask_for_the_password_again(as_alice, page):
    answer = as_alice.get(page)
    assert answer.url.startswith("/accounts/reauthenticate/?next=")
    wrong = confirm(as_alice, "not-her-password")
    assert wrong.status_code == 200
    assert as_alice.get(page).status_code == 302
    confirm(as_alice)
    assert as_alice.get(page).status_code == 200


@pytest.mark.parametrize("page", ["", "download/"])
def test_recovery_codes_are_not_shown_without_asking(as_alice, alice, page):
    codes = guard(alice)
    answer = as_alice.get(f"/accounts/2fa/recovery-codes/{page}")
    assert answer.status_code == 302
    assert codes[0] not in answer.content.decode()


def test_who_has_just_signed_in_is_not_asked(client, alice, monkeypatch):
    sign_in(client)
    assert client.get("/accounts/email/").status_code == 200
    later = time.time() + 301
    monkeypatch.setattr(time, "time", lambda: later)
    assert client.get("/accounts/email/").url.startswith("/accounts/reauthenticate/")


def test_a_code_confirms_too(as_alice, alice):
    guard(alice)
    assert as_alice.post("/accounts/2fa/reauthenticate/", {"code": "000000"}).status_code == 200
    assert as_alice.get("/accounts/email/").status_code == 302
    as_alice.post("/accounts/2fa/reauthenticate/", {"code": code_now(SECRET)})
    assert as_alice.get("/accounts/email/").status_code == 200


# --- The page ---------------------------------------------------------------------


def test_the_security_page_tells_what_is_on(as_alice, alice):
    page = as_alice.get("/settings/security/").content.decode()
    assert "Set up an app" in page and "Recovery codes" not in page
    codes = guard(alice)
    assert mfa.check_code(alice, codes[0])
    page = as_alice.get("/settings/security/").content.decode()
    assert "9 of 10 left" in page and "Turn off" in page
    assert codes[1] not in page and SECRET not in page


def test_the_librarys_lists_lead_to_the_security_page(as_alice):
    for address in ("/accounts/2fa/", "/accounts/2fa/webauthn/"):
        assert as_alice.get(address).url == "/settings/security/"


def test_strangers_find_no_security_page(anonymous):
    for address in ("/settings/security/", "/accounts/email/"):
        assert anonymous.get(address).url.startswith(LOGIN)
