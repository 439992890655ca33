"""Makes sending a request twice harmless: the receipt of a key is written before the work is done.

Receipt and work share one transaction. So a second request with the same key either waits for the
first and is given its answer, or finds no receipt because the first failed, and does the work.
Only successes leave a receipt: whatever was refused may be tried again with the same key.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from nexus.lib.api import ApiJSONRenderer
from nexus.lib.api_view import ApiView
from nexus.lib.errors import Conflict, Invalid
from nexus.lib.problems import dump
from stories.models import SaveReceipt

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(days=30)
KEYED_METHODS = frozenset({"POST", "PUT", "PATCH"})
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
    answer = act()
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [answer.status, dump(answer.body).decode(), receipt])
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


class KeyedView(ApiView):
    """An API view whose POST, PUT and PATCH may be sent again under the same key."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = (request.method or "").lower()
        handler = getattr(self, method, None)
        if handler is None or method.upper() not in KEYED_METHODS or HEADER not in request.headers:
            return
        # `dispatch` looks the handler up after this, so it finds the one that asks for the receipt.
        setattr(self, method, partial(self._keyed, handler))

    def _keyed(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        raw = request._request.body
        # Malformed JSON (400) comes before a bad key (422).
        _parsed = request.data if raw else None
        key = parse_key(request.headers[HEADER])
        kept: list[Response] = []

        def act() -> Answer:
            # A handler refuses by raising, so what it returns is a success.
            response = handler(request, *args, **kwargs)
            kept.append(response)
            return Answer(response.status_code, json.loads(dump(_json(response.data))))

        # Quoted, since a path may hold what no column takes, such as NUL.
        route = f"{request.method} {quote(request.path.rstrip('/'))}"
        answer = once(act, user=self.person, key=key, route=route, body_hash=hash_of(raw))
        if not answer.is_replayed:
            return kept[0]
        return Response(answer.body, status=answer.status, headers={REPLAYED: "true"})


def _json(body: Any) -> Any:
    """Return what a client would read of `body`."""
    return None if body is None else json.loads(ApiJSONRenderer().render(body))
