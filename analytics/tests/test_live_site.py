"""The live socket through the real server: cookie, origin, frames on the wire."""

import base64
import json
import os
import socket
import struct
import time

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from analytics import tasks
from analytics.models import WritingDay
from analytics.tests.builders import add_words, make_chapter
from nexus.lib.live import publish

TEXT, CLOSE, PING = 1, 8, 9


class Wire:
    """Just enough of the WebSocket protocol to be a browser."""

    def __init__(self, site, *, cookie="", origin=None, path="/ws/live/"):
        host, port = site.host.split(":")
        self.connection = socket.create_connection((host, int(port)), timeout=5)
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {site.host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Origin: {origin or site.url}",
            f"Cookie: {settings.SESSION_COOKIE_NAME}={cookie}",
        ]
        self.connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.stream = self.connection.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline() not in {b"\r\n", b""}:
            pass

    def frame(self):
        """Return the next frame's kind and content."""
        first, length = self.stream.read(2)
        if length == 126:
            (length,) = struct.unpack("!H", self.stream.read(2))
        return first & 15, self.stream.read(length)

    def hear(self, kind):
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            opcode, content = self.frame()
            if opcode == TEXT and json.loads(content)["type"] == kind:
                return json.loads(content)
        raise AssertionError(f"no {kind} was heard")

    def say(self, content: bytes, opcode=TEXT):
        mask = os.urandom(4)
        size = len(content)
        head = (
            struct.pack("!BB", 128 | opcode, 128 | size)
            if size < 126
            else struct.pack("!BBH", 128 | opcode, 254, size)
            if size < 65536
            else struct.pack("!BBQ", 128 | opcode, 255, size)
        )
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(content))
        self.connection.sendall(head + mask + masked)

    def close(self):
        self.stream.close()
        self.connection.close()


@pytest.fixture
def alice(transactional_db):
    return User.objects.create_user("alice@example.com", username="Alice")


@pytest.fixture
def cookie(alice):
    client = Client()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def wire(live_site):
    opened = []

    def open_wire(**options):
        opened.append(Wire(live_site, **options))
        return opened[-1]

    yield open_wire
    for each in opened:
        each.close()


def test_a_save_is_heard_on_the_wire(wire, alice, cookie):
    chapter = make_chapter(alice)
    window = wire(cookie=cookie)
    assert window.status == 101
    assert window.hear("hello")["user_id"] == str(alice.pk)
    add_words(chapter, 4, timezone.now(), typed=4)
    assert window.hear("counts")["today_words"] == 4


def test_a_save_is_rolled_up_by_the_worker(live_site, live_worker, alice, monkeypatch):
    monkeypatch.setattr(tasks, "COALESCE_SECONDS", 0)
    add_words(make_chapter(alice), 4, timezone.now(), typed=4)
    deadline = time.monotonic() + 60
    while not WritingDay.objects.filter(user=alice, story=None, typed=4).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_visitor_reads_why_she_was_closed(wire):
    window = wire()
    assert window.status == 101
    opcode, content = window.frame()
    assert (opcode, struct.unpack("!H", content[:2])[0]) == (CLOSE, 1008)


def test_another_origin_is_refused(wire, cookie):
    assert wire(cookie=cookie, origin="https://example.com").status == 403


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"x" * 70_000, b"[" * 60_000])
def test_no_frame_upsets_the_server(wire, cookie, content):
    window = wire(cookie=cookie)
    window.hear("hello")
    window.say(content)
    opcode, answer = window.frame()
    assert opcode == CLOSE or json.loads(answer)["type"] == "error"
    again = wire(cookie=cookie)
    assert again.hear("hello")


def test_a_window_that_does_not_read_is_dropped_without_hurting_another(wire, alice, cookie):
    asleep, awake = wire(cookie=cookie), wire(cookie=cookie)
    asleep.hear("hello"), awake.hear("hello")
    for number in range(300):
        publish(alice.pk, {"type": "job", "number": number, "filling": "x" * 60_000})
        assert awake.hear("job")["number"] == number
    time.sleep(7)
    publish(alice.pk, {"type": "job", "number": -1})
    assert awake.hear("job")["number"] == -1
    with pytest.raises((OSError, ValueError, struct.error)):
        while asleep.frame()[0] != CLOSE:
            pass
        asleep.frame()
