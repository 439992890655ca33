"""Signing in, going on and signing out, for programs."""

from __future__ import annotations

from typing import Any

from allauth.account import app_settings as sign_in_settings
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import keys, mfa, tokens
from accounts.authentication import DoorAuthentication, authenticate, bearer_of
from accounts.models import Session, User
from accounts.serializers import (
    LoginSerializer,
    MessageSerializer,
    SignedInSerializer,
)
from accounts.sessions import end_session, start_session
from accounts.token_cookies import clear_cookies, set_cookies
from accounts.tokens import TokenPair
from nexus.lib.api import StrictJSONParser
from nexus.lib.api_view import CLOSED, ApiView, require_scope
from nexus.lib.errors import DomainError, Forbidden
from nexus.lib.fields import StrictCharField

MAX_TOKEN = 4096
# An empty form is an empty body too, and some programs send nothing else.
ANY_FORM = (StrictJSONParser, FormParser, MultiPartParser)


class WrongCredentials(APIException):
    """One text for an unknown address and a wrong password."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = gettext_lazy("The e-mail or the password is not right.")
    default_code = "wrong_credentials"
    auth_header = "Bearer"


class CodeNeeded(APIException):
    """The password was right, and this person has a second step."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = gettext_lazy("Please send a code of your authenticator app as well.")
    default_code = "mfa_required"
    auth_header = "Bearer"


class WrongCode(APIException):
    """The password was right; the code of the second step was not, or was used before."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = gettext_lazy("This code is not right, or was used already.")
    default_code = "wrong_code"
    auth_header = "Bearer"


class NoToken(DomainError):
    """Neither the body nor a cookie holds a refresh token."""

    status, code = 400, "refresh_token_required"


# --- Shapes -----------------------------------------------------------------------


class CodedLoginSerializer(LoginSerializer):
    code = StrictCharField(max_length=100, required=False, allow_blank=True, default="")


class RefreshTokenSerializer(serializers.Serializer[Any]):
    """The token, for programs that keep no cookies."""

    refresh_token = StrictCharField(
        max_length=MAX_TOKEN, required=False, allow_blank=True, allow_null=True, default=""
    )


class TokenPairSerializer(serializers.Serializer[TokenPair]):
    """Both tokens; the lives in seconds."""

    access_token = serializers.CharField(source="access")
    refresh_token = serializers.CharField(source="refresh")
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    refresh_expires_in = serializers.IntegerField()
    session_id = serializers.UUIDField()


class LoggedInSerializer(SignedInSerializer):
    """The person, and the tokens of the new session."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.CharField()
    expires_in = serializers.IntegerField()
    refresh_expires_in = serializers.IntegerField()
    session_id = serializers.UUIDField()

    class Meta:
        model = User
        fields = read_only_fields = (
            *SignedInSerializer.Meta.fields,
            "access_token",
            "refresh_token",
            "token_type",
            "expires_in",
            "refresh_expires_in",
            "session_id",
        )


# --- Signing in -------------------------------------------------------------------


class DoorView(ApiView):
    """A call that makes or ends a session, so that none is needed to make it."""

    is_keyed = False
    scopes = CLOSED
    authentication_classes = (DoorAuthentication,)
    permission_classes = (AllowAny,)


