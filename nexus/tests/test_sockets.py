"""Who may open a socket: the site's own pages, and whose session it is."""

import pytest
from django.contrib.auth.models import AnonymousUser

from nexus.sockets import is_own_origin, refuse, same_origin_only, session_key, signed_in


def scope(*headers):
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return {"type": "websocket", "path": "/ws/live/", "headers": pairs}


def opened(origin, host="localhost:8000"):
    return scope(("host", host), ("origin", origin))


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8000", "localhost:8000"),
        ("http://LOCALHOST:8000", "localhost:8000"),
        ("http://localhost", "localhost"),
        ("http://localhost:80", "localhost"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
    ],
)
def test_the_sites_own_origin_is_let_in(origin, host):
    assert is_own_origin(opened(origin, host))


@pytest.mark.parametrize(
    "origin",
    [
        "https://localhost:8000",
        "http://localhost",
        "http://localhost:8001",
        "http://localhost.evil.example:8000",
        "http://evil.example",
        "http://user@evil.example:8000",
        "http://localhost:8000/path",
        "http://localhost:99999999",
        "http://[broken",
        "null",
        "",
        "http://localhost:8000, http://evil.example",
        "file://",
        "ws://localhost:8000",
    ],
)
def test_any_other_origin_is_refused(origin):
    assert not is_own_origin(opened(origin))


def test_a_missing_or_doubled_origin_is_refused():
    assert not is_own_origin(scope(("host", "localhost:8000")))
    twice = [("origin", "http://localhost:8000")] * 2
    assert not is_own_origin(scope(("host", "localhost:8000"), *twice))


def test_a_host_that_is_not_ours_is_refused_even_when_the_origin_agrees():
    assert not is_own_origin(opened("http://evil.example", "evil.example"))


async def test_a_refused_socket_is_closed_before_it_opens():
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    async def never(scope, receive, send):
        raise AssertionError

    await same_origin_only(never)(opened("http://evil.example"), receive, send)
    await refuse(opened("x"), receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"] * 2


@pytest.mark.parametrize("cookie", ["", "session_id", "other=1", "session_id=; a=b", 'x="; y'])
def test_no_session_cookie_means_no_key(cookie):
    assert session_key(scope(("cookie", cookie))) == ""


async def user_of(headers):
    seen = {}

    async def consumer(scope, receive, send):
        seen.update(scope)

    await signed_in(consumer)(scope(*headers), None, None)
    return seen["user"]


async def test_a_socket_without_a_session_is_nobodys():
    assert isinstance(await user_of([]), AnonymousUser)


@pytest.mark.django_db(transaction=True)
async def test_an_invented_session_is_nobodys():
    assert isinstance(await user_of([("cookie", "session_id=" + "a" * 32)]), AnonymousUser)


@pytest.mark.django_db(transaction=True)
def test_a_session_brings_its_writer(client, django_user_model):
    from asgiref.sync import async_to_sync

    writer = django_user_model.objects.create_user("w@example.com", "pw", username="W")
    client.force_login(writer, "allauth.account.auth_backends.AuthenticationBackend")
    cookie = f"a=b; session_id={client.cookies['session_id'].value}"
    assert async_to_sync(user_of)([("cookie", cookie)]) == writer
