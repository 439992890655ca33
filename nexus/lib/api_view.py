"""The view every endpoint of the API begins with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nexus.lib.errors import Forbidden
from nexus.lib.problems import SAFE_METHODS

KEY_HEADER = "Idempotency-Key"
KEYED_METHODS = frozenset({"POST", "PUT", "PATCH"})
Handler = Callable[[], Response]

# What a personal token must be allowed to do, by method; a method left out is closed to them all.
# A view's HEAD and OPTIONS need what its GET needs.
CHANGES = {"POST": "write", "PUT": "write", "PATCH": "write", "DELETE": "write"}
READ_AND_WRITE = {"GET": "read"} | CHANGES
NUMBERS = {"GET": "analytics"} | CHANGES
# A question too long for an address: it changes nothing, and its answer may hold prose.
ASKS = {"POST": "read"}
# Any token may look, none may touch.
OPEN = {"GET": "any"}
CLOSED: dict[str, str] = {}
# The scopes of a token that each need is met by; whoever may read prose may read numbers.
MET_BY = {
    "read": ("read",),
    "write": ("write",),
    "analytics": ("analytics", "read"),
    "any": ("read", "write", "analytics"),
}
# What a writer wrote, wherever an answer holds it.
PROSE = frozenset({"content", "synopsis", "notes", "text", "quote", "prefix", "suffix"})


def require_scope(credential: Any, needed: str | None) -> None:
    """Raise Forbidden when a personal token may not do what needs `needed`; None is closed to it.

    Whatever has no scopes of its own (a session, a visitor) is not limited by them.
    """
    granted = getattr(credential, "scopes", None)
    if granted is None or (needed and granted.intersection(MET_BY[needed])):
        return
    raise Forbidden(_("This token is not allowed to do that."), code="insufficient_scope")


def without_prose(body: Any) -> Any:
    """Return an answer for a token that may change things and not read them."""
    if isinstance(body, Mapping):
        return {name: without_prose(value) for name, value in body.items() if name not in PROSE}
    if isinstance(body, (list, tuple)):
        return [without_prose(value) for value in body]
    return body


class ApiView(APIView):
    """A view whose handlers read top to bottom in the order of refusal.

    A POST, PUT or PATCH may be sent again under the same key. Who keeps the receipts is decided
    above, by the app that has their table; a view that is not `is_keyed` ignores the header.
    `scopes` says what a personal token needs, by method.
    """

    is_keyed: ClassVar[bool] = True
    scopes: ClassVar[Mapping[str, str]] = READ_AND_WRITE
    receipts: ClassVar[Callable[[Request, Handler], Response] | None] = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_scope(request.auth, self.scope_for(request.method or ""))
        method = (request.method or "").lower()
        handler = getattr(self, method, None)
        is_keyed = self.is_keyed and method.upper() in KEYED_METHODS
        if is_keyed and handler is not None and KEY_HEADER in request.headers:
            # `dispatch` looks the handler up after this, so it finds the one that asks first.
            setattr(self, method, partial(self._once, handler))

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Answer; to a token that may not read, a change answers without the prose it touched."""
        # Not before the status: whoever was refused may not have been asked who they are.
        if request.method not in SAFE_METHODS and response.status_code < 400:
            granted = getattr(request.auth, "scopes", None)
            if granted is not None and "read" not in granted:
                response.data = without_prose(response.data)
        return super().finalize_response(request, response, *args, **kwargs)

    @classmethod
    def scope_for(cls, method: str) -> str | None:
        """Return what a personal token needs for `method`, None where no token will do."""
        return cls.scopes.get("GET" if method in SAFE_METHODS else method)

    def _once(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        act = partial(handler, request, *args, **kwargs)
        keep = type(self).receipts
        return act() if keep is None else keep(request, act)

    @property
    def person(self) -> Any:
        """Who asks; the permission has made sure that it is somebody."""
        return self.request.user

    def body(self, shape: type[serializers.Serializer[Any]], **options: Any) -> dict[str, Any]:
        """Return the checked body; unknown keys are ignored."""
        serializer = shape(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def query(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return the checked query; unknown parameters are ignored."""
        serializer = shape(data=self.request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)
