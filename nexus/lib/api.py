"""The manners of the HTTP API: who asks, what a body may be, how a refusal looks, what comes first.

The order of refusal is the shape of a view: authentication and permission happen before the handler
runs; the handler reads query and body (400, 415, 422), then finds the object (404, then 403), then
calls the service (409, 412, 428).

The settings name what stands here, so nothing in it may import `rest_framework.views`; the base
view has its own module, `nexus.lib.api_view`.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseError
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib import strict_json
from nexus.lib.errors import DomainError, FieldError, Forbidden, Invalid, NotFound, TooLarge
from nexus.lib.problems import (
    CONTENT_TYPE,
    as_busy,
    headers_of,
    problem,
    refusal,
    request_id_of,
)

MAX_BODY_BYTES = 6 * 1024 * 1024
DEFAULT_LIMIT = 25
MAX_LIMIT = 100
Row = TypeVar("Row", bound=Model)


# --- Who asks -------------------------------------------------------------------


class InvalidToken(exceptions.APIException):
    """A token was presented, and it is worth nothing."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "This token is not valid, has expired or was revoked."
    default_code = "invalid_token"
    auth_header = "Bearer"


# --- Bodies and answers -----------------------------------------------------------


class StrictJSONParser(BaseParser):
    """Reads JSON as the contract says it; see `nexus.lib.strict_json`."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise TooLarge(_("This request is larger than Nexus takes."))
        try:
            return strict_json.loads(raw)
        except strict_json.MalformedJSON as error:
            raise exceptions.ParseError(str(error)) from error


class ApiJSONRenderer(JSONRenderer):
    """JSON; refusals travel as problem documents."""

    ensure_ascii = True

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        response: Any = (renderer_context or {}).get("response")
        # The browsable API borrows this renderer for a part of its page.
        is_whole = response is not None and response.accepted_renderer is self
        if is_whole and response.status_code >= status.HTTP_400_BAD_REQUEST:
            response["Content-Type"] = CONTENT_TYPE
        # `null` is an answer of its own here; without content there is nothing to say.
        if data is None and response is not None and response.status_code != 204:
            return b"null"
        return super().render(data, "application/json", renderer_context)


class JSONFirstNegotiation(DefaultContentNegotiation):
    """Answers JSON to whoever asks for something we do not speak, instead of 406."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except (exceptions.NotAcceptable, Http404):
            return renderers[0], renderers[0].media_type


# --- Refusals ---------------------------------------------------------------------


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Translate a refusal to a problem document; anything unforeseen goes on to the 500 page."""
    request_id = request_id_of(context["request"]._request)
    if isinstance(exc, DatabaseError):
        exc = as_busy(exc) or exc
    if isinstance(exc, RequestDataTooBig):
        exc = TooLarge(_("This request is larger than Nexus takes."))
    if isinstance(exc, Http404):
        exc = NotFound(_("There is nothing here."))
    if isinstance(exc, DomainError):
        body = refusal(exc, request_id=request_id)
        return Response(body, status=exc.status, headers=headers_of(exc))
    if isinstance(exc, exceptions.ValidationError):
        return _unprocessable(exc, request_id)
    if isinstance(exc, exceptions.APIException):
        return _refused(exc, request_id)
    return None


def _unprocessable(exc: exceptions.ValidationError, request_id: str) -> Response:
    errors = list(field_errors(exc.detail))
    detail = _("Please correct what is marked.")
    if len(errors) == 1:
        detail = f"{errors[0].field}: {errors[0].message}" if errors[0].field else errors[0].message
    body = problem(422, detail, code="invalid", request_id=request_id, errors=errors)
    return Response(body, status=422)


def _refused(exc: exceptions.APIException, request_id: str) -> Response:
    code = exc.get_codes()
    detail = _("Please sign in first.") if code == "not_authenticated" else str(exc.detail)
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    body = problem(
        exc.status_code,
        detail,
        code="malformed" if code == "parse_error" else str(code),
        request_id=request_id,
    )
    return Response(body, status=exc.status_code, headers=headers)


def field_errors(detail: Any, path: str = "") -> Iterator[FieldError]:
    """Flatten REST framework's nested errors to one line per field, with dotted names."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from field_errors(inner, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, (list, tuple)):
        for inner in detail:
            yield from field_errors(inner, path)
    else:
        yield FieldError(path, str(detail), getattr(detail, "code", "invalid"))


# --- Objects ----------------------------------------------------------------------


def find(rows: QuerySet[Row], raw_id: str, *, user: Any) -> Row:
    """Return one object of `user`'s own; NotFound when it is absent, Forbidden when foreign.

    `rows` has a `visible_to(user)` vocabulary and is otherwise not limited to a person.
    """
    object_id = parse_id(raw_id)
    own = rows.visible_to(user).filter(pk=object_id).first()  # type: ignore[attr-defined]
    if own is not None:
        return own
    if rows.filter(pk=object_id).exists():
        raise Forbidden(_("This belongs to another writer."))
    raise NotFound(_("There is nothing here."))


def parse_id(raw: str) -> uuid.UUID:
    """Return a path's id; whatever is no UUID names nothing."""
    try:
        return uuid.UUID(raw)
    except ValueError as error:
        raise NotFound(_("There is nothing here.")) from error


# --- Pages of a list -------------------------------------------------------------------


class PageQuery(serializers.Serializer[Any]):
    """How much of a list, and from where."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT, required=False
    )
    cursor = serializers.CharField(required=False, max_length=200)

    def validate_cursor(self, raw: str) -> tuple[datetime, uuid.UUID]:
        return read_cursor(raw)


def read_cursor(raw: str) -> tuple[datetime, uuid.UUID]:
    """Return the place a cursor marks; Invalid for anything this API did not hand out."""
    try:
        at, row_id = json.loads(base64.urlsafe_b64decode(raw.encode("ascii")))
        moment, place = datetime.fromisoformat(at), uuid.UUID(row_id)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise Invalid.field("cursor", _("This cursor is not one of ours.")) from error
    if moment.tzinfo is None:
        raise Invalid.field("cursor", _("This cursor is not one of ours."))
    return moment, place


def cursor_of(at: datetime, row_id: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), str(row_id)]).encode()).decode()


def after_cursor(place: tuple[datetime, uuid.UUID] | None, *, field: str) -> Q:
    """Return what lies behind a cursor in a list sorted by `-field, -pk`."""
    if place is None:
        return Q()
    at, row_id = place
    return Q(**{f"{field}__lt": at}) | Q(**{field: at, "pk__lt": row_id})


def cut_page(rows: Sequence[Row], *, limit: int, field: str) -> tuple[list[Row], str | None]:
    """Return one page of `limit + 1` fetched rows, and the cursor of the next one or None."""
    page = list(rows[:limit])
    if len(rows) <= limit:
        return page, None
    return page, cursor_of(getattr(page[-1], field), page[-1].pk)
