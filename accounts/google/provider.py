"""The sign-in library's Google, with our check of the id_token and our addresses of Google."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.google.provider import GoogleProvider
from allauth.socialaccount.providers.google.views import GoogleOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest

from accounts.google.identity import read_id_token
from nexus.lib.errors import DomainError


class StudioGoogleAdapter(GoogleOAuth2Adapter):
    """The code flow: the token's signature is checked even though it came from Google directly."""

    @property
    def authorize_url(self) -> str:
        return settings.GOOGLE_ENDPOINTS["authorize"]

    @property
    def access_token_url(self) -> str:
        return settings.GOOGLE_ENDPOINTS["token"]

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        raw = kwargs["response"].get("id_token")
        try:
            identity = read_id_token(raw if isinstance(raw, str) else "")
        except DomainError as refusal:
            raise ProviderException(refusal.detail) from refusal
        return self.get_provider().sociallogin_from_response(request, asdict(identity))


class StudioGoogle(GoogleProvider):
    oauth2_adapter_class = StudioGoogleAdapter
    # The library's other door takes a token by form post and reads it with less care.
    supports_token_authentication = False

    @classmethod
    def get_package(cls) -> str:
        """Where the library finds the addresses of the flow."""
        return "accounts.google"

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Take no parameters from the visitor's address; let her choose among her accounts."""
        return {"prompt": "select_account"}

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return ["openid", "email", "profile"]
