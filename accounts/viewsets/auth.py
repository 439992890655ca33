"""Sign-up, sign-in and the signed-in person, for programs; thin over the same services."""

from __future__ import annotations

from allauth.account import app_settings as sign_in_settings
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import login, logout
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.models import User
from accounts.serializers import (
    LoginSerializer,
    MessageSerializer,
    RegisterSerializer,
    SignedInSerializer,
    UserSerializer,
)
from nexus.lib.api_view import CLOSED, ApiView
from nexus.lib.errors import Forbidden, TooMany

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# The sign-in library counts by the minute and does not say when the next try is free.
WAIT_SECONDS = 60


class WrongCredentials(APIException):
    """One text for an unknown address and a wrong password."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = gettext_lazy("The e-mail or the password is not right.")
    default_code = "wrong_credentials"


def too_many(action: str) -> TooMany:
    """Return the refusal for an action that was tried too often, by its strictest limit."""
    rates = settings.ACCOUNT_RATE_LIMITS[action].split(",")
    return TooMany(
        _("That was tried too often. Please wait a minute, then try again."),
        wait=WAIT_SECONDS,
        limit=min(int(rate.split("/")[0]) for rate in rates),
    )


class RegisterView(ApiView):
    is_keyed = False
    scopes = CLOSED
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="register",
        request=RegisterSerializer,
        responses={201: UserSerializer},
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Make an account. Does not sign in."""
        values = self.body(RegisterSerializer)
        if not ratelimit.consume(request._request, action="signup"):
            raise too_many("signup")
        user = services.register(**values)
        address = EmailAddress.objects.get(user=user, primary=True)
        address.send_confirmation(request._request, signup=True)
        return Response(UserSerializer(user).data, status=status.HTTP_201_CREATED)


class LoginView(ApiView):
    is_keyed = False
    scopes = CLOSED
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="login", request=LoginSerializer, responses=SignedInSerializer, tags=["auth"]
    )
    def post(self, request: Request) -> Response:
        """Sign in; the answer sets the `session_id` cookie."""
        user = self._authenticate(request, **self.body(LoginSerializer))
        if not user.is_active:
            raise Forbidden(_("This account has been disabled."), code="disabled")
        if sign_in_settings.EMAIL_VERIFICATION == "mandatory" and not user.is_verified:
            raise Forbidden(_("Please confirm your e-mail first."), code="not_verified")
        # A new key even for who is signed in already: an old one may have been seen by others.
        request._request.session.flush()
        login(request._request, user, backend=BACKEND)
        return Response(SignedInSerializer(user).data)

    def _authenticate(self, request: Request, *, email: str, password: str) -> User:
        """Return whose password this is, disabled people included."""
        try:
            user = get_adapter().authenticate(
                request._request, email=email.strip().lower(), password=password
            )
        except ValidationError as error:
            raise too_many("login_failed") from error
        if user is None:
            raise WrongCredentials
        return user


class LogoutView(ApiView):
    is_keyed = False
    scopes = CLOSED

    @extend_schema(operation_id="logout", request=None, responses=MessageSerializer, tags=["auth"])
    def post(self, request: Request) -> Response:
        """End the session; its cookie is worth nothing from now on."""
        logout(request._request)
        return Response({"message": _("You are signed out.")})
