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
N = 15
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
    """Return by how much the median of known e-mails is slower, measured in turns."""
    times = {known: [], "unknown": []}
    for number in range(n):
        for email in times:
            asked = f"nobody-{number}@example.com" if email == "unknown" else email
            times[email].append(timed(ask, asked))
    return median(times[known]) - median(times["unknown"])


@pytest.fixture
def _uncounted(settings, monkeypatch):
    """Count in the process alone, where each try can be forgotten at once."""
    monkeypatch.setattr(limits.Breaker, "is_open", True)


@pytest.mark.usefixtures("_real_hasher", "_uncounted")
@pytest.mark.parametrize("door", [by_api, by_page])
def test_sign_in_takes_as_long_for_the_unknown(db, door):
    alice = User.objects.create_user("alice@example.com", LOGIN["password"], username="Alice")
    by_api(alice.email)
    assert abs(gap(door, alice.email)) < CLOSE


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_uncounted")
def test_reset_takes_as_long_for_the_unknown(alice):
    page_reset(alice.email)
    assert abs(gap(page_reset, alice.email)) < CLOSE
    assert drain(20)
