"""Runs a WSGI application under an ASGI server, one thread for one request.

Promises: bodies are kept on disk past a megabyte and refused past a limit; a stream is read only as
fast as the client takes it and is closed when the client leaves; `response.close()` always runs, as
Django returns its database connection there; a client is never shown a traceback.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import unquote_to_bytes

from nexus.lib.ids import new_id
from nexus.middleware.security import CONTENT_SECURITY_POLICY, HEADERS

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
Page = Callable[[int, str, str], str]

MEMORY_BYTES = 1024 * 1024
# A burst may wait this long for a thread; longer, and the studio cannot keep up.
SEAT_SECONDS = 0.5
BUSY = "The studio is busy. Nothing was changed; please try again in a moment."
GUARDS = {"Content-Security-Policy": CONTENT_SECURITY_POLICY} | HEADERS
# A header of these names would arrive twice: WSGI has its own place for them.
OWN_NAMES = {b"content-type": "CONTENT_TYPE", b"content-length": ""}


class TooLarge(Exception):
    """The body passed the limit."""


class ClientLeft(Exception):
    """The connection ended before the answer did."""


@dataclass
class Answer:
    """What the WSGI application said, with its body not yet read."""

    status: int
    headers: Headers
    chunks: Iterable[bytes]
    is_stream: bool

    def close(self) -> None:
        close = getattr(self.chunks, "close", None)
        if close is not None:
            close()


class WSGIBridge:
    """An ASGI application for `http` scopes around a WSGI one.

    `page` renders a refusal for people, from its status, its sentence and the request's id.
    """

    def __init__(
        self, application: Any, *, threads: int, max_body_bytes: int, page: Page | None = None
    ) -> None:
        self.application = application
        self.max_body_bytes = max_body_bytes
        self.page = page
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self.seats = asyncio.Semaphore(threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(max_size=MEMORY_BYTES) as body:
            try:
                length = await self._read_body(scope, receive, body)
            except ClientLeft:
                return
            except TooLarge:
                size = self.max_body_bytes // (1024 * 1024)
                detail = f"A request may hold at most {size} MB."
                refusal = Refusal(413, "too_large", detail, (b"connection", b"close"))
                await refusal.send_to(send, self._page_for(scope))
                return
            if not await self._is_admitted():
                refusal = Refusal(503, "busy", BUSY, (b"retry-after", b"1"))
                await refusal.send_to(send, self._page_for(scope))
                return
            exchange = Exchange(scope, receive, send)
            environ = build_environ(scope, body, length)
            context = contextvars.copy_context()
            loop = asyncio.get_running_loop()
            work = loop.run_in_executor(self.pool, context.run, self._run, environ, exchange)
            work.add_done_callback(lambda _work: self.seats.release())
            # A cancelled request must not have its body closed under the thread that reads it.
            finished = await _outlast_cancelling(work)
            if finished is not None:
                await exchange.send_whole(*finished)

    def _page_for(self, scope: Scope) -> Page | None:
        return None if scope["path"].startswith("/api/") else self.page

    async def _is_admitted(self) -> bool:
        """Take a seat; a request that would stand in a queue is better told so at once."""
        try:
            await asyncio.wait_for(self.seats.acquire(), SEAT_SECONDS)
        except TimeoutError:
            return False
        return True

    async def _read_body(self, scope: Scope, receive: Receive, body: Any) -> int:
        """Fill `body`; return its length."""
        announced = dict(scope["headers"]).get(b"content-length", b"")
        if announced.isdigit() and int(announced) > self.max_body_bytes:
            raise TooLarge
        length = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientLeft
            chunk = message.get("body", b"")
            length += len(chunk)
            if length > self.max_body_bytes:
                raise TooLarge
            body.write(chunk)
            if not message.get("more_body", False):
                body.seek(0)
                return length

    def _run(
        self, environ: dict[str, Any], exchange: Exchange
    ) -> tuple[int, Headers, bytes] | None:
        """Answer one request, in a thread; return a whole answer, or None after a stream."""
        answer = self._ask(environ)
        try:
            if environ["REQUEST_METHOD"] == "HEAD":
                return answer.status, answer.headers, b""
            if not answer.is_stream:
                return answer.status, answer.headers, b"".join(answer.chunks)
            exchange.send_stream(answer)
            return None
        finally:
            answer.close()

    def _ask(self, environ: dict[str, Any]) -> Answer:
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], object]:
            said.append((status, headers))
            return lambda chunk: None

        chunks = self.application(environ, start_response)
        status, headers = said[-1]
        return Answer(
            int(status.split(" ", 1)[0]),
            [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
            chunks,
            # Django hands files over as its file wrapper, everything else as the response itself.
            getattr(chunks, "streaming", True) and not isinstance(chunks, list | tuple),
        )


async def _outlast_cancelling(work: asyncio.Future[Any]) -> Any:
    """Wait for a thread to its end even when the server cancels the request."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work], timeout=30)
        raise


