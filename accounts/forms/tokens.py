"""The form that makes a personal API token."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.api_tokens import MAX_NAME
from accounts.models import ApiToken
from nexus.lib.errors import Invalid
from nexus.lib.names import clean_title

LIFETIMES = [
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("a year")),
    ("0", _("until I revoke it")),
]


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("What is it for?"),
        max_length=MAX_NAME,
        help_text=_("A name you will know again, such as “Backup on my laptop”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=ApiToken.Scope.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "check"}),
        error_messages={"required": _("Please choose what the token may do.")},
    )
    expires_in_days = forms.TypedChoiceField(
        label=_("It lasts"), choices=LIFETIMES, initial="90", coerce=int
    )

    def clean_name(self) -> str:
        try:
            return clean_title(self.cleaned_data["name"], field="name", max_length=MAX_NAME)
        except Invalid as error:
            raise forms.ValidationError(error.detail, code=error.code) from error

    def clean_expires_in_days(self) -> int | None:
        return self.cleaned_data["expires_in_days"] or None
