"""The signed-in person, for programs."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.serializers import ProfileChangeSerializer, UserSerializer
from nexus.lib.api_view import OPEN, ApiView


class MeView(ApiView):
    scopes = OPEN

    @extend_schema(operation_id="get_me", responses=UserSerializer, tags=["auth"])
    def get(self, request: Request) -> Response:
        """Say who is signed in."""
        return Response(UserSerializer(request.user).data)  # type: ignore[arg-type]

    @extend_schema(
        operation_id="update_me",
        request=ProfileChangeSerializer,
        responses=UserSerializer,
        tags=["auth"],
    )
    def patch(self, request: Request) -> Response:
        """Change the name, the portrait, or how the writing days run."""
        changes = self.body(ProfileChangeSerializer)
        user = services.update_profile(request.user, **changes)  # type: ignore[arg-type]
        return Response(UserSerializer(user).data)
