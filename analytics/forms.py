"""The shape of a target and of a range of days, as pages ask for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from analytics.reports.overview import MOST_DAYS
from stories.models import MAX_QUOTA, Target


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TargetForm(forms.Form):
    quota = forms.IntegerField(
        label=_("Words"),
        min_value=0,
        max_value=MAX_QUOTA,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    frequency = forms.ChoiceField(label=_("How often"), choices=Target.Frequency.choices)
    from_date = forms.DateField(label=_("From"), widget=DateInput())
    to_date = forms.DateField(label=_("Until"), widget=DateInput())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return refuse_reversed(self, values)


class RangeForm(forms.Form):
    """What a statistics page shows; everything may be left out."""

    frequency = forms.ChoiceField(
        label=_("By"),
        choices=[("Daily", _("day")), ("Weekly", _("week")), ("Monthly", _("month"))],
        required=False,
    )
    from_date = forms.DateField(label=_("From"), widget=DateInput(), required=False)
    to_date = forms.DateField(label=_("Until"), widget=DateInput(), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return refuse_reversed(self, values)


def refuse_reversed(form: forms.Form, values: dict[str, Any]) -> dict[str, Any]:
    first, last = values.get("from_date"), values.get("to_date")
    if first and last and last < first:
        form.add_error("to_date", _("The last day must not come before the first."))
    return values


class OverviewForm(RangeForm):
    """The same for all stories, with what to count; ten years at most."""

    measure = forms.ChoiceField(
        label=_("Count"),
        choices=[
            ("words", _("words written")),
            ("net", _("net words")),
            ("gross", _("gross words")),
            ("minutes", _("minutes")),
        ],
        required=False,
    )

    field_order = ("measure", "frequency", "from_date", "to_date")

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last = values.get("from_date"), values.get("to_date")
        last = last or timezone.localdate()
        if first and (last - first).days >= MOST_DAYS:
            self.add_error("from_date", _("Please ask for ten years at most."))
        return values
