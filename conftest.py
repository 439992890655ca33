"""The cast of every test: Alice owns, Bob is a stranger, Carol is staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from hypothesis import settings as properties

from accounts.models import User
from nexus.lib import effects, limits, live

redis_server = redis.Redis.from_url(settings.REDIS_URL)
# Every client of a test builds the middleware anew; listing all static files each time is half of a
# small test. The sites that browsers meet are processes of their own and list them.
settings.WHITENOISE_AUTOREFRESH = True
# A property holds or not; how long an example takes is the affair of the machine.
properties.register_profile("unhurried", parent=properties(), deadline=None)
properties.load_profile("unhurried")
NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """No test inherits what another has used up, or set going."""
    cache.clear()
    limits.local.clear()
    limits.breaker.reset()
    live.breaker.reset()
    if counted := redis_server.keys(f"{settings.LIVE_PREFIX}:limit:*"):
        redis_server.delete(*counted)
    yield
    # A letter still on its way would lie in the next test's box.
    effects.drain(20)


@pytest.fixture
def alice(db: None) -> User:
    # Her zone is chosen, so that no page of hers tells the server the browser's on the side.
    return User.objects.create_user(
        "alice@example.com", "alice-writes-books", username="Alice", has_chosen_time_zone=True
    )


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob@example.com", "bob-writes-poems", username="Bob")


@pytest.fixture
def carol(db: None) -> User:
    return User.objects.create_superuser("carol@example.com", "carol-keeps-house", username="Carol")


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """Return a browser in which the person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def as_alice(alice: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(alice)


@pytest.fixture
def as_bob(bob: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(bob)


@pytest.fixture
def as_carol(carol: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(carol)


@pytest.fixture
def anonymous() -> Client:
    return Client()
