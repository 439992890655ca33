"""A refresh token works once; one chain per session; a spent one ends everything."""

import threading
import time
from datetime import timedelta

import pytest
import structlog
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from accounts import tokens
from accounts.models import Session
from accounts.sessions import end_session
from accounts.tests.programs import log_in, me, post, refresh, with_cookies
from accounts.tests.threads import at_once

pytestmark = pytest.mark.django_db
LATER = timedelta(seconds=11)


@pytest.fixture
def program(alice):
    return log_in()


def pass_the_grace():
    row = Session.objects.get()
    Session.objects.update(refreshed_at=row.refreshed_at - LATER)


def assert_refused(answer):
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


# --- The chain --------------------------------------------------------------------


def test_a_refresh_token_gives_a_new_pair_of_the_same_session(program):
    answer = refresh(program["refresh_token"])
    pair = answer.json()
    assert answer.status_code == 200
    assert set(pair) == {
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "refresh_expires_in",
        "session_id",
    }
    assert pair["refresh_token"] != program["refresh_token"]
    assert (pair["session_id"], pair["token_type"]) == (program["session_id"], "bearer")
    assert pair["expires_in"] == 900
    assert me(pair["access_token"]).json()["email"] == "alice@example.com"


def test_a_chain_goes_on_for_many_links(program):
    token = program["refresh_token"]
    seen = {token}
    for _ in range(5):
        token = refresh(token).json()["refresh_token"]
        seen.add(token)
    assert len(seen) == 6 and Session.objects.get().refresh_generation == 5


def test_nothing_stored_is_a_token(program):
    row = Session.objects.get()
    stored = [str(value) for value in Session.objects.values().get().values()]
    mac = program["refresh_token"].rpartition(".")[2]
    assert not any(mac in value for value in stored)
    assert len(row.refresh_secret) == 64


def test_a_secret_from_the_database_alone_makes_no_token(program, settings):
    settings.SECRET_KEY = "another server's key, as long as it needs to be for anything"
    assert_refused(refresh(program["refresh_token"]))


# --- How long ---------------------------------------------------------------------


def test_each_use_gives_thirty_more_days_but_ninety_at_most(program):
    thirty, ninety = timedelta(days=30), timedelta(days=90)
    assert abs(program["refresh_expires_in"] - thirty.total_seconds()) <= 2
    born = timezone.now() - timedelta(days=20)
    Session.objects.update(created_at=born, expire_date=timezone.now() + timedelta(days=1))
    pair = refresh(program["refresh_token"]).json()
    assert abs(pair["refresh_expires_in"] - thirty.total_seconds()) <= 2
    born = timezone.now() - timedelta(days=80)
    Session.objects.update(created_at=born)
    pair = refresh(pair["refresh_token"]).json()
    assert abs(pair["refresh_expires_in"] - timedelta(days=10).total_seconds()) <= 2
    assert Session.objects.get().expire_date - born == ninety


def test_a_token_that_nobody_used_for_too_long_is_refused(program):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert_refused(refresh(program["refresh_token"]))


def test_the_token_of_a_session_that_ended_is_refused(program):
    end_session(Session.objects.get().public_id)
    assert_refused(refresh(program["refresh_token"]))


# --- Spent tokens -----------------------------------------------------------------


def assert_all_dead(cookie, *pairs):
    assert not Session.objects.exists()
    assert me(client=with_cookies(session_id=cookie)).status_code == 403
    for pair in pairs:
        assert me(pair["access_token"]).status_code == 401
        assert_refused(refresh(pair["refresh_token"]))


def test_a_spent_token_ends_its_family_and_everything_made_from_it(alice):
    client = Client()
    first = log_in(client)
    cookie = client.cookies["session_id"].value
    second = refresh(first["refresh_token"]).json()
    pass_the_grace()
    assert_refused(refresh(first["refresh_token"]))
    assert_all_dead(cookie, first, second)


def test_a_token_two_generations_old_ends_everything_within_the_grace(alice):
    client = Client()
    first = log_in(client)
    cookie = client.cookies["session_id"].value
    second = refresh(first["refresh_token"]).json()
    third = refresh(second["refresh_token"]).json()
    assert_refused(refresh(first["refresh_token"]))
    assert_all_dead(cookie, first, second, third)


@pytest.mark.parametrize("other", [{"User-Agent": "Thief/1"}, {"ip": "203.0.113.9"}])
def test_the_grace_is_the_same_clients_alone(program, other):
    refresh(program["refresh_token"])
    address = {"REMOTE_ADDR": other.pop("ip")} if "ip" in other else {}
    thief = Client(**address)
    assert_refused(refresh(program["refresh_token"], client=thief, **other))
    assert not Session.objects.exists()


def test_within_the_grace_the_same_client_gets_the_current_pair_again(program):
    one = refresh(program["refresh_token"]).json()
    two = refresh(program["refresh_token"]).json()
    assert one["refresh_token"] == two["refresh_token"]
    assert Session.objects.get().refresh_generation == 1
    assert me(two["access_token"]).status_code == 200
    assert refresh(two["refresh_token"]).status_code == 200


