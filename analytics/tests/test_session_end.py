"""When a session ends, however it ends, its open sockets close, and nobody else's do."""

import asyncio

import psycopg
import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import passwords, session_watch
from accounts.models import Session, User
from analytics.consumers import LiveConsumer
from nexus.lib.live import hub
from nexus.sockets import signed_in as session_door

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "alice-writes-books"
CLOSED = {"type": "websocket.close", "code": 1008}


class Browser:
    """A signed-in browser with one page open."""

    def __init__(self, user):
        self.pages = Client()
        self.pages.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        self.key = self.pages.cookies["session_id"].value
        self.public_id = Session.objects.get(pk=self.key).public_id

    def post(self, path, body=None):
        answer = self.pages.post(path, body or {}, content_type="application/json")
        assert answer.status_code < 300, answer.content

    async def open_page(self):
        door = session_door(LiveConsumer.as_asgi())
        headers = [(b"cookie", f"session_id={self.key}".encode())]
        self.socket = WebsocketCommunicator(door, "/ws/live/", headers)
        assert (await self.socket.connect())[0]
        assert (await self.socket.receive_json_from(3))["type"] == "hello"

    async def is_closed(self, seconds):
        # Waiting for output that does not come would end the consumer.
        if await self.socket.receive_nothing(seconds, interval=0.05):
            return False
        return await self.socket.receive_output() == CLOSED


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(session_watch, "PERIOD_SECONDS", 0.1)


@pytest.fixture
def people():
    """Alice here and on another device, and Bob."""
    alice = User.objects.create_user("alice@example.com", PASSWORD, username="Alice")
    bob = User.objects.create_user("bob@example.com", username="Bob")
    return Browser(alice), Browser(alice), Browser(bob)


@pytest.fixture
async def browsers(people):
    for browser in people:
        await browser.open_page()
    yield people
    for browser in people:
        await browser.socket.disconnect()
    await hub().stop()


def sign_out(here, there):
    there.post("/api/v1/auth/logout")


def end_from_the_list(here, there):
    assert here.pages.delete(f"/api/v1/auth/sessions/{there.public_id}").status_code == 204


def end_others(here, there):
    here.post("/api/v1/auth/sessions/end-others")


def change_the_password(here, there):
    body = {"current_password": PASSWORD, "new_password": "a-brand-new-secret"}
    here.post("/api/v1/auth/password/change", body)


def let_it_expire(here, there):
    Session.objects.filter(public_id=there.public_id).update(expire_date=timezone.now())


@pytest.mark.parametrize(
    "end", [sign_out, end_from_the_list, end_others, change_the_password, let_it_expire]
)
async def test_only_the_socket_of_the_ended_session_closes(quick, browsers, end):
    here, there, of_bob = browsers
    await sync_to_async(end)(here, there)
    assert await there.is_closed(30)
    assert not await here.is_closed(0.5)
    assert not await of_bob.is_closed(0.1)


def disable(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def set_a_password_elsewhere(user):
    user.set_password("set-by-an-administrator")
    user.save()


def reset_the_password(user):
    body = {"token": passwords.reset_key(user), "password": "a-brand-new-secret"}
    path = "/api/v1/auth/password/reset/confirm"
    assert Client().post(path, body, content_type="application/json").status_code == 200


@pytest.mark.parametrize("end", [disable, set_a_password_elsewhere, reset_the_password])
async def test_what_ends_every_session_closes_every_socket_of_the_person(quick, browsers, end):
    here, there, of_bob = browsers
    await sync_to_async(end)(await User.objects.aget(email="alice@example.com"))
    assert await here.is_closed(30) and await there.is_closed(30)
    assert not await of_bob.is_closed(0.5)


async def test_it_takes_no_longer_than_five_seconds(browsers):
    here, there, _of_bob = browsers
    assert session_watch.PERIOD_SECONDS <= 5 / 2
    await sync_to_async(end_others)(here, there)
    assert await there.is_closed(30)


def test_several_sockets_cost_one_query(people, django_assert_num_queries):
    with django_assert_num_queries(1):
        ids = [browser.public_id for browser in people]
        assert session_watch.ended_among(ids) == set()


async def test_the_watch_rests_when_the_last_socket_has_gone(quick, browsers):
    watch = session_watch.session_watch()
    assert not watch.is_resting
    for browser in browsers:
        await browser.socket.disconnect()
    await asyncio.sleep(0.5)
    assert watch.is_resting


async def test_a_database_that_is_away_closes_nobody(quick, browsers):
    here, there, _of_bob = browsers
    other = await psycopg.AsyncConnection.connect(**address_of_the_database())
    async with other:
        # Nobody can read sessions while another transaction holds the table.
        await other.execute("LOCK TABLE accounts_session IN ACCESS EXCLUSIVE MODE")
        assert not await there.is_closed(3)
        await other.rollback()
    await sync_to_async(end_others)(here, there)
    assert await there.is_closed(30)


def address_of_the_database():
    known = connection.get_connection_params()
    return {name: known[name] for name in ("dbname", "user", "host", "port") if known.get(name)}


async def test_a_socket_opened_without_a_session_is_not_watched():
    seen = {}

    async def consumer(scope, receive, send):
        seen.update(scope)

    await session_door(consumer)({"type": "websocket", "headers": []}, None, None)
    assert isinstance(seen["user"], AnonymousUser) and seen["session_id"] is None
