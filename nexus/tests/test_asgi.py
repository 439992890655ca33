"""The one thread hop: what a WSGI application sees, and what a client gets back."""

import asyncio
import threading
import time

import pytest

from nexus.asgi import http
from nexus.wsgi_bridge import WSGIBridge, build_environ


class Echo:
    """A WSGI application that records what it was asked and answers as told."""

    def __init__(self, chunks=(b"hello",), status="200 OK"):
        self.chunks, self.status = chunks, status
        self.environ, self.body, self.is_closed = None, None, False

    def __call__(self, environ, start_response):
        self.environ = environ
        self.body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response(self.status, [("X-Said", "é"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        return Closing(self)


class Closing:
    streaming = False

    def __init__(self, owner):
        self.owner = owner

    def __iter__(self):
        return iter(self.owner.chunks)

    def close(self):
        self.owner.is_closed = True


class Streaming(Echo):
    def __call__(self, environ, start_response):
        response = super().__call__(environ, start_response)
        response.streaming = True
        return response


def scope(method="GET", raw_path=b"/", headers=(), **values):
    return {
        "type": "http",
        "method": method,
        "path": raw_path.decode("ascii"),
        "raw_path": raw_path,
        "root_path": "",
        "query_string": b"",
        "headers": list(headers),
        "scheme": "http",
        "http_version": "1.1",
        "client": ["10.0.0.9", 4711],
        "server": ["127.0.0.1", 8000],
    } | values


async def call(application, asked, *messages, limit=1000):
    return await ask(WSGIBridge(application, threads=2, max_body_bytes=limit), asked, *messages)


async def ask(bridge, asked, *messages):
    waiting = list(messages) or [{"type": "http.request", "body": b""}]
    sent = []

    async def receive():
        return waiting.pop(0) if waiting else await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    await bridge(asked, receive, send)
    return sent


def body(*parts):
    return [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]


async def test_a_body_arrives_whole_with_its_real_length():
    echo = Echo()
    sent = await call(echo, scope("POST"), *body(b"one ", b"two"))
    assert (echo.body, echo.environ["CONTENT_LENGTH"]) == (b"one two", "7")
    assert sent[0]["status"] == 200
    assert sent[0]["headers"][0] == (b"X-Said", "é".encode("latin-1"))
    assert [name for name, _ in sent[0]["headers"]].count(b"Set-Cookie") == 2
    assert sent[1]["body"] == b"hello"
    assert echo.is_closed


async def test_an_announced_body_past_the_limit_is_refused_unread():
    echo = Echo()
    sent = await call(echo, scope("POST", headers=[(b"content-length", b"1001")]))
    assert sent[0]["status"] == 413
    assert (b"content-type", b"application/problem+json") in sent[0]["headers"]
    assert b"x-request-id" in dict(sent[0]["headers"])
    assert echo.environ is None


async def test_an_unannounced_body_past_the_limit_is_refused():
    sent = await call(Echo(), scope("POST"), *body(b"x" * 600, b"x" * 600))
    assert sent[0]["status"] == 413


@pytest.mark.parametrize(
    ("path", "kind"),
    [(b"/import/", b"text/html; charset=utf-8"), (b"/api/v1/imports", b"application/problem+json")],
)
async def test_a_person_is_refused_by_a_page_and_a_program_by_a_document(path, kind):
    asked = scope("POST", path, headers=[(b"content-length", b"999999999")])
    sent = await ask(http, asked)
    headers = dict(sent[0]["headers"])
    assert (sent[0]["status"], headers[b"content-type"]) == (413, kind)
    assert b"default-src 'self'" in headers[b"content-security-policy"]
    assert b"at most 60 MB" in sent[1]["body"]
    assert headers[b"x-request-id"] in sent[1]["body"]


async def test_a_head_answer_has_no_body():
    sent = await call(Echo(), scope("HEAD"))
    assert sent[1]["body"] == b""


async def test_a_client_that_leaves_before_its_body_is_whole_is_forgotten():
    echo = Echo()
    sent = await call(echo, scope("POST"), {"type": "http.disconnect"})
    assert (sent, echo.environ) == ([], None)


async def test_a_stream_is_sent_in_pieces_and_closed():
    echo = Streaming(chunks=(b"one", b"two"))
    sent = await call(echo, scope())
    assert [message.get("body") for message in sent[1:]] == [b"one", b"two", b""]
    assert [message.get("more_body") for message in sent[1:]] == [True, True, False]
    assert echo.is_closed


async def test_an_endless_stream_ends_when_the_client_leaves():
    def endless():
        while True:
            yield b"x"

    echo = Streaming(chunks=endless())
    request = {"type": "http.request", "body": b""}
    await asyncio.wait_for(call(echo, scope(), request, {"type": "http.disconnect"}), 5)
    assert echo.is_closed


async def test_a_cancelled_request_is_closed_all_the_same():
    started, go_on = threading.Event(), threading.Event()

    class Slow(Echo):
        def __call__(self, environ, start_response):
            started.set()
            go_on.wait(5)
            return super().__call__(environ, start_response)

    slow = Slow()
    task = asyncio.create_task(call(slow, scope("POST"), *body(b"text")))
    await asyncio.to_thread(started.wait, 5)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (slow.body, slow.is_closed) == (b"text", True)


async def test_who_finds_every_thread_busy_is_told_so_at_once():
    go_on = threading.Event()

    class Slow(Echo):
        def __call__(self, environ, start_response):
            go_on.wait(60)
            return super().__call__(environ, start_response)

    bridge = WSGIBridge(Slow(), threads=2, max_body_bytes=1000)

    async def ask():
        sent, body = [], [{"type": "http.request", "body": b""}]

        async def receive():
            return body.pop() if body else await asyncio.Event().wait()

        async def send(message):
            sent.append(message)

        await bridge(scope(), receive, send)
        return sent[0]["status"], dict(sent[0]["headers"])

    served = [asyncio.create_task(ask()) for _ in range(2)]
    await asyncio.sleep(0.05)
    started = time.monotonic()
    status, headers = await ask()
    assert time.monotonic() - started < 30
    assert (status, headers[b"retry-after"]) == (503, b"1")
    go_on.set()
    assert [(await one)[0] for one in served] == [200, 200]
    assert (await ask())[0] == 200


def test_paths_are_decoded_from_their_raw_bytes():
    environ = build_environ(scope(raw_path=b"/caf%C3%A9/%ff%2F"), None, 0)
    assert environ["PATH_INFO"].encode("latin-1") == b"/caf\xc3\xa9/\xff/"


def test_no_visitor_can_set_the_script_name():
    assert build_environ(scope(root_path="/evil"), None, 0)["SCRIPT_NAME"] == ""


def test_headers_are_joined_and_look_alikes_dropped():
    headers = [
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"accept", b"text/html"),
        (b"accept", b"*/*"),
        (b"x_request_id", b"forged"),
        (b"content-type", b"text/plain"),
        (b"content-length", b"99"),
    ]
    environ = build_environ(scope(headers=headers), None, 3)
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_ACCEPT"] == "text/html,*/*"
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["CONTENT_LENGTH"] == "3"
    assert "HTTP_X_REQUEST_ID" not in environ
    assert "HTTP_CONTENT_LENGTH" not in environ
