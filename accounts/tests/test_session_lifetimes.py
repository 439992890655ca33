"""How long a session lives, and what stays of it when its key changes."""

from datetime import datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.contrib.sessions.exceptions import SessionInterrupted
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import Session, User
from accounts.sessions import (
    SessionStore,
    end_all,
    end_others,
    end_session,
    expiry,
    start_session,
    store_for_public_id,
)
from accounts.tasks import discard_expired_sessions

pytestmark = pytest.mark.django_db
PASSWORD = "alice-writes-books"
SETTINGS = "/settings/"
NOON = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALMOST = timedelta(minutes=1)


def sign_in(client, **form):
    form = {"login": "alice@example.com", "password": PASSWORD} | form
    answer = client.post("/accounts/login/", form)
    assert answer.status_code == 302
    return answer


def only_row():
    return Session.objects.get()


def age(row, *, born, seen):
    """Make the row as old as said, as if it had been visited last at `seen`."""
    now = timezone.now()
    ends_at = expiry(row.kind, created_at=now - born, seen_at=now - seen)
    times = {"created_at": now - born, "last_seen_at": now - seen, "expire_date": ends_at}
    Session.objects.filter(pk=row.pk).update(**times)


def is_in(client):
    return client.get(SETTINGS).status_code == 200


@pytest.mark.parametrize(
    ("kind", "idle", "absolute"),
    [
        ("short", 12 * HOUR, 12 * HOUR),
        ("kept", 14 * DAY, 90 * DAY),
        ("program", 30 * DAY, 90 * DAY),
    ],
)
def test_each_kind_has_its_idle_and_its_absolute_end(kind, idle, absolute):
    assert expiry(kind, created_at=NOON, seen_at=NOON) == NOON + idle
    late = NOON + absolute - HOUR
    assert expiry(kind, created_at=NOON, seen_at=late) == NOON + absolute


def test_without_the_box_a_session_ends_with_the_browser_and_after_twelve_hours(client, alice):
    cookie = sign_in(client).cookies["session_id"]
    assert (cookie["max-age"], cookie["expires"]) == ("", "")
    row = only_row()
    assert row.kind == "short"
    assert abs(row.expire_date - row.created_at - 12 * HOUR) < ALMOST


def test_a_short_session_is_not_prolonged_by_visits(client, alice):
    sign_in(client)
    age(only_row(), born=11 * HOUR, seen=HOUR)
    ends_at = only_row().expire_date
    assert is_in(client)
    assert only_row().last_seen_at > timezone.now() - ALMOST
    assert abs(only_row().expire_date - ends_at) < ALMOST
    age(only_row(), born=12 * HOUR + ALMOST, seen=HOUR)
    assert not is_in(client)


def test_keep_me_signed_in_keeps_for_a_fortnight_after_each_visit(client, alice):
    cookie = sign_in(client, remember="on").cookies["session_id"]
    assert 89 * 86400 < cookie["max-age"] <= 90 * 86400
    row = only_row()
    assert row.kind == "kept"
    assert abs(row.expire_date - timezone.now() - 14 * DAY) < ALMOST
    age(row, born=20 * DAY, seen=13 * DAY)
    assert is_in(client)
    assert abs(only_row().expire_date - timezone.now() - 14 * DAY) < ALMOST


def test_a_kept_session_ends_when_nobody_came_for_a_fortnight(client, alice):
    sign_in(client, remember="on")
    age(only_row(), born=15 * DAY, seen=14 * DAY + ALMOST)
    assert not is_in(client)


def test_a_kept_session_ends_after_ninety_days_however_often_it_is_used(client, alice):
    sign_in(client, remember="on")
    age(only_row(), born=89 * DAY, seen=HOUR)
    assert is_in(client)
    assert abs(only_row().expire_date - timezone.now() - DAY) < ALMOST
    age(only_row(), born=90 * DAY + ALMOST, seen=HOUR)
    assert not is_in(client)


def test_a_visit_writes_once_in_five_minutes(client, alice, django_assert_num_queries):
    sign_in(client, remember="on")
    age(only_row(), born=DAY, seen=HOUR)
    with django_assert_num_queries(2):
        client.get("/api/v1/auth/me")
    with django_assert_num_queries(1):
        client.get("/api/v1/auth/me")


# --- Signing in -------------------------------------------------------------------


