"""Limits are exact, shared, and never depend on Redis being there."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from nexus.lib import limits

NOWHERE = "redis://127.0.0.1:1/0"


def take(key="alice", *, limit=5, seconds=60):
    return limits.take("test", key, limit=limit, seconds=seconds)


def at_once(count, act):
    gate = threading.Barrier(count)

    def begin(number):
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


@pytest.fixture(params=["redis", "process"])
def _both_counters(request, settings):
    if request.param == "process":
        settings.REDIS_URL = NOWHERE


@pytest.mark.usefixtures("_both_counters")
def test_tries_run_out_and_the_refusal_says_for_how_long():
    verdicts = [take() for _ in range(6)]
    assert [verdict.is_allowed for verdict in verdicts] == [True] * 5 + [False]
    assert [verdict.remaining for verdict in verdicts] == [4, 3, 2, 1, 0, 0]
    assert all(40 <= verdict.reset_in <= 60 for verdict in verdicts)


@pytest.mark.usefixtures("_both_counters")
def test_fifty_at_once_get_exactly_five_places():
    assert sum(verdict.is_allowed for verdict in at_once(50, lambda _: take())) == 5


@pytest.mark.usefixtures("_both_counters")
def test_a_place_given_back_is_free_again():
    for _ in range(5):
        take()
    limits.give_back("test", "alice")
    assert [take().is_allowed, take().is_allowed] == [True, False]


@pytest.mark.usefixtures("_both_counters")
def test_the_window_slides_and_refusals_do_not_prolong_it():
    assert take(limit=1, seconds=1).is_allowed
    started = time.monotonic()
    while not take(limit=1, seconds=1).is_allowed:
        assert time.monotonic() < started + 20
        time.sleep(0.05)
    assert time.monotonic() - started > 0.9


@pytest.mark.usefixtures("_both_counters")
def test_keys_and_names_are_counted_apart():
    take(limit=1)
    assert take("bob", limit=1).is_allowed
    assert limits.take("other", "alice", limit=1, seconds=60).is_allowed


def test_redis_keeps_no_address_and_forgets_by_itself(settings):
    take("alice@example.com")
    server = redis.Redis.from_url(settings.REDIS_URL)
    (key,) = server.keys(f"{settings.LIVE_PREFIX}:limit:*")
    assert b"alice" not in key
    assert 0 < server.pttl(key) <= 60_000


def test_a_dead_redis_is_asked_once_in_a_while(settings, silent_server):
    settings.REDIS_URL = silent_server
    take()
    assert limits.breaker.is_open
    started = time.monotonic()
    for number in range(200):
        take(str(number))
    # Asked each time, it would cost forty seconds of patience.
    assert time.monotonic() - started < 20


def test_a_redis_that_goes_away_halfway_begins_no_count_anew(settings):
    assert [take().is_allowed for _ in range(3)] == [True] * 3
    settings.REDIS_URL = NOWHERE
    assert [take().is_allowed for _ in range(3)] == [True, True, False]


def test_processes_share_one_count():
    for _ in range(3):
        take()
        # What another process has taken is known to Redis alone.
        limits.local.clear()
    assert [take().is_allowed for _ in range(3)] == [True, True, False]


def test_a_silent_redis_costs_little(settings, silent_server):
    settings.REDIS_URL = silent_server
    started = time.monotonic()
    assert take().is_allowed
    assert limits.PATIENCE <= 0.2
    assert time.monotonic() - started < 10


def test_the_process_forgets_the_oldest_rather_than_grow():
    counter = limits.LocalCounter(max_keys=3)
    for key in "abcd":
        counter.take(key, limit=1, seconds=60, at=0.0)
    assert counter.take("a", limit=1, seconds=60, at=1.0).is_allowed
    assert not counter.take("d", limit=1, seconds=60, at=1.0).is_allowed


@pytest.fixture
def silent_server():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
