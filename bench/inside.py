"""The studio asked from inside its own process: one writer's requests through the WSGI stack."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.crowd import prose

CHAPTERS = 61


class Studio:
    """One writer with one book of 61 chapters, spoken to through the whole WSGI stack."""

    def __init__(self) -> None:
        from django.test import Client
        from django.utils import timezone

        from accounts.models import User
        from nexus.wsgi import application
        from stories.services.chapters import import_chapters
        from stories.services.stories import create_story

        at = timezone.now()
        self.user = User.objects.create_user("bench@example.com", "bench-writes", username="Bench")
        self.story = create_story(self.user, title="Bench", at=at)
        book = [{"title": f"Chapter {n}", "content": prose(12_000)} for n in range(CHAPTERS)]
        self.chapters = import_chapters(self.story, by=self.user, chapters=book, at=at)
        client = Client()
        client.force_login(self.user, "allauth.account.auth_backends.AuthenticationBackend")
        self.cookies = "; ".join(f"{name}={value.value}" for name, value in client.cookies.items())
        self.handler = application

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
        """Answer one request; raise when it is not a success."""
        answer: dict[str, Any] = {}

        def start(
            status: str, fields: list[tuple[str, str]], error: Any = None, /
        ) -> Callable[[bytes], object]:
            answer.update(status=int(status[:3]), headers=dict(fields))
            return len

        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.partition("?")[0],
            "QUERY_STRING": path.partition("?")[2],
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": self.cookies,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.url_scheme": "http",
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        response = self.handler(environ, start)
        answer["body"] = b"".join(response)
        response.close()
        if answer["status"] >= 300:
            raise SystemExit(f"{method} {path} was answered {answer['status']}: {answer['body']!r}")
        return answer


def timed(act: Callable[[], object], times: int) -> list[float]:
    """Return the milliseconds of each call, after three that are not counted."""
    for _warm in range(3):
        act()
    taken = []
    for _counted in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return taken