def test_a_planted_key_is_worth_nothing_after_the_sign_in(client, alice):
    store = SessionStore()
    store["planted"] = "yes"
    store.save()
    planted = store.session_key
    Session.objects.update(created_at=timezone.now() - 5 * HOUR)
    client.cookies["session_id"] = planted
    sign_in(client)
    assert client.cookies["session_id"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()
    assert abs(only_row().created_at - timezone.now()) < ALMOST
    attacker = Client()
    attacker.cookies["session_id"] = planted
    assert is_in(client) and not is_in(attacker)


def request_of(client):
    request = RequestFactory().get("/")
    request.session = SessionStore(client.cookies["session_id"].value)
    request.user = request.session.signed_in_user()
    return request


def test_starting_a_session_ends_the_one_before(as_alice, alice, bob):
    request = request_of(as_alice)
    before = only_row().public_id
    row = start_session(request, bob, kind=Session.Kind.PROGRAM)
    stored = only_row()
    assert (stored.pk, stored.user, stored.kind) == (row.pk, bob, "program")
    assert stored.public_id != before
    assert SessionStore(stored.session_key).signed_in_user() == bob


# --- The key changes, the session stays --------------------------------------------


def test_a_new_key_keeps_id_birth_and_refresh_chain(as_alice):
    born = timezone.now() - 3 * HOUR
    chain = {"refresh_secret": "s" * 43, "refresh_generation": 7}
    Session.objects.update(created_at=born, **chain)
    before = only_row()
    store = SessionStore(before.session_key)
    store.cycle_key()
    store.save()
    after = only_row()
    assert after.session_key == store.session_key != before.session_key
    assert (after.public_id, after.created_at) == (before.public_id, born)
    assert (after.refresh_secret, after.refresh_generation) == ("s" * 43, 7)
    assert SessionStore(after.session_key).signed_in_user() is not None
    assert SessionStore(before.session_key).signed_in_user() is None


def test_saving_does_not_turn_the_refresh_chain_back(as_alice):
    store = SessionStore(only_row().session_key)
    store["anything"] = 1
    Session.objects.update(refresh_generation=3)
    store.save()
    assert only_row().refresh_generation == 3


def test_a_session_that_was_ended_does_not_come_back_under_a_new_key(as_alice):
    store = SessionStore(only_row().session_key)
    assert store.signed_in_user()
    end_session(store.public_id)
    with pytest.raises(SessionInterrupted):
        store.cycle_key()
    assert not Session.objects.exists()


# --- By its public id ---------------------------------------------------------------


def test_a_session_is_found_by_its_public_id_in_one_query(
    as_alice, alice, django_assert_num_queries
):
    public_id = only_row().public_id
    with django_assert_num_queries(1):
        user = store_for_public_id(public_id).signed_in_user()
        assert user == alice
        assert user.preferences.idle_minutes == 5


def test_an_expired_or_unknown_public_id_finds_nothing(as_alice, alice):
    public_id = only_row().public_id
    Session.objects.update(expire_date=timezone.now() - ALMOST)
    assert store_for_public_id(public_id) is None
    assert store_for_public_id(alice.pk) is None


def test_ending_others_and_all_touches_one_person_only(alice, bob, signed_in):
    here, _there, of_bob = signed_in(alice), signed_in(alice), signed_in(bob)
    public_id = Session.objects.get(pk=here.cookies["session_id"].value).public_id
    assert end_others(alice, but=public_id) == 1
    assert is_in(here) and is_in(of_bob)
    assert end_all(alice) == 1
    assert not is_in(here) and is_in(of_bob)


def test_expired_rows_are_deleted_by_the_clock(alice, signed_in):
    gone, stays = signed_in(alice), signed_in(alice)
    key = gone.cookies["session_id"].value
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - ALMOST)
    discard_expired_sessions()
    assert only_row().session_key == stays.cookies["session_id"].value


def test_a_disabled_person_is_nobody_by_public_id(as_alice):
    User.objects.update(is_active=False)
    assert store_for_public_id(only_row().public_id).signed_in_user() is None


def test_the_box_is_remembered_through_the_second_step(client, alice):
    secret = generate_totp_secret()
    TOTP.activate(alice, secret)
    answer = sign_in(client, remember="on")
    before = client.cookies["session_id"].value
    step = int(timezone.now().timestamp()) // 30
    client.post(answer.url, {"code": format_hotp_value(hotp_value(secret, step))})
    assert is_in(client)
    assert only_row().kind == "kept"
    assert client.cookies["session_id"].value != before
    assert client.cookies["session_id"]["max-age"] > 89 * 86400
