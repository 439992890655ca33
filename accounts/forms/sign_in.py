"""The forms of sign-up and sign-in."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.strength import strength_of
from nexus.lib.days import time_zones
from nexus.lib.errors import Invalid
from nexus.lib.names import clean_title

PEN_NAME_LENGTH = 100


def clean_pen_name(raw: str) -> str:
    try:
        return clean_title(raw, field="username", max_length=PEN_NAME_LENGTH)
    except Invalid as refusal:
        raise forms.ValidationError(refusal.detail) from refusal


def _without_placeholders(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class LoginForm(allauth_forms.LoginForm):
    """The library's form in our words; a label above a field needs no second one inside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["remember"].label = _("Keep me signed in")
        _without_placeholders(self)


class SignupForm(allauth_forms.SignupForm):
    """E-mail, password and a pen name; the time zone comes from the browser where it can."""

    pen_name = forms.CharField(
        label=_("Pen name"),
        max_length=PEN_NAME_LENGTH,
        help_text=_("How Nexus greets you. Change it whenever you like."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order: ClassVar[list[str]] = ["pen_name", "email", "password1", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")
        # One sentence instead of a list of prohibitions; a refusal names the one that was broken.
        self.fields["password1"].help_text = _("At least ten characters, and not easy to guess.")
        _without_placeholders(self)

    def clean(self) -> dict[str, Any]:
        """Judge the password as every other door does: the pen name counts against it too."""
        values: dict[str, Any] = super().clean()
        password = values.get("password1")
        if password and "password1" not in self.errors:
            newcomer = User(email=values.get("email", ""), username=values.get("pen_name", ""))
            for message in strength_of(password, user=newcomer).messages:
                self.add_error("password1", message)
        return values

    def clean_pen_name(self) -> str:
        return clean_pen_name(self.cleaned_data["pen_name"])

    def clean_time_zone(self) -> str:
        """Keep a zone of the tz database; the browser's word is a hint, never an error."""
        raw: str = self.cleaned_data["time_zone"]
        return raw if raw in time_zones() else ""
