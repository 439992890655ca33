"""Guessing passwords: five a minute for an e-mail, twenty for an address, exactly."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import Client

from accounts import hashers
from accounts.models import User
from accounts.tests.test_auth_api import LOGIN, assert_limited, post
from accounts.tests.test_limits import NOWHERE, at_once
from tests.security.test_timing import counted_hashes

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "198.51.100.1", "203.0.113.7"
WRONG = LOGIN | {"password": "not-hers-at-all"}


def by_api(body, *, address=HERE, **meta):
    client = Client(REMOTE_ADDR=address, **meta)
    return post(client, "login", body)


def by_page(body, *, address=HERE, **meta):
    client = Client(REMOTE_ADDR=address, **meta)
    return client.post("/accounts/login/", {"login": body["email"], "password": body["password"]})


@pytest.fixture(params=["redis", "process"])
def _both_counters(request, settings):
    if request.param == "process":
        settings.REDIS_URL = NOWHERE


@pytest.mark.usefixtures("_both_counters")
def test_the_sixth_wrong_password_is_429_and_the_right_one_works_from_elsewhere(alice):
    assert [by_api(WRONG).status_code for _ in range(5)] == [401] * 5
    assert_limited(by_api(WRONG), 5)
    assert_limited(by_api(LOGIN), 5)
    assert by_api(LOGIN, address=ELSEWHERE).status_code == 200
    assert by_page(LOGIN, address=ELSEWHERE).status_code == 302
    assert_limited(by_api(LOGIN), 5)


def test_page_and_api_share_one_count(alice):
    for door in (by_api, by_page, by_api, by_page, by_api):
        assert door(WRONG).status_code in {200, 401}
    page = by_page(LOGIN)
    assert page.status_code == 429
    assert page.headers["X-RateLimit-Limit"] == "5"
    assert page.headers["Retry-After"] == page.headers["X-RateLimit-Reset"]
    assert LOGIN["password"].encode() not in page.content


def test_elsewhere_has_one_try_a_minute_once_the_e_mail_is_closed(alice):
    for _ in range(5):
        by_api(WRONG)
    assert by_api(WRONG, address=ELSEWHERE).status_code == 401
    assert by_api(LOGIN, address=ELSEWHERE).status_code == 429
    assert by_api(LOGIN, address="203.0.113.8").status_code == 200


def test_right_passwords_are_not_counted(alice):
    assert [by_api(LOGIN).status_code for _ in range(30)] == [200] * 30


def test_an_address_has_twenty_failures_whatever_the_e_mail(alice):
    for number in range(20):
        assert by_api(WRONG | {"email": f"{number}@example.com"}).status_code == 401
    assert_limited(by_api(LOGIN), 20)
    assert by_api(LOGIN, address=ELSEWHERE).status_code == 200


def test_the_case_of_an_e_mail_makes_no_new_one(alice):
    for email in ("alice@example.com", "ALICE@example.com", " Alice@Example.Com ") * 2:
        last = by_api(WRONG | {"email": email})
    assert_limited(last, 5)


def test_the_networks_of_one_home_are_one_address(alice):
    for number in range(5):
        by_api(WRONG, address=f"2001:db8:1:2::{number}")
    assert_limited(by_api(LOGIN, address="2001:db8:1:2:ffff::1"), 5)
    assert by_api(LOGIN, address="2001:db8:1:3::1").status_code == 200


def test_forged_forwarding_changes_nothing(alice):
    for number in range(5):
        by_api(WRONG, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert_limited(by_api(LOGIN, HTTP_X_FORWARDED_FOR=ELSEWHERE), 5)


def test_a_trusted_proxy_speaks_for_its_visitors(alice, settings):
    settings.TRUSTED_PROXIES = [f"{HERE}/32"]
    for number in range(5):
        # What a visitor writes herself stands left of what the proxy adds.
        forged = f"192.0.2.{number}, {ELSEWHERE}"
        by_api(WRONG, HTTP_X_FORWARDED_FOR=forged)
    assert_limited(by_api(LOGIN, HTTP_X_FORWARDED_FOR=ELSEWHERE), 5)
    assert by_api(LOGIN, HTTP_X_FORWARDED_FOR="203.0.113.99").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", [by_api, by_page])
@pytest.mark.usefixtures("_both_counters")
def test_of_fifty_at_once_five_reach_the_hash(alice, monkeypatch, door):
    hashes = counted_hashes(monkeypatch)

    def attempt(_number):
        try:
            return door(WRONG).status_code
        finally:
            connection.close()

    answers = at_once(50, attempt)
    assert len(hashes) == 5
    assert answers.count(429) == 45 and 503 not in answers


# --- The gate ----------------------------------------------------------------------


def test_at_most_two_hashes_run_at_once(monkeypatch):
    running, most = set(), []
    encode = PBKDF2PasswordHasher().encode

    def slow(self, password, salt):
        running.add(password)
        most.append(len(running))
        encode(password, "salt", iterations=60_000)
        running.discard(password)
        return f"md5${salt}$x"

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", slow)
    hasher = hashers.QuickHasher()
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda number: hasher.encode(str(number), "salt"), range(12)))
    assert max(most) == 2 and len(most) == 12


def test_a_door_that_is_crowded_says_so_and_forgets_the_try(alice, monkeypatch):
    gate = hashers.Gate(places=1, patience=0.05)
    monkeypatch.setattr(hashers, "gate", gate)
    gate._places.acquire()
    for _ in range(7):
        crowded = by_api(LOGIN)
        assert (crowded.status_code, crowded.json()["code"]) == (503, "busy")
        assert int(crowded.headers["Retry-After"]) > 0
    page = by_page(LOGIN)
    assert page.status_code == 503 and b"try again" in page.content
    gate._places.release()
    assert by_api(LOGIN).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_who_waits_at_the_gate_holds_no_database_connection(alice):
    gate = hashers.Gate(places=1, patience=0.05)
    gate._places.acquire()
    User.objects.count()
    with pytest.raises(hashers.Busy), gate.open():
        pass
    assert connection.connection is None


def test_passwords_are_argon2id():
    encoded = hashers.Argon2Hasher().encode("a-password", "some-salt-of-16b")
    assert encoded.startswith("argon2$argon2id$v=19$m=65536,t=3,p=4$")
    assert hashers.Argon2Hasher().verify("a-password", encoded)
    assert not hashers.Argon2Hasher().verify("another", encoded)
