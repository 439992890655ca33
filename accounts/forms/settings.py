"""The forms of the settings pages: one for each section."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.core.validators import URLValidator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import preferences
from accounts.forms.sign_in import clean_pen_name
from accounts.models import Preferences, Profile, User
from nexus.lib.days import time_zones

DAY_ENDS = [(0, _("midnight"))] + [
    (hour, format_lazy(_("{hour}:00 at night"), hour=hour)) for hour in preferences.DAY_ENDS[1:]
]
OWN_RULE = Preferences.CountingRule.NEXUS
OTHER_RULES = [(rule, name) for rule, name in Preferences.CountingRule.choices if rule != OWN_RULE]
# The other names of the tz database are old spellings and offsets without summer time.
REGIONS = (
    ("Africa", _("Africa")),
    ("America", _("America")),
    ("Antarctica", _("Antarctica")),
    ("Arctic", _("Arctic")),
    ("Asia", _("Asia")),
    ("Atlantic", _("Atlantic")),
    ("Australia", _("Australia")),
    ("Europe", _("Europe")),
    ("Indian", _("Indian Ocean")),
    ("Pacific", _("Pacific")),
)


def _number(label: Any, span: range, help_text: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=span[0], max_value=span[-1], help_text=help_text
    )


def _switch(label: Any, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False)


@cache
def _zone_options(language: str | None) -> str:
    """Write five hundred options once; a template for each of them took most of a page."""
    groups = []
    for region, label in REGIONS:
        names = sorted(name for name in time_zones() if name.startswith(f"{region}/"))
        rows = [(name, _place(name)) for name in names]
        options = format_html_join("", '<option value="{}">{}</option>', rows)
        groups.append(format_html('<optgroup label="{}">{}</optgroup>', label, options))
    return SafeString('<option value="UTC">UTC</option>' + "".join(groups))


def _place(name: str) -> str:
    return ", ".join(reversed(name.replace("_", " ").split("/")[1:]))


class TimeZoneSelect(forms.Select):
    """Every zone by region. A name that is not offered, as an old spelling, stands first."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        options, chosen = _zone_options(get_language()), str(value or "")
        mark = f'<option value="{chosen}">'
        if chosen in time_zones() and mark in options:
            options = options.replace(mark, f"{mark[:-1]} selected>", 1)
        elif chosen:
            options = format_html('<option value="{0}" selected>{0}</option>', chosen) + options
        attributes = forms.utils.flatatt(self.build_attrs(self.attrs, attrs) | {"name": name})
        return format_html("<select{}>{}</select>", attributes, SafeString(options))


class ProfileForm(forms.Form):
    """Who the writer is; everything but the pen name is hers to leave out."""

    username = forms.CharField(
        label=_("Pen name"),
        max_length=preferences.PEN_NAME_LENGTH,
        help_text=_("How Nexus greets you."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )

    def clean_username(self) -> str:
        return clean_pen_name(self.cleaned_data["username"])


class PortraitForm(forms.Form):
    """A picture of the writer."""

    file = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG or WebP, up to 5 MB; a square is cut from its middle."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": _("Please choose a picture."),
            "empty": _("This file is empty."),
        },
    )


class AboutForm(forms.ModelForm):
    """The rest of the profile."""

    website = forms.CharField(
        label=_("Website"),
        max_length=300,
        required=False,
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"autocomplete": "url", "placeholder": "https://"}),
    )

    class Meta:
        model = Profile
        fields = preferences.PROFILE
        widgets: ClassVar[dict[str, Any]] = {
            "first_name": forms.TextInput(attrs={"autocomplete": "given-name"}),
            "last_name": forms.TextInput(attrs={"autocomplete": "family-name"}),
            "country": forms.TextInput(attrs={"autocomplete": "country-name"}),
            "city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        }


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(
        label=_("Theme"), choices=Preferences.Theme.choices, widget=forms.RadioSelect
    )


class AppearanceForm(ThemeForm):
    """How the studio looks and moves."""

    reduced_motion = _switch(
        _("Keep everything still"), _("No movement, whatever the device says.")
    )


class EditorForm(forms.Form):
    """How prose is set, and how the editor begins."""

    font = forms.ChoiceField(label=_("Typeface"), choices=Preferences.EditorFont.choices)
    size = _number(_("Size"), preferences.SIZES, _("14 to 28 pixels"))
    line_height = forms.DecimalField(
        label=_("Line height"),
        min_value=Decimal(str(preferences.LINE_HEIGHTS[0])),
        max_value=Decimal(str(preferences.LINE_HEIGHTS[1])),
        max_digits=2,
        decimal_places=1,
        help_text=_("1.3 to 2.0 times the size"),
        widget=forms.NumberInput(attrs={"step": "0.1"}),
    )
    width = _number(_("Width of a line"), preferences.WIDTHS, _("56 to 80 characters"))
    spell_check = _switch(_("Check spelling"), _("Your browser underlines what it does not know."))
    typewriter = _switch(
        _("Typewriter line"), _("The line you write stays at the same height of the window.")
    )
    focus_mode = _switch(
        _("Begin in focus"), _("All but the paragraph you write is dimmed; F8 changes it.")
    )


class WritingDayForm(forms.Form):
    """When a writing day, a week and a session end, and how words are counted."""

    time_zone = forms.CharField(label=_("Time zone"), max_length=64, widget=TimeZoneSelect)
    day_end_hour = forms.TypedChoiceField(
        label=_("My day ends at"),
        choices=DAY_ENDS,
        coerce=int,
        help_text=_("If you write past midnight, let the day end later."),
    )
    week_start = forms.TypedChoiceField(
        label=_("My week starts on"), choices=User.WeekStart.choices, coerce=int
    )
    idle_minutes = _number(
        _("A session ends after"), preferences.IDLE_MINUTES, _("Minutes of rest, 1 to 30.")
    )
    daily_minimum = _number(
        _("A day counts for my streak from"),
        preferences.DAILY_MINIMA,
        _("Of writing, 1 to 10,000. Rest days never break a streak."),
    )
    minimum_unit = forms.ChoiceField(label=_("Counted in"), choices=Preferences.MinimumUnit.choices)
    counting_rule = forms.ChoiceField(
        label=_("Beside our own count of a chapter, show"),
        choices=[(OWN_RULE.value, _("nothing else")), *OTHER_RULES],
        help_text=_("For comparison only: targets and statistics always use our own."),
    )

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"])
        if name not in time_zones():
            raise forms.ValidationError(_("There is no such time zone."))
        return name


class NotificationsForm(forms.Form):
    """What is worth a letter."""

    mail_new_device = _switch(
        _("A sign-in from a new device"), _("So that you know when it was not you.")
    )
    mail_finished_jobs = _switch(
        _("An import or export that is done"), _("Its name and a link, never your text.")
    )
