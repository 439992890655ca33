"""The form that asks for another e-mail address."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class EmailChangeForm(forms.Form):
    email = forms.EmailField(
        label=_("New address"),
        help_text=_("We send a link there. Your present address works until you follow it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
