"""The shape of a rest, as its page asks for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from analytics.forms import DateInput, refuse_reversed
from analytics.models import RestDay

WHICH = [
    ("", _("every day of these")),
    *(
        (str(number), format_lazy(_("every {weekday}"), weekday=name))
        for number, name in WEEKDAYS.items()
    ),
]


class RestForm(forms.Form):
    from_date = forms.DateField(label=_("From"), widget=DateInput())
    to_date = forms.DateField(
        label=_("Until"),
        widget=DateInput(),
        required=False,
        help_text=_("Left empty: one day, or a weekday for good."),
    )
    weekday = forms.ChoiceField(label=_("Which days"), choices=WHICH, required=False)
    kind = forms.ChoiceField(label=_("Why"), choices=RestDay.Kind.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        return refuse_reversed(self, super().clean() or {})

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        weekday = self.cleaned_data["weekday"]
        return self.cleaned_data | {"weekday": int(weekday) if weekday else None}
