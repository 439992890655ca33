"""Sign-up, sign-in and the signed-in person, for programs; thin over the same services."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.app_settings import EMAIL_VERIFICATION
from django.contrib.auth import login, logout
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import services
from accounts.models import User
from accounts.serializers import (
    LoginSerializer,
    MessageSerializer,
    ProfileChangeSerializer,
    RegisterSerializer,
    SignedInSerializer,
    UserSerializer,
)
from nexus.lib.errors import Forbidden

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class RegisterView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(request=RegisterSerializer, responses={201: UserSerializer}, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Make an account. Does not sign in."""
        body = RegisterSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = services.register(**body.validated_data)
        return Response(UserSerializer(user).data, status=status.HTTP_201_CREATED)


class LoginView(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(request=LoginSerializer, responses=SignedInSerializer, tags=["auth"])
    def post(self, request: Request) -> Response:
        """Sign in; the answer sets the `session_id` cookie."""
        body = LoginSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = self._authenticate(request, **body.validated_data)
        if EMAIL_VERIFICATION == "mandatory" and not user.is_verified:
            raise Forbidden(_("Please confirm your e-mail first."), code="not_verified")
        login(request._request, user, backend=BACKEND)
        return Response(SignedInSerializer(user).data)

    def _authenticate(self, request: Request, *, email: str, password: str) -> User:
        try:
            user = get_adapter().authenticate(request._request, email=email, password=password)
        except ValidationError as error:
            # The adapter's limiter counts failures per address and per e-mail, in minutes.
            raise Throttled(wait=60, detail=error.messages[0]) from error
        if user is not None:
            return user
        disabled = User.objects.filter(email__iexact=email, is_active=False).first()
        if disabled is not None and disabled.check_password(password):
            raise Forbidden(_("This account has been disabled."), code="disabled")
        raise AuthenticationFailed(
            _("The e-mail or the password is not right."), code="wrong_credentials"
        )


class LogoutView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(request=None, responses=MessageSerializer, tags=["auth"])
    def post(self, request: Request) -> Response:
        """End the session; its cookie is worth nothing from now on."""
        logout(request._request)
        return Response({"message": _("You are signed out.")})


class MeView(APIView):
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=UserSerializer, tags=["auth"])
    def get(self, request: Request) -> Response:
        return Response(UserSerializer(request.user).data)

    @extend_schema(request=ProfileChangeSerializer, responses=UserSerializer, tags=["auth"])
    def patch(self, request: Request) -> Response:
        body = ProfileChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = services.update_profile(self._user(), **body.validated_data)
        return Response(UserSerializer(user).data)

    def _user(self) -> Any:
        return self.request.user
