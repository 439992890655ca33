"""Another site's page opens no socket in a writer's name: every address, every foreign origin."""

import uuid

import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator

from jobs.models import Job
from nexus.asgi import sockets
from nexus.lib.live import hub
from nexus.routing import websocket_urlpatterns

HOST = "localhost:8000"
FOREIGN = [
    None,
    "",
    "null",
    "https://evil.example",
    f"https://{HOST}",
    "http://localhost",
    "http://localhost:8001",
    "http://localhost.evil.example:8000",
    f"http://evil.example/{HOST}",
    f"http://{HOST}@evil.example",
    f"http://{HOST}, https://evil.example",
    "file://",
    "chrome-extension://abcdefghijklmnop",
]
ADDRESSES = ["/ws/live/", "/ws/tasks/{job}", "/ws/tasks/{other}", "/ws/", "/ws/nothing/"]


def test_every_route_is_among_the_addresses():
    patterns = [route.pattern.regex for route in websocket_urlpatterns]
    asked = [address.format(job="1", other="2").removeprefix("/") for address in ADDRESSES]
    assert all(any(regex.match(address) for address in asked) for regex in patterns)


async def opened(path, cookie, origin):
    """Say whether the studio accepts a socket that a browser opens from there."""
    headers = [(b"host", HOST.encode()), (b"cookie", cookie.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    communicator = WebsocketCommunicator(sockets, path, headers=headers)
    is_open, _protocol = await communicator.connect(timeout=30)
    await communicator.disconnect()
    await hub().stop()
    return is_open


@pytest.mark.django_db(transaction=True)
def test_no_address_opens_to_a_page_of_another_site(as_alice, alice):
    job = Job.objects.create(owner=alice, kind="import.read", title="One")
    cookie = f"session_id={as_alice.cookies['session_id'].value}"
    paths = [address.format(job=job.pk, other=uuid.uuid4()) for address in ADDRESSES]
    opens = async_to_sync(opened)
    for path in paths:
        for origin in FOREIGN:
            assert not opens(path, cookie, origin), (path, origin)
    # The studio's own pages are let in, to what there is.
    assert [opens(path, cookie, f"http://{HOST}") for path in paths] == [True] * 3 + [False] * 2
