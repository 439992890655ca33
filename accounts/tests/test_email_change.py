"""Another e-mail address: used only once its own link was followed, and then at once everywhere."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts import email_change, services
from accounts.models import User
from accounts.tests.test_mfa import confirm
from nexus.lib.effects import drain
from nexus.lib.errors import Conflict

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/accounts/email/"
NEW = "munro@example.com"


@pytest.fixture
def asked(alice, as_alice):
    """Alice in front of the page, having said her password again."""
    services.keep_address(alice)
    confirm(as_alice)
    return as_alice


def letters():
    drain(20)
    return {letter.to[0]: letter for letter in mail.outbox}


def link_in(letter):
    return re.search(r"/accounts/email/confirm/\S+", letter.body)[0]


def api_sign_in(client, email, password="alice-writes-books"):
    body = {"email": email, "password": password}
    return client.post("/api/v1/auth/login", body, content_type="application/json").status_code


def test_nothing_changes_before_the_link_is_followed(asked, alice, anonymous):
    assert asked.post(PAGE, {"email": "Munro@Example.com"}).url == PAGE
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert NEW in asked.get("/settings/security/").content.decode()
    assert list(letters()) == [NEW]
    assert api_sign_in(anonymous, NEW) == 401
    assert api_sign_in(anonymous, "alice@example.com") == 200


def test_the_link_puts_the_new_address_in_use_and_frees_the_old(asked, alice, client, anonymous):
    asked.post(PAGE, {"email": NEW})
    link = link_in(letters()[NEW])
    assert client.get(link).status_code == 200
    assert User.objects.get().email == "alice@example.com", "looking is not confirming"
    client.post(link)
    alice.refresh_from_db()
    assert (alice.email, alice.is_verified) == (NEW, True)
    assert list(EmailAddress.objects.values_list("email", "primary", "verified")) == [
        (NEW, True, True)
    ]
    assert api_sign_in(anonymous, NEW) == 200
    assert api_sign_in(anonymous, "alice@example.com") == 401
    assert services.register(email="alice@example.com", password="a quiet desk by the sea")


def test_the_old_address_is_told(asked, client):
    asked.post(PAGE, {"email": NEW})
    client.post(link_in(letters()[NEW]))
    notice = letters()["alice@example.com"]
    assert notice.subject == "Your address was changed"
    assert NEW in notice.body


def test_a_link_works_once(asked, client):
    asked.post(PAGE, {"email": NEW})
    link = link_in(letters()[NEW])
    client.post(link)
    assert client.post(link).status_code == 404
    assert User.objects.get().email == NEW


def test_a_second_wish_replaces_the_first(asked, alice, client):
    asked.post(PAGE, {"email": "first@example.com"})
    first = link_in(letters()["first@example.com"])
    asked.post(PAGE, {"email": NEW})
    client.post(first)
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    assert email_change.pending_change(alice).email == NEW


def test_it_can_be_called_off(asked, alice, client):
    asked.post(PAGE, {"email": NEW})
    link = link_in(letters()[NEW])
    asked.post(PAGE, {"action_cancel": ""})
    assert email_change.pending_change(alice) is None
    client.post(link)
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_the_link_is_sent_again(asked):
    asked.post(PAGE, {"email": NEW})
    asked.post(PAGE, {"action_send": ""})
    drain(20)
    assert [letter.to for letter in mail.outbox] == [[NEW], [NEW]]


def test_an_address_not_confirmed_yet_stays_in_use_too(asked, alice, client):
    """The library would put the new one in its place at once."""
    assert not alice.is_verified
    asked.post(PAGE, {"email": NEW})
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    client.post(link_in(letters()[NEW]))
    alice.refresh_from_db()
    assert (alice.email, alice.is_verified) == (NEW, True)


@pytest.mark.parametrize("spoil", ["x{}", "{}x", "{}:"])
def test_a_forged_link_does_nothing(asked, alice, client, spoil):
    asked.post(PAGE, {"email": NEW})
    token = link_in(letters()[NEW]).split("/")[-2]
    assert client.post(f"/accounts/email/confirm/{spoil.format(token)}/").status_code == 404
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_a_link_lives_for_a_day(asked, alice, client, monkeypatch):
    asked.post(PAGE, {"email": NEW})
    link = link_in(letters()[NEW])
    tomorrow = time.time() + 24 * 3600 + 5
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    assert client.post(link).status_code == 404
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"


def test_no_password_is_reset_through_a_waiting_address(asked, anonymous):
    """It may be a typing mistake, and then another person's post."""
    asked.post(PAGE, {"email": NEW})
    assert set(letters()) == {NEW}
    anonymous.post("/accounts/password/reset/", {"email": NEW})
    drain(20)
    assert not any("/password/reset/key/" in letter.body for letter in mail.outbox)


def test_a_waiting_address_keeps_nobody_from_signing_up(asked, anonymous):
    asked.post(PAGE, {"email": NEW})
    services.register(email=NEW, password="a quiet desk by the sea")
    assert api_sign_in(anonymous, NEW, "a quiet desk by the sea") == 200


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("bob@example.com", "already an account"),
        ("BOB@example.com", "already an account"),
        ("alice@example.com", "your address already"),
        ("nonsense", "valid email"),
        ("", "required"),
        ("x" * 300 + "@example.com", "too long"),
        ("a\x00@example.com", "Null"),
    ],
)
def test_refuses_with_the_reason(asked, bob, wish, words):
    answer = asked.post(PAGE, {"email": wish})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert letters() == {}


def test_an_address_taken_meanwhile_is_refused_at_its_link(asked, alice, client):
    asked.post(PAGE, {"email": NEW})
    link = link_in(letters()[NEW])
    services.register(email=NEW, password="a quiet desk by the sea")
    assert client.post(link).status_code < 500
    alice.refresh_from_db()
    assert alice.email == "alice@example.com"
    with pytest.raises(Conflict):
        email_change.confirm_change(email_change.pending_change(alice))


def test_the_one_who_pays_attention_is_limited(asked):
    statuses = [asked.post(PAGE, {"email": f"a{n}@example.com"}).status_code for n in range(11)]
    assert statuses == [302] * 10 + [422]


def test_no_address_changes_without_the_password(as_alice, alice):
    answer = as_alice.post(PAGE, {"email": NEW})
    assert answer.url.startswith("/accounts/reauthenticate/")
    assert email_change.pending_change(alice) is None


def test_the_waiting_form_goes_through_after_the_password(as_alice, alice):
    """What was typed is not lost to the question in between."""
    answer = as_alice.post(PAGE, {"email": NEW})
    as_alice.post(answer.url, {"password": "alice-writes-books", "next": PAGE})
    assert email_change.pending_change(alice).email == NEW


def test_a_stranger_cannot_touch_it(anonymous, alice):
    assert anonymous.post(PAGE, {"email": NEW}).url.startswith("/accounts/login/")
    assert email_change.pending_change(alice) is None
