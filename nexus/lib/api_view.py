"""The view every endpoint of the API begins with."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView


class ApiView(APIView):
    """A view whose handlers read top to bottom in the order of refusal."""

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
