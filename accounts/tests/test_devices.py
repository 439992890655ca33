"""Where a writer is signed in: listed, ended, and told of when it is new."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.devices import device_name
from accounts.models import Session, User
from nexus.lib.effects import drain

PASSWORD = "alice-writes-books"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
API = "/api/v1/auth/sessions"


def sign_in(user_agent=FIREFOX, ip="192.0.2.1", email="alice@example.com", password=PASSWORD):
    client = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=ip)
    form = {"login": email, "password": password}
    assert client.post("/accounts/login/", form).status_code == 302
    return client


def public_id(client):
    return Session.objects.get(session_key=client.cookies["session_id"].value).public_id


def is_in(client):
    return client.get("/settings/").status_code == 200


# --- Names --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Windows"),
        (CHROME + " Edg/138.0.0.0", "Edge on Windows"),
        (PHONE, "Safari on iPhone"),
        (PHONE.replace("Version/18.5", "CriOS/138.0"), "Chrome on iPhone"),
        (PHONE.replace("iPhone; CPU iPhone", "iPad; CPU"), "Safari on iPad"),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/138 Mobile",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18 Safari/605", "Safari on macOS"),
        ("HTTPie/3.2.4", "HTTPie"),
        ("curl/8.5.0", "curl"),
        ("python-requests/2.32", "python-requests"),
        ("Quill", "Quill"),
        ("Mozilla/5.0 (compatible)", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
        ("x" * 300, "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_has_a_short_name(user_agent, name):
    assert device_name(user_agent) == name


# --- The API ------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_list_tells_devices_apart_and_never_a_key(alice, bob, signed_in):
    signed_in(bob)
    here, there = sign_in(), sign_in(CHROME, "192.0.2.2")
    answer = here.get(API)
    rows = {row["device"]: row for row in answer.json()["sessions"]}
    assert set(rows) == {"Firefox on Linux", "Chrome on Windows"}
    assert rows["Firefox on Linux"] | {"created_at": 0, "last_seen_at": 0, "expires_at": 0} == {
        "id": str(public_id(here)),
        "device": "Firefox on Linux",
        "user_agent": FIREFOX,
        "ip": "192.0.2.1",
        "kind": "short",
        "created_at": 0,
        "last_seen_at": 0,
        "expires_at": 0,
        "current": True,
    }
    assert not rows["Chrome on Windows"]["current"]
    for client in (here, there):
        assert client.cookies["session_id"].value.encode() not in answer.content


@pytest.mark.django_db
def test_the_list_costs_two_queries_however_long(alice, django_assert_num_queries):
    here = sign_in()
    with django_assert_num_queries(2):
        here.get(API)
    sign_in(CHROME), sign_in(PHONE)
    with django_assert_num_queries(2):
        assert len(here.get(API).json()["sessions"]) == 3


@pytest.mark.django_db
def test_expired_sessions_are_not_listed(alice):
    here, there = sign_in(), sign_in(CHROME)
    Session.objects.filter(public_id=public_id(there)).update(expire_date=timezone.now())
    assert [row["device"] for row in here.get(API).json()["sessions"]] == ["Firefox on Linux"]


@pytest.mark.django_db
def test_another_device_is_ended(alice):
    here, there = sign_in(), sign_in(CHROME)
    address = f"{API}/{public_id(there)}"
    assert here.delete(address).status_code == 204
    assert is_in(here) and not is_in(there)
    assert here.delete(address).status_code == 404


@pytest.mark.django_db
def test_ending_this_session_clears_its_cookie(alice):
    here = sign_in()
    answer = here.delete(f"{API}/{public_id(here)}")
    assert answer.status_code == 204
    assert answer.cookies["session_id"].value == ""
    assert not Session.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("slash", ["", "/"])
def test_all_others_are_ended(alice, bob, signed_in, slash):
    here, there, of_bob = sign_in(), sign_in(CHROME), signed_in(bob)
    answer = here.post(f"{API}/end-others{slash}")
    assert (answer.status_code, answer.json()) == (200, {"ended": 1})
    assert is_in(here) and is_in(of_bob) and not is_in(there)


@pytest.mark.django_db
def test_another_writers_session_is_as_absent_as_one_that_never_was(alice, as_bob):
    here = sign_in()
    for name in (public_id(here), uuid.uuid4(), "nonsense", "%00"):
        answer = as_bob.delete(f"{API}/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert is_in(here)


# --- The page -----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_lists_devices_with_this_one_first(alice):
    here, there = sign_in(), sign_in(CHROME, "192.0.2.2")
    is_in(there)
    answer = here.get("/settings/devices/")
    assert [row["name"] for row in answer.context["devices"]] == [
        "Firefox on Linux",
        "Chrome on Windows",
    ]
    assert answer.content.count(b"This device") == 1
    assert b"192.0.2.2" in answer.content
    assert there.cookies["session_id"].value.encode() not in answer.content


@pytest.mark.django_db
def test_the_page_ends_one_device_and_then_the_others(alice):
    here, one, other = sign_in(), sign_in(CHROME), sign_in(PHONE)
    answer = here.post(f"/settings/devices/{public_id(one)}/end/")
    assert answer.url == "/settings/devices/"
    assert b"Chrome on Windows is signed out." in here.get(answer.url).content
    assert is_in(other) and not is_in(one)
    here.post("/settings/devices/end-others/")
    assert is_in(here) and not is_in(other)
    assert b"only place" in here.get("/settings/devices/").content


@pytest.mark.django_db
def test_signing_this_device_out_from_the_page_ends_at_the_door(alice):
    here = sign_in()
    answer = here.post(f"/settings/devices/{public_id(here)}/end/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")
    assert not Session.objects.filter(user=alice).exists()


@pytest.mark.django_db
def test_the_page_does_not_know_another_writers_devices(alice, as_bob):
    here = sign_in()
    address = f"/settings/devices/{public_id(here)}/end/"
    assert as_bob.post(address).status_code == 404
    assert as_bob.get(address).status_code == 405
    assert b"Firefox" not in as_bob.get("/settings/devices/").content
    assert is_in(here)


# --- A letter for a new device ------------------------------------------------------


@pytest.fixture
def settled(transactional_db):
    """A writer whose account is a year old, so that a first visit is not her very first."""
    user = User.objects.create_user("alice@example.com", PASSWORD, username="Alice")
    User.objects.update(created_at=timezone.now() - timedelta(days=365))
    return user


def test_a_sign_in_from_a_new_device_is_told(settled, mailoutbox):
    sign_in(CHROME, "192.0.2.9")
    assert drain(20)
    [letter] = mailoutbox
    assert letter.to == [settled.email]
    assert letter.subject == "You signed in with Chrome on Windows"
    assert "192.0.2.9" in letter.body and "/settings/devices/" in letter.body
    assert letter.alternatives == []


def test_the_same_device_is_not_told_again_but_another_is(settled, mailoutbox):
    sign_in(CHROME, "192.0.2.9")
    sign_in(CHROME.replace("138", "139"), "192.0.2.9")
    assert drain(20)
    assert len(mailoutbox) == 1
    sign_in(FIREFOX, "192.0.2.9")
    sign_in(CHROME, "192.0.2.10")
    assert drain(20)
    assert len(mailoutbox) == 3


def test_a_sign_in_by_the_api_is_told_too(settled, mailoutbox, client):
    answer = client.post(
        "/api/v1/auth/login",
        {"email": settled.email, "password": PASSWORD},
        content_type="application/json",
        headers={"User-Agent": "HTTPie/3.2.4"},
    )
    assert answer.status_code == 200
    assert drain(20)
    assert mailoutbox[0].subject == "You signed in with HTTPie"


def test_who_does_not_want_letters_gets_none(settled, mailoutbox):
    settled.preferences.mail_new_device = False
    settled.preferences.save()
    sign_in()
    assert drain(20)
    assert not mailoutbox


def test_a_new_account_is_not_alarmed_by_its_own_first_visits(settled, mailoutbox):
    User.objects.update(created_at=timezone.now())
    sign_in()
    assert drain(20)
    assert not mailoutbox


def test_a_mail_server_that_is_away_keeps_nobody_out(settled, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert is_in(sign_in())
    assert drain(20)
