"""The forms of the second step: a code, a passkey, and setting either up."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account import forms as account_forms
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as allauth_forms
from allauth.mfa.internal.flows.add import validate_can_add_authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from accounts import limits, mfa
from accounts.models import Session
from nexus.lib.errors import TooMany

# All that reading a stranger's bytes as JSON, base64, CBOR and keys can end in.
MALFORMED = (
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
CODE_ATTRIBUTES = {
    "autocomplete": "one-time-code",
    "autocapitalize": "off",
    "spellcheck": "false",
    "inputmode": "numeric",
    "autofocus": True,
}


def _code_field(help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=help_text,
        widget=forms.TextInput(attrs=CODE_ATTRIBUTES),
    )


class _UsesCode(allauth_forms.BaseAuthenticateForm):
    """Asks `accounts.mfa` instead of the library, whose memory of used codes is each process's."""

    code = _code_field(_("Six digits from your app, or one of your recovery codes."))

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            row = mfa.use_code(self.user, code, at=timezone.now())
        except TooMany as refusal:
            raise forms.ValidationError(refusal.detail, code=refusal.code) from refusal
        if row is None:
            raise get_adapter().validation_error("incorrect_code")
        self.authenticator = row
        return code


class AuthenticateForm(_UsesCode, allauth_forms.AuthenticateForm):
    """The second step of signing in."""


class ReauthenticateForm(_UsesCode, allauth_forms.ReauthenticateForm):
    """A code instead of the password before something sensitive."""


class PasswordAgainForm(account_forms.ReauthenticateForm):
    """The password before something sensitive; the label above the field is enough."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs.pop("placeholder", None)


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):
    """The first code of a new app shows that it keeps the same time as we do."""

    code = _code_field(_("The six digits your app shows now."))

    def clean_code(self) -> str:
        validate_can_add_authenticator(self.user)
        code: str = self.cleaned_data["code"]
        try:
            limits.mfa_code(self.user)
        except TooMany as refusal:
            raise forms.ValidationError(refusal.detail, code=refusal.code) from refusal
        if mfa.matching_step(self.secret, code, at=timezone.now()) is None:
            raise get_adapter().validation_error("incorrect_code")
        return code


class CredentialField(forms.JSONField):
    """What a passkey answered: its parts are all there, whether or not the signature is right.

    The library checks the signature, but stumbles over anything that no browser would send.
    """

    widget = forms.HiddenInput

    def __init__(self, shape: type[RegistrationResponse | AuthenticationResponse]) -> None:
        super().__init__()
        self.shape = shape

    def clean(self, value: Any) -> Any:
        try:
            credential = super().clean(value)
            self.shape.from_dict(credential)
        except MALFORMED as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return credential


class AddPasskeyForm(passkey_forms.AddWebAuthnForm):
    credential = CredentialField(RegistrationResponse)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label=_("Name"), max_length=100, required=False)
        self.fields["passwordless"] = forms.BooleanField(
            label=_("Sign in with it alone, without the password"),
            required=False,
            initial=True,
            help_text=_("It then asks for your finger, face or PIN. Most phones and laptops can."),
        )


class EditPasskeyForm(passkey_forms.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=100)


class PasskeyStepForm(passkey_forms.AuthenticateWebAuthnForm):
    """A passkey as the second step."""

    credential = CredentialField(AuthenticationResponse)


class PasskeyReauthenticateForm(passkey_forms.ReauthenticateWebAuthnForm):
    """A passkey instead of the password before something sensitive."""

    credential = CredentialField(AuthenticationResponse)


class PasskeySignInForm(passkey_forms.LoginWebAuthnForm):
    """A passkey instead of e-mail and password; short unless the box says otherwise."""

    credential = CredentialField(AuthenticationResponse)
    remember = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        kind = Session.Kind.KEPT if values.get("remember") else Session.Kind.SHORT
        context.request.session.kind = kind
        return values
