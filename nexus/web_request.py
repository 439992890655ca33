"""Daphne's requests without Twisted's own reading of forms, and its answers with all phrases.

Twisted would read every posted form whole, on the event loop, and hang up on a broken one with a
bare 400 that has neither body nor request id. Django reads forms itself, and says what is wrong.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from daphne import http_protocol
from twisted.web import http


class Request(http_protocol.WebRequest):
    """One request; its body is left as it came."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, parsePOSTFormSubmission=False, **options)

    def process(self) -> Any:
        """Begin the answer. Where the studio lies is not for a visitor to say."""
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")
        return super().process()


def install() -> None:
    """Have Daphne make these requests, and name the statuses Twisted has no phrase for."""
    http_protocol.WebRequest = Request
    for status in HTTPStatus:
        http.RESPONSES.setdefault(status.value, status.phrase.encode("ascii"))
