"""The door through which chapter text is saved: `PUT /chapters/{id}/content`.

A plain view, since a serializer's text validators cost more than the save. What comes first is laid
down in the saving protocol: sign-in, access, length, shape, receipt, then the save itself. The
happy path asks for access once, in the lock; only a request refused before it is asked separately,
so that a stranger learns nothing from how a body was refused.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.authentication import authenticate
from accounts.leaving import refuse_while_leaving
from accounts.models import User
from nexus.lib import strict_json
from nexus.lib.api import InvalidToken, parse_id
from nexus.lib.api_view import require_scope
from nexus.lib.errors import (
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    TooLarge,
)
from nexus.lib.failpoints import hit
from nexus.lib.problems import (
    as_busy,
    dump,
    iso_z,
    problem,
    problem_response,
    refusal_response,
    request_id_of,
)
from stories.receipts import HEADER, REPLAYED, Answer, hash_of, once, parse_key
from stories.saving import MAX_CONTENT_BYTES, SaveResult, parse_base, require_access, write_content

# JSON may need more bytes than the text it carries; the text has its own limit.
MAX_BODY_BYTES = MAX_CONTENT_BYTES + 1024 * 1024
MAX_COUNT = 100_000_000
COUNTS = (
    "typed",
    "pasted",
    "removed",
    "undone",
    "restored",
    "cut",
    "replaced",
    "applied",
    "active_ms",
)
MOST_MOVES = 200
MARK = re.compile(r"[0-9a-f]{8}-[0-9]{1,9}", re.ASCII)
CAUSES = frozenset({"typed", "pasted", "restored", "replaced", "imported"})


class Malformed(DomainError):
    """The body cannot be read at all."""

    status, code = 400, "malformed"


class UnsupportedMediaType(DomainError):
    """The body is something other than JSON."""

    status, code = 415, "unsupported_media_type"


class MethodNotAllowed(DomainError):
    """Text is only ever put here; it is read with its chapter."""

    status, code = 405, "method_not_allowed"


@dataclass(frozen=True)
class Save:
    """A request to save, its shape checked."""

    content: str
    base: str | None
    key: uuid.UUID | None
    activity: Mapping[str, Any] | None
    cause: str
    body_hash: str


@csrf_exempt
def chapter_content(request: HttpRequest, chapter_id: str) -> HttpResponse:
    """Save a chapter's text; see the module's docstring for the order of refusal."""
    try:
        return _put(request, chapter_id)
    except InvalidToken as refused:
        body = problem(401, str(refused.detail), code="invalid_token", request_id=_id(request))
        return problem_response(body, headers={"WWW-Authenticate": "Bearer"})
    except MethodNotAllowed as refused:
        response = refusal_response(request, refused)
        response["Allow"] = "PUT"
        return response
    except DomainError as refused:
        return refusal_response(request, refused)
    except DatabaseError as error:
        busy = as_busy(error)
        if busy is None:
            raise
        return refusal_response(request, busy)


def _put(request: HttpRequest, raw_id: str) -> HttpResponse:
    user = _signed_in(request)
    if request.method != "PUT":
        raise MethodNotAllowed(_("A chapter's text can only be PUT here."))
    chapter_id = parse_id(raw_id)
    try:
        return _save(chapter_id, _read(request), user=user)
    except (NotFound, Forbidden):
        raise
    except DomainError:
        require_access(chapter_id, by=user)
        raise


def _signed_in(request: HttpRequest) -> User:
    credential = authenticate(request)
    if credential is None:
        raise Forbidden(_("Please sign in first."), code="not_authenticated")
    refuse_while_leaving(credential.user)
    require_scope(credential, "write")
    return credential.user


def _save(chapter_id: uuid.UUID, save: Save, *, user: User) -> HttpResponse:
    if save.base is None:
        raise PreconditionRequired(_("Please send If-Match: the ETag of the text being replaced."))
    if save.key is None:
        message = _("Please send an Idempotency-Key, so that a retry cannot save twice.")
        raise PreconditionRequired(message, code="idempotency_key_required")
    act = partial(_write, chapter_id, save, user=user)
    route = f"PUT /chapters/{chapter_id}/content"
    answer = once(act, user=user, key=save.key, route=route, body_hash=save.body_hash)
    hit("save-committed")
    if answer.is_replayed:
        require_access(chapter_id, by=user)
    return _acknowledge(answer)


def _write(chapter_id: uuid.UUID, save: Save, *, user: User) -> Answer:
    result = write_content(
        chapter_id,
        by=user,
        content=save.content,
        base=save.base,
        activity=save.activity,
        cause=save.cause,
        at=timezone.now(),
    )
    return Answer(200, _body(result))


def _body(result: SaveResult) -> dict[str, Any]:
    return {
        "revision": result.revision,
        "hash": result.hash,
        "word_count": result.word_count,
        "saved_at": iso_z(result.saved_at),
        "normalised": result.normalised,
        "already_applied": result.already_applied,
        "undo": _undo(result),
    }


def _undo(result: SaveResult) -> dict[str, Any] | None:
    if result.undo is None:
        return None
    return {"version_id": str(result.undo.version_id), "words": result.undo.words}


def _acknowledge(answer: Answer) -> HttpResponse:
    response = HttpResponse(dump(answer.body), content_type="application/json")
    response["ETag"] = f'"{answer.body["revision"]}-{answer.body["hash"][:8]}"'
    if answer.is_replayed:
        response[REPLAYED] = "true"
    return response


# --- Reading the request ------------------------------------------------------------


def _read(request: HttpRequest) -> Save:
    raw = _raw(request)
    if raw and request.content_type != "application/json":
        raise UnsupportedMediaType(_("Please send JSON."))
    try:
        body = strict_json.loads(raw or b"{}")
    except strict_json.MalformedJSON as error:
        raise Malformed(str(error)) from error
    if not isinstance(body, dict):
        raise Invalid(_("The body must be a JSON object."))
    return Save(
        content=_text(body, "content"),
        base=_base(request, body),
        key=_key(request, body),
        activity=_activity(body.get("activity")),
        cause=_cause(body.get("cause")),
        body_hash=hash_of(raw),
    )


def _raw(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and (len(length) > 12 or int(length) > MAX_BODY_BYTES):
        raise _too_large()
    try:
        raw = request.read(MAX_BODY_BYTES + 1)
    except UnreadablePostError as error:
        raise Malformed(_("The request broke off.")) from error
    if len(raw) > MAX_BODY_BYTES:
        raise _too_large()
    return raw


def _too_large() -> TooLarge:
    return TooLarge(_("A chapter can hold up to 5 MB of text. Please divide it."))


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise Invalid.field(name, _("This must be a text."), code="required")
    return value


def _base(request: HttpRequest, body: Mapping[str, Any]) -> str | None:
    raw = request.headers.get("If-Match")
    if raw is None:
        raw = body.get("base_revision")
        if raw is not None and not isinstance(raw, str):
            raise Invalid.field("base_revision", _("This must be the chapter's ETag."))
    return parse_base(raw) if raw else None


def _key(request: HttpRequest, body: Mapping[str, Any]) -> uuid.UUID | None:
    raw = request.headers.get(HEADER)
    if raw is None:
        raw = body.get("save_id")
        if raw is not None and not isinstance(raw, str):
            raise Invalid.field("save_id", _("This must be a UUID."))
    return parse_key(raw) if raw else None


def _cause(raw: object) -> str:
    if raw is None:
        return "typed"
    if not isinstance(raw, str) or raw not in CAUSES:
        allowed = ", ".join(sorted(CAUSES))
        message = _("Please choose one of: %(allowed)s.") % {"allowed": allowed}
        raise Invalid.field("cause", message, code="invalid_choice")
    return raw


def _activity(raw: object) -> dict[str, Any] | None:
    """Check the editor's own counts for shape; whether they add up is judged by the ledger."""
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise Invalid.field("activity", _("This must be an object."))
    counts: dict[str, Any] = {}
    for name in COUNTS:
        value = raw.get(name, 0)
        if type(value) is not int or not 0 <= value <= MAX_COUNT:
            raise Invalid.field(f"activity.{name}", _("This must be a whole number from 0."))
        counts[name] = value
    return counts | {"since": _since(raw.get("since")), "moves": _moves(raw.get("moves"))}


def _moves(raw: object) -> list[dict[str, Any]]:
    """Check what the editor says was cut or pasted; more than it ever sends is left out."""
    moves: list[Any] = raw if isinstance(raw, list) else [] if raw is None else [None]
    if not all(_is_move(move) for move in moves):
        raise Invalid.field("activity.moves", _("These must be cause, words and mark."))
    return moves[:MOST_MOVES]


def _is_move(raw: object) -> bool:
    if not isinstance(raw, dict) or raw.get("cause") not in {"cut", "pasted"}:
        return False
    words, mark = raw.get("words"), raw.get("mark")
    is_count = type(words) is int and 0 <= words <= MAX_COUNT
    return is_count and isinstance(mark, str) and MARK.fullmatch(mark) is not None


def _since(raw: object) -> str | None:
    if raw is None:
        return None
    try:
        moment = datetime.fromisoformat(raw if isinstance(raw, str) else "")
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return aware.astimezone(UTC).isoformat()
    except (ValueError, OverflowError) as error:
        raise Invalid.field("activity.since", _("This must be an ISO 8601 time.")) from error


def _id(request: HttpRequest) -> str:
    return request_id_of(request)