class LoginView(DoorView):
    @extend_schema(
        operation_id="login",
        request=CodedLoginSerializer,
        responses=LoggedInSerializer,
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Sign in: a new session, as cookies and as tokens."""
        values = self.body(CodedLoginSerializer)
        code = values.pop("code")
        user = self._authenticate(request, **values)
        return admit(request, user, code=code)

    def _authenticate(self, request: Request, *, email: str, password: str) -> User:
        """Return whose password this is, disabled people included."""
        user = get_adapter().authenticate(
            request._request, email=email.strip().lower(), password=password
        )
        if user is None:
            raise WrongCredentials
        return user


def admit(request: Request, user: User, *, code: str) -> Response:
    """Sign in whoever has shown to be this person, unless something else stands in the way."""
    if not user.is_active:
        raise Forbidden(_("This account has been disabled."), code="disabled")
    if sign_in_settings.EMAIL_VERIFICATION == "mandatory" and not user.is_verified:
        raise Forbidden(_("Please confirm your e-mail first."), code="not_verified")
    _check_second_step(user, code)
    return sign_in(request, user)


def _check_second_step(user: User, code: str) -> None:
    if not mfa.is_required(user):
        return
    if not code:
        raise CodeNeeded
    if not mfa.check_code(user, code.strip()):
        raise WrongCode


def sign_in(request: Request, user: User) -> Response:
    """Start a session for a program and answer with everything that presents it."""
    session = start_session(request._request, user, kind=Session.Kind.PROGRAM)
    pair = tokens.issue(session, user, at=timezone.now())
    answer = dict(SignedInSerializer(user).data) | dict(TokenPairSerializer(pair).data)
    response = Response(answer)
    set_cookies(response, pair)
    return response


# --- Going on ---------------------------------------------------------------------


class RefreshView(DoorView):
    parser_classes = ANY_FORM

    @extend_schema(
        operation_id="refresh",
        request={"application/json": RefreshTokenSerializer},
        responses=TokenPairSerializer,
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """Trade a refresh token, from the body or its cookie, for a new pair; it works once."""
        cookie = request.COOKIES.get(settings.REFRESH_COOKIE_NAME, "")
        raw = self.body(RefreshTokenSerializer)["refresh_token"] or cookie
        if not raw:
            raise NoToken(_("Please send a refresh token in the body or as a cookie."))
        client = tokens.fingerprint(request._request)
        pair = tokens.refresh(raw, client_fingerprint=client, at=timezone.now())
        response = Response(TokenPairSerializer(pair).data)
        # A cookie of another session belongs to whoever uses this browser, not to this program.
        if not cookie or cookie.startswith(pair.session_id.hex):
            set_cookies(response, pair)
        return response


# --- Signing out ------------------------------------------------------------------


class LogoutView(DoorView):
    parser_classes = ANY_FORM

    @extend_schema(
        operation_id="logout",
        request={"application/json": RefreshTokenSerializer},
        responses=MessageSerializer,
        tags=["auth"],
    )
    def post(self, request: Request) -> Response:
        """End the session of the refresh token in the body, of the bearer or of the cookies."""
        session = _presented(request, self.body(RefreshTokenSerializer)["refresh_token"] or "")
        end_session(session.public_id)
        return Response({"message": _("You are signed out.")})

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Clear the cookies, also those that turned out to be dead."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.status_code in {status.HTTP_200_OK, status.HTTP_401_UNAUTHORIZED}:
            clear_cookies(answer)
        return answer


def _presented(request: Request, raw: str) -> Session:
    """Return the session to end; raise InvalidToken for a dead one, Forbidden without any."""
    http = request._request
    cookie = http.COOKIES.get(settings.REFRESH_COOKIE_NAME, "")
    is_bearer = bearer_of(http) is not None
    if raw or (cookie and not is_bearer and not http.user.is_authenticated):
        return tokens.session_of_refresh(raw or cookie)
    credential = authenticate(http)
    require_scope(credential, None)
    if credential is None or credential.session is None:
        raise Forbidden(_("Please sign in first."), code="not_authenticated")
    return credential.session


# --- Keys -------------------------------------------------------------------------


class JwkSerializer(serializers.Serializer[Any]):
    """The public half of a key that signs access tokens (RFC 7517)."""

    kty = serializers.CharField()
    use = serializers.CharField()
    alg = serializers.CharField()
    kid = serializers.CharField()
    n = serializers.CharField()
    e = serializers.CharField()


class JwksSerializer(serializers.Serializer[Any]):
    keys = JwkSerializer(many=True)


class JwksView(DoorView):
    @extend_schema(operation_id="get_jwks", responses=JwksSerializer, tags=["auth"])
    def get(self, request: Request) -> Response:
        """The public keys by which anybody can check an access token."""
        return Response(
            keys.jwks(), headers={"Cache-Control": f"public, max-age={keys.CACHE_SECONDS}"}
        )
