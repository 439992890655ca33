"""An answer takes as long for an e-mail that is known as for one that is not."""

import time
from statistics import median

import pytest
from django.test import Client

from accounts import hashers
from accounts.models import User
from accounts.tests.test_auth_api import LOGIN, post
from nexus.lib import limits
from nexus.lib.effects import drain

pytestmark = pytest.mark.django_db
WRONG = LOGIN | {"password": "not-hers-at-all"}
# The full measurement has n = 200; this many find a missing hash, which is ten times the limit.
N = 9
CLOSE = 0.010


def counted_hashes(monkeypatch):
    """Return a list that grows with every hash."""
    hashes = []
    encode = hashers.MD5PasswordHasher.encode

    def counted(self, password, salt):
        hashes.append(1)
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    return hashes


def by_api(email):
    return post(Client(), "login", WRONG | {"email": email})


def by_page(email):
    return Client().post("/accounts/login/", {"login": email, "password": WRONG["password"]})


@pytest.mark.parametrize("door", [by_api, by_page])
def test_every_wrong_sign_in_costs_one_hash(alice, bob, monkeypatch, door):
    User.objects.filter(pk=bob.pk).update(is_active=False)
    carol = User.objects.create_user("carol@example.com", None, username="Carol")
    hashes = counted_hashes(monkeypatch)
    for email in (alice.email, bob.email, carol.email, "nobody@example.com"):
        hashes.clear()
        door(email)
        assert len(hashes) == 1, email


@pytest.fixture
def _real_hasher(settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2Hasher"]
    monkeypatch.setattr(hashers.Argon2Hasher, "memory_cost", 16 * 1024)


def page_reset(email):
    return Client().post("/accounts/password/reset/", {"email": email})


def timed(ask, email):
    limits.local.clear()
    started = time.perf_counter()
    answer = ask(email)
    assert answer.status_code in {200, 302, 401}
    return time.perf_counter() - started


def gap(ask, known, n=N):
    """Return by how much a known e-mail is slower, in turns, and how long an unknown one takes."""
    pairs = [(timed(ask, known), timed(ask, f"nobody-{number}@example.com")) for number in range(n)]
    slower = median(mine - other for mine, other in pairs)
    return slower, median(other for _mine, other in pairs)


def assert_alike(ask, known):
    # A crowded machine varies by more than the limit; what is really slower is so each time.
    for _round in range(3):
        slower, usual = gap(ask, known)
        if abs(slower) < max(CLOSE, usual / 4):
            return
    raise AssertionError(f"{slower * 1000:.1f} ms slower for a known e-mail")


@pytest.fixture
def _uncounted(settings, monkeypatch):
    """Count in the process alone, where each try can be forgotten at once."""
    monkeypatch.setattr(limits.Breaker, "is_open", True)


@pytest.mark.usefixtures("_real_hasher", "_uncounted")
@pytest.mark.parametrize("door", [by_api, by_page])
def test_sign_in_takes_as_long_for_the_unknown(db, door):
    alice = User.objects.create_user("alice@example.com", LOGIN["password"], username="Alice")
    by_api(alice.email)
    assert_alike(door, alice.email)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_uncounted")
def test_reset_takes_as_long_for_the_unknown(alice):
    page_reset(alice.email)
    assert_alike(page_reset, alice.email)
    assert drain(20)
