"""The forms of new passwords and of forgotten ones."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import passwords
from accounts.models import User


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a link; whether the address is known is nobody's business, not even the form's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        self.fields["email"].widget.attrs.pop("placeholder", None)

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


class PasswordFields(forms.Form):
    """The library's fields in our words: labels above, one sentence below, nothing inside."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Your password now"),
            "password1": _("New password"),
            "password2": _("The new password once more"),
        }
        for name, field in self.fields.items():
            field.label = labels.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)
        # A refusal names the rule that was broken; a list of prohibitions helps nobody.
        self.fields["password1"].help_text = _("At least ten characters, and not easy to guess.")


class ChangePasswordForm(PasswordFields, allauth_forms.ChangePasswordForm):
    pass


class SetPasswordForm(PasswordFields, allauth_forms.SetPasswordForm):
    pass


class ResetKeyForm(PasswordFields, allauth_forms.ResetPasswordKeyForm):
    pass
