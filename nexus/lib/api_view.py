"""The view every endpoint of the API begins with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

KEY_HEADER = "Idempotency-Key"
KEYED_METHODS = frozenset({"POST", "PUT", "PATCH"})
Handler = Callable[[], Response]


class ApiView(APIView):
    """A view whose handlers read top to bottom in the order of refusal.

    A POST, PUT or PATCH may be sent again under the same key. Who keeps the receipts is decided
    above, by the app that has their table; a view that is not `is_keyed` ignores the header.
    """

    is_keyed: ClassVar[bool] = True
    receipts: ClassVar[Callable[[Request, Handler], Response] | None] = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = (request.method or "").lower()
        handler = getattr(self, method, None)
        is_keyed = self.is_keyed and method.upper() in KEYED_METHODS
        if is_keyed and handler is not None and KEY_HEADER in request.headers:
            # `dispatch` looks the handler up after this, so it finds the one that asks first.
            setattr(self, method, partial(self._once, handler))

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
