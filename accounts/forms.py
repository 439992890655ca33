"""Forms about the writer's own account."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Preferences, User
from nexus.lib.days import time_zones
from nexus.lib.errors import Invalid
from nexus.lib.names import clean_title

PEN_NAME_LENGTH = 100
DAY_ENDS = [(0, _("midnight"))] + [
    (hour, format_lazy(_("{hour}:00 at night"), hour=hour)) for hour in range(1, 7)
]


def clean_pen_name(raw: str) -> str:
    try:
        return clean_title(raw, field="username", max_length=PEN_NAME_LENGTH)
    except Invalid as refusal:
        raise forms.ValidationError(refusal.detail) from refusal


def known_time_zone(raw: str) -> str:
    """Return a zone of the tz database; the browser's word is a hint, never an error."""
    return raw if raw in time_zones() else "UTC"


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

    def clean_pen_name(self) -> str:
        return clean_pen_name(self.cleaned_data["pen_name"])

    def clean_time_zone(self) -> str:
        return known_time_zone(self.cleaned_data["time_zone"])


class ProfileForm(forms.ModelForm):
    """Who the writer is, and when a writing day begins and ends."""

    time_zone = forms.ChoiceField(label=_("Time zone"))
    day_end_hour = forms.TypedChoiceField(label=_("My day ends at"), choices=DAY_ENDS, coerce=int)

    class Meta:
        model = User
        fields = ("username", "time_zone", "day_end_hour", "week_start")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(name, name.replace("_", " ")) for name in sorted(time_zones())]
        self.fields["time_zone"].choices = zones  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        return clean_pen_name(self.cleaned_data["username"])


class PreferencesForm(forms.ModelForm):
    """How the studio looks, and when a pause ends a writing session."""

    idle_minutes = forms.IntegerField(
        label=_("A session ends after"), min_value=1, max_value=30, help_text=_("minutes of rest")
    )

    class Meta:
        model = Preferences
        fields = ("theme", "idle_minutes")
        labels: ClassVar[dict[str, Any]] = {"theme": _("Theme")}


class ThemeForm(forms.ModelForm):
    class Meta:
        model = Preferences
        fields = ("theme",)


class StaffUserCreationForm(BaseUserCreationForm):
    """Staff make an account: two writers may share a pen name, not an address."""

    class Meta:
        model = User
        fields = ("email", "username")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_username(self) -> str:
        return clean_pen_name(self.cleaned_data["username"])


class StaffUserChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()
