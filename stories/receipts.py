"""Makes sending a request twice harmless: the receipt of a key is written before the work is done.

Receipt and work share one transaction. So a second request with the same key either waits for the
first and is given its answer, or finds no receipt because the first failed, and does the work.
Only successes leave a receipt: whatever was refused may be tried again with the same key.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from nexus.lib.api import ApiJSONRenderer
from nexus.lib.api_view import KEY_HEADER as HEADER
from nexus.lib.api_view import Handler
from nexus.lib.errors import Conflict, Invalid
from nexus.lib.failpoints import hit
from nexus.lib.problems import dump
from stories.models import SaveReceipt

REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(days=30)
# `ON CONFLICT` waits for a twin that has not committed yet, for as long as `lock_timeout` allows.
CLAIM = """
    INSERT INTO stories_savereceipt (user_id, key, route, body_hash, created_at)
    VALUES (%s, %s, %s, %s, clock_timestamp())
    ON CONFLICT (user_id, key) DO NOTHING
    RETURNING id
"""
KEEP = "UPDATE stories_savereceipt SET status = %s, response = %s WHERE id = %s"


@dataclass(frozen=True)
class Answer:
    """The part of an answer that a replay gives again."""

    status: int
    body: Any
    is_replayed: bool = False


def parse_key(raw: str) -> uuid.UUID:
    """Return an idempotency key; Invalid when it is no UUID."""
    try:
        return uuid.UUID(raw.strip())
    except ValueError as error:
        message = _("Idempotency-Key must be a UUID.")
        raise Invalid.field(HEADER, message, code="invalid_key") from error


def hash_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@transaction.atomic
def once(
    act: Callable[[], Answer], *, user: User, key: uuid.UUID, route: str, body_hash: str
) -> Answer:
    """Do `act` and keep its answer, or give the answer it had before.

    Raises Conflict `in_progress` while a twin is at work, Invalid `idempotency_key_reused` when the
    key came with another request. A DomainError of `act` undoes everything, receipt included.
    """
    receipt = _claim(user, key, route, body_hash)
    if receipt is None:
        return _replay(user, key, route, body_hash)
    hit("save-claimed")
    answer = act()
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [answer.status, dump(answer.body).decode(), receipt])
    hit("save-answered")
    return answer


def discard_old_receipts(*, at: datetime) -> int:
    """Delete receipts whose keys nobody will send again; return how many."""
    return SaveReceipt.objects.filter(created_at__lt=at - KEPT).delete()[0]


def _claim(user: User, key: uuid.UUID, route: str, body_hash: str) -> int | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [user.pk, key, route[:200], body_hash])
            row = cursor.fetchone()
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Conflict(_("The same request is still at work."), code="in_progress") from error
    return row[0] if row else None


def _replay(user: User, key: uuid.UUID, route: str, body_hash: str) -> Answer:
    receipt = SaveReceipt.objects.filter(user=user, key=key).first()
    if receipt is None or receipt.status is None:
        raise Conflict(_("The same request is still at work."), code="in_progress")
    if (receipt.route, receipt.body_hash) != (route[:200], body_hash):
        message = _("This Idempotency-Key was used for another request.")
        raise Invalid.field(HEADER, message, code="idempotency_key_reused")
    return Answer(receipt.status, receipt.response, is_replayed=True)


def keep(request: Request, handler: Handler) -> Response:
    """Answer a request of the API under its key; see `ApiView`."""
    digest = _digest(request)
    key = parse_key(request.headers[HEADER])
    kept: list[Response] = []

    def act() -> Answer:
        # A handler refuses by raising, so what it returns is a success.
        response = handler()
        kept.append(response)
        return Answer(response.status_code, json.loads(dump(_json(response.data))))

    # Quoted, since a path may hold what no column takes, such as NUL.
    route = f"{request.method} {quote(request.path.rstrip('/'))}"
    answer = once(act, user=cast(User, request.user), key=key, route=route, body_hash=digest)
    if not answer.is_replayed:
        return kept[0]
    return Response(answer.body, status=answer.status, headers={REPLAYED: "true"})


def _digest(request: Request) -> str:
    """Return what two equal bodies share; malformed ones are refused (400) before a bad key."""
    if not (request.content_type or "").startswith("multipart/"):
        raw = request._request.body
        _parsed = request.data if raw else None
        return hash_of(raw)
    digest = hashlib.sha256()
    form = cast(QueryDict, request.data)
    for name, values in sorted(form.lists()):
        for value in values:
            part = hashlib.sha256()
            for piece in _pieces(value):
                part.update(piece)
            digest.update(f"{name}={part.hexdigest()}&".encode())
    return digest.hexdigest()


def _pieces(value: str | UploadedFile) -> Iterator[bytes]:
    if isinstance(value, str):
        yield value.encode()
    else:
        yield (value.name or "").encode()
        yield from value.chunks()


def _json(body: Any) -> Any:
    """Return what a client would read of `body`."""
    return None if body is None else json.loads(ApiJSONRenderer().render(body))
