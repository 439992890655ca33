"""The forms of the settings pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms.sign_in import clean_pen_name
from accounts.models import Preferences, User
from nexus.lib.days import time_zones

DAY_ENDS = [(0, _("midnight"))] + [
    (hour, format_lazy(_("{hour}:00 at night"), hour=hour)) for hour in range(1, 7)
]


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
