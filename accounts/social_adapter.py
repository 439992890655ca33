"""Where the sign-in library meets our rules for accounts from elsewhere."""

from __future__ import annotations

from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.google.identity import GoogleAway, Identity, away
from accounts.google.people import PROVIDER, person_for
from nexus.lib.errors import DomainError
from nexus.lib.problems import headers_of


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Google and nobody else, configured by the environment and nowhere else."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_password": _("You would have no way to sign in any more. Please set a password first.")
    }

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        if not settings.GOOGLE_CLIENT_ID or provider not in {None, PROVIDER}:
            return []
        app = SocialApp(provider=PROVIDER, name="Google", client_id=settings.GOOGLE_CLIENT_ID)
        app.secret = settings.GOOGLE_CLIENT_SECRET
        return [app]

    def get_app(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> SocialApp:
        apps = self.list_apps(request, provider)
        if not apps:
            raise Http404
        return apps[0]

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Decide whose account it is by our rule, before the library would by its own."""
        process = sociallogin.state.get("process")
        if process in {AuthProcess.CONNECT, AuthProcess.REDIRECT}:
            return
        try:
            user = person_for(Identity(**sociallogin.account.extra_data))
        except DomainError as refusal:
            raise ImmediateHttpResponse(trouble(request, refusal)) from refusal
        sociallogin.user = user
        sociallogin.account = SocialAccount.objects.get(
            provider=PROVIDER, uid=sociallogin.account.uid
        )

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Say it when Google could not be reached: that is not the visitor's doing."""
        if error == AuthError.CANCELLED:
            return
        cause = exception.__cause__ if exception is not None else None
        if isinstance(exception, requests.RequestException) or isinstance(cause, GoogleAway):
            raise ImmediateHttpResponse(trouble(request, away()))


def trouble(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """Return the page of a sign-in that did not work, in the refusal's words."""
    page = "socialaccount/authentication_error.html"
    response = render(request, page, {"sentence": refusal.detail}, status=refusal.status)
    for name, value in headers_of(refusal).items():
        response[name] = value
    return response
