"""The form that ends an account."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_PASSWORD = 1000


class ProofField(forms.CharField):
    """One of two proofs of the same: neither is needed by itself, but neither is a mere wish."""

    is_alternative = True


class DeletionForm(forms.Form):
    """The e-mail by hand, so that nobody ends an account by a slip; then proof of who types."""

    email = forms.CharField(
        label=_("Your e-mail, typed out"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}
        ),
    )
    password = ProofField(
        label=_("Your password"),
        max_length=MAX_PASSWORD,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = ProofField(
        label=_("Or a code"),
        max_length=20,
        required=False,
        help_text=_("From your authenticator app or your recovery codes, instead of the password."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )

    def __init__(self, *args: object, has_codes: bool = False, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        if not has_codes:
            del self.fields["code"]
            self.fields["password"].required = True
