"""The forms of a forgotten password."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django.http import HttpRequest

from accounts import passwords
from accounts.models import User


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a link; whether the address is known is nobody's business, not even the form's."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email = str(self.cleaned_data["email"])
        passwords.request_reset(email)
        return email


class ResetTokenForm(allauth_forms.UserTokenForm):
    """Reads what a mailed link names."""

    def _get_user(self, uidb36: str) -> User | None:
        return passwords.find_for_reset(uidb36, rows=User.objects.all())
