"""Effects follow a commit, in order, and never reach the request."""

import threading
import time

import pytest
from django.db import transaction

from nexus.lib import effects
from nexus.lib.effects import Lane, after_commit, drain


class Rollback(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_an_effect_runs_after_the_commit_and_not_before():
    ran = threading.Event()
    with transaction.atomic():
        after_commit(ran.set)
        assert not ran.wait(0.1)
    assert ran.wait(20)


@pytest.mark.django_db(transaction=True)
def test_an_effect_of_a_rolled_back_transaction_never_runs():
    ran = threading.Event()
    with pytest.raises(Rollback), transaction.atomic():
        after_commit(ran.set)
        raise Rollback
    assert drain(20)
    assert not ran.is_set()


@pytest.mark.django_db(transaction=True)
def test_a_failing_effect_hurts_neither_the_request_nor_the_next_effect():
    ran = threading.Event()

    def fail():
        raise ValueError("no")

    with transaction.atomic():
        after_commit(fail)
        after_commit(ran.set)
    assert ran.wait(20)


@pytest.mark.django_db(transaction=True)
def test_a_slow_effect_does_not_delay_the_request():
    release = threading.Event()
    started = time.monotonic()
    with transaction.atomic():
        after_commit(release.wait, 30)
    assert time.monotonic() - started < 20
    assert not drain(0.05)
    release.set()
    assert drain(20)


@pytest.mark.django_db(transaction=True)
def test_one_lane_does_not_wait_for_another():
    release, ran = threading.Event(), threading.Event()
    after_commit(release.wait, 5)
    after_commit(ran.set, lane="live")
    assert ran.wait(20)
    release.set()
    assert drain(20)


def test_a_lane_keeps_its_order():
    lane, seen = Lane("test"), []
    for number in range(50):
        lane.put(seen.append, number)
    assert lane.drain(20)
    assert seen == list(range(50))


@pytest.fixture
def busy():
    """A lane with room for two, at work until it is let go."""
    lane, begun, release = Lane("test", length=2), threading.Event(), threading.Event()

    def work():
        begun.set()
        release.wait(20)

    lane.put(work)
    assert begun.wait(20)
    yield lane, release
    release.set()


def test_a_full_lane_drops_instead_of_growing_and_recovers(busy):
    lane, release = busy
    seen = []
    for number in range(3):
        lane.put(seen.append, number)
    assert not lane.drain(0.01)
    release.set()
    assert lane.drain(20)
    lane.put(seen.append, "later")
    assert lane.drain(20)
    assert seen == [0, 1, "later"]


def test_of_calls_with_one_key_that_wait_only_the_newest_is_made_in_the_firsts_place(busy):
    lane, release = busy
    seen = []
    lane.put(seen.append, "old", key="counts")
    lane.put(seen.append, "between")
    # There is room for it in a full lane.
    lane.put(seen.append, "new", key="counts")
    release.set()
    assert lane.drain(20)
    assert seen == ["new", "between"]


@pytest.mark.django_db(transaction=True)
def test_an_effect_that_used_the_database_gives_its_connection_back():
    from django.contrib.auth import get_user_model
    from django.db import connection

    after_commit(get_user_model().objects.count)
    assert drain(20)
    lane_connection = []
    effects._lane("work").put(lambda: lane_connection.append(connection.connection))
    assert drain(20)
    assert lane_connection == [None]