def test_other_sessions_of_the_writer_outlive_a_stolen_token(program):
    other = log_in()
    refresh(program["refresh_token"])
    Session.objects.filter(public_id=program["session_id"]).update(
        refreshed_at=timezone.now() - LATER
    )
    assert_refused(refresh(program["refresh_token"]))
    assert me(other["access_token"]).status_code == 200


def test_a_reuse_is_logged_without_any_secret(program):
    refresh(program["refresh_token"])
    pass_the_grace()
    with structlog.testing.capture_logs() as lines:
        refresh(program["refresh_token"])
    [line] = [line for line in lines if line["event"] == "refresh_token_reused"]
    assert line["session_id"] == program["session_id"]
    assert program["refresh_token"].rpartition(".")[2] not in str(lines)


# --- Forgeries --------------------------------------------------------------------


def test_a_forged_token_is_refused_and_ends_nothing(program):
    chain, generation, mac = program["refresh_token"].split(".")
    forged = [
        f"{chain}.{generation}.{mac[:-1]}{'0' if mac[-1] != '0' else '1'}",
        f"{chain}.1.{mac}",
        f"{chain}.00.{mac}",
        f"{chain}.{generation}.",
        f"{chain}.{generation}.{'0' * 64}",
        f"{'0' * 32}.{generation}.{mac}",
        f"{chain}.{'9' * 30}.{mac}",
        f"{chain.upper()}.{generation}.{mac}",
        program["access_token"],
        "garbage",
        "٣" * 32 + f".0.{mac}",
    ]
    for token in forged:
        assert_refused(refresh(token))
    assert refresh(program["refresh_token"]).status_code == 200


def test_a_session_without_a_chain_has_no_refresh_token(as_alice):
    row = Session.objects.get()
    assert row.refresh_secret == ""
    assert_refused(refresh(tokens._refresh_token(row, 0)))


@pytest.mark.parametrize("value", [5, [], {}, True, "x" * 5000, "a\0b"])
def test_the_shape_is_checked_first(db, value):
    assert post(Client(), "refresh", {"refresh_token": value}).status_code == 422


# --- Body, cookie, nothing ----------------------------------------------------------


@pytest.mark.parametrize("content_type", ["", "application/json", "text/plain"])
@pytest.mark.parametrize("path", ["refresh", "logout"])
def test_an_empty_body_is_fine_with_the_cookie(alice, content_type, path):
    client = Client()
    log_in(client)
    answer = client.generic("POST", f"/api/v1/auth/{path}", b"", content_type=content_type)
    assert answer.status_code == 200, answer.content


def test_the_cookie_is_renewed_by_each_refresh(alice):
    client = Client()
    log_in(client)
    before = client.cookies["refresh_token"].value
    for _ in range(3):
        assert refresh(client=client).status_code == 200
        assert client.cookies["refresh_token"].value != before
        before = client.cookies["refresh_token"].value
    assert me(client.cookies["access_token"].value).status_code == 200


def test_a_token_in_the_body_beats_the_cookie_and_leaves_it_alone(alice, bob):
    client = Client()
    log_in(client)
    theirs = log_in(email="bob@example.com", password="bob-writes-poems")
    mine = client.cookies["refresh_token"].value
    pair = refresh(theirs["refresh_token"], client=client).json()
    assert me(pair["access_token"]).json()["email"] == "bob@example.com"
    assert client.cookies["refresh_token"].value == mine


@pytest.mark.parametrize("body", [{}, {"refresh_token": ""}, {"refresh_token": None}])
def test_without_any_token_it_is_400(db, body):
    answer = post(Client(), "refresh", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "refresh_token_required")


def test_another_site_cannot_refresh_by_the_cookie(alice):
    client = Client()
    log_in(client)
    answer = refresh(client=client, Origin="https://evil.example")
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")
    assert Session.objects.get().refresh_generation == 0


def test_a_dead_access_token_does_not_bar_the_refresh(program):
    answer = refresh(program["refresh_token"], Authorization="Bearer expired")
    assert answer.status_code == 200


# --- All at once --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_tabs_at_once_stay_signed_in_with_one_chain(alice):
    program = log_in()
    answers = at_once(20, lambda _: refresh(program["refresh_token"]))
    assert {answer.status_code for answer in answers} == {200}
    [token] = {answer.json()["refresh_token"] for answer in answers}
    assert Session.objects.get().refresh_generation == 1
    assert all(me(answer.json()["access_token"]).status_code == 200 for answer in answers)
    assert refresh(token).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_a_thief_and_a_writer_at_once_nobody_keeps_the_session(alice):
    program = log_in()
    agents = [{"User-Agent": f"Client/{number % 2}"} for number in range(10)]
    at_once(10, lambda number: refresh(program["refresh_token"], **agents[number]))
    assert not Session.objects.exists()
    assert me(program["access_token"]).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_refresh_waits_for_the_one_before_it_and_sees_what_it_left(alice):
    program = log_in()
    is_held = threading.Event()

    def go_on_elsewhere():
        with transaction.atomic():
            row = Session.objects.select_for_update().get()
            is_held.set()
            time.sleep(0.3)
            row.refresh_generation, row.refreshed_at, row.refreshed_by = 1, timezone.now(), "else"
            row.save()
        connections.close_all()

    other = threading.Thread(target=go_on_elsewhere)
    other.start()
    assert is_held.wait(5)
    assert_refused(refresh(program["refresh_token"]))
    other.join()