class Exchange:
    """The client's side of one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.receive = receive
        self.send = send
        self.loop = asyncio.get_running_loop()
        self.has_left = False

    async def send_whole(self, status: int, headers: Headers, body: bytes) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body, "more_body": False})

    def send_stream(self, answer: Answer) -> None:
        """Send chunk by chunk from a thread, stopping when nobody listens any more."""
        watcher = asyncio.run_coroutine_threadsafe(self._watch(), self.loop)
        try:
            self._put(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": answer.headers,
                }
            )
            for chunk in self._while_listened_to(answer.chunks):
                self._put({"type": "http.response.body", "body": chunk, "more_body": True})
            self._put({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            watcher.cancel()

    def _while_listened_to(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if self.has_left:
                return
            yield chunk

    def _put(self, message: Message) -> None:
        sending = self.send(message)
        asyncio.run_coroutine_threadsafe(_finish(sending), self.loop).result()

    async def _watch(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.has_left = True


async def _finish(awaitable: Awaitable[None]) -> None:
    await awaitable


def build_environ(scope: Scope, body: Any, length: int) -> dict[str, Any]:
    """Return the WSGI form of a request.

    The path is decoded from the raw bytes: WSGI wants bytes dressed as latin-1. `root_path` is
    ignored, since daphne takes it from a header any visitor can send.
    """
    raw_path = scope.get("raw_path") or scope["path"].encode()
    host, port = (scope.get("server") or ("localhost", 80))[:2]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw_path.partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": scope.get("query_string", b"").decode("latin-1"),
        "SERVER_NAME": str(host),
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "CONTENT_LENGTH": str(length),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.lower(), value.decode("latin-1"))
    return environ


def _add_header(environ: dict[str, Any], name: bytes, value: str) -> None:
    if b"_" in name:
        # Would be mistaken for the same name with dashes.
        return
    key = OWN_NAMES.get(name, "HTTP_" + name.decode("latin-1").upper().replace("-", "_"))
    if key and key in environ:
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] += joint + value
    elif key:
        environ[key] = value


@dataclass
class Refusal:
    """The answer to what never reaches Django, in the shape of its refusals."""

    status: int
    code: str
    detail: str
    header: tuple[bytes, bytes]

    async def send_to(self, send: Send, page: Page | None) -> None:
        """Answer as a page where there is one for it, else as a problem document."""
        request_id = str(new_id())
        if page is None:
            body, kind = self._problem(request_id), b"application/problem+json"
        else:
            body, kind = page(self.status, self.detail, request_id), b"text/html; charset=utf-8"
        headers = [
            (b"content-type", kind),
            (b"x-request-id", request_id.encode()),
            *((name.lower().encode(), value.encode()) for name, value in GUARDS.items()),
            self.header,
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body.encode()})

    def _problem(self, request_id: str) -> str:
        problem = {
            "type": "about:blank",
            "title": {413: "Content Too Large", 503: "Service Unavailable"}[self.status],
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "request_id": request_id,
        }
        return json.dumps(problem)
