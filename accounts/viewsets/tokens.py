"""Personal API tokens, for programs that sign in as a person; no personal token gets here."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import api_tokens
from accounts.models import ApiToken
from nexus.lib.api import PageQuery, after_cursor, cut_page, find
from nexus.lib.api_view import CLOSED, ApiView
from nexus.lib.fields import StrictIntegerField, TitleField


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """What may be known of a token afterwards; `hint` is the end of its secret."""

    class Meta:
        model = ApiToken
        fields = ("id", "name", "scopes", "hint", "created_at", "last_used_at", "expires_at")
        read_only_fields = fields


class NewTokenSerializer(TokenSerializer):
    """A token as it is shown once: `token` is its secret."""

    token = serializers.CharField(source="secret")

    class Meta(TokenSerializer.Meta):
        fields = read_only_fields = (*TokenSerializer.Meta.fields, "token")  # type: ignore[assignment]


class TokenListSerializer(serializers.Serializer[Any]):
    tokens = TokenSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class TokenBody(serializers.Serializer[Any]):
    """Without `expires_in_days` the token lasts until it is revoked."""

    name = TitleField(max_length=api_tokens.MAX_NAME)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiToken.Scope.choices),
        allow_empty=False,
        max_length=len(ApiToken.Scope),
    )
    expires_in_days = StrictIntegerField(
        min_value=1, max_value=api_tokens.MAX_DAYS, required=False, allow_null=True
    )


class TokensView(ApiView):
    # A receipt would keep the secret.
    is_keyed = False
    scopes = CLOSED

    @extend_schema(
        operation_id="list_tokens",
        parameters=[PageQuery],
        responses=TokenListSerializer,
        tags=["auth"],
    )
    def get(self, request: Request) -> Response:
        """List the writer's personal tokens, newest first, without their secrets."""
        query = self.query(PageQuery)
        place = after_cursor(query.get("cursor"), field="created_at")
        rows = ApiToken.objects.visible_to(self.person).filter(place).order_by("-created_at", "-pk")
        limit = query["limit"]
        page, cursor = cut_page(list(rows[: limit + 1]), limit=limit, field="created_at")
        return Response(TokenListSerializer({"tokens": page, "next_cursor": cursor}).data)

    @extend_schema(
        operation_id="create_token",
        request=TokenBody,
        responses={201: NewTokenSerializer},
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Make a token; the answer is the only place where its secret is ever shown."""
        token, secret = api_tokens.create(self.person, **self.body(TokenBody))
        body = TokenSerializer(token).data | {"token": secret}
        headers = {"Cache-Control": "no-store"}
        return Response(body, status=status.HTTP_201_CREATED, headers=headers)


class TokenView(ApiView):
    scopes = CLOSED

    @extend_schema(operation_id="revoke_token", responses={204: None}, tags=["auth"])
    def delete(self, request: Request, token_id: str) -> Response:
        """Revoke a token; it is worth nothing from now on."""
        api_tokens.revoke(find(ApiToken.objects.all(), token_id, user=self.person))
        return Response(status=status.HTTP_204_NO_CONTENT)
