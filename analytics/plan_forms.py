"""The shape of a plan, as its page asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from analytics.forms import DateInput
from stories.models import MAX_QUOTA, Plan
from stories.services.targets import EVERY_DAY, MAX_WEIGHT

NEW_PLAN_WORDS = 50_000
NEW_PLAN_DAYS = 90
WEIGHTS = tuple(f"weight_{number}" for number in range(7))


def _words(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MAX_QUOTA,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class PlanForm(forms.Form):
    total_words = _words(_("Words in all"))
    start_words = _words(_("Words at the beginning"), _("What was there when the plan began."))
    start_on = forms.DateField(label=_("From"), widget=DateInput())
    due_on = forms.DateField(label=_("Done by"), widget=DateInput())
    strategy = forms.ChoiceField(label=_("How it is spread"), choices=Plan.Strategy.choices)

    def __init__(self, data: Any, *, plan: Plan | None, story: Any, at: datetime) -> None:
        super().__init__(data, initial=_initial(plan, story=story, at=at))
        for number, name in enumerate(WEIGHTS):
            self.fields[name] = forms.IntegerField(
                label=WEEKDAYS[number],
                min_value=0,
                max_value=MAX_WEIGHT,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    @property
    def weights(self) -> list[forms.BoundField]:
        return [self[name] for name in WEIGHTS]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("start_on"), values.get("due_on")
        if first and last and last < first:
            self.add_error("due_on", _("The last day must not come before the first."))
        given = [values.get(name) for name in WEIGHTS]
        if None not in given and not any(given):
            self.add_error(WEIGHTS[0], _("Please leave at least one day to write."))
        return values

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        plain = {name: self.cleaned_data[name] for name in PlanForm.base_fields}
        return plain | {"weekday_weights": [self.cleaned_data[name] for name in WEIGHTS]}


def _initial(plan: Plan | None, *, story: Any, at: datetime) -> dict[str, Any]:
    weights = plan.weekday_weights if plan else EVERY_DAY
    spread = dict(zip(WEIGHTS, weights, strict=True))
    if plan:
        return spread | {name: getattr(plan, name) for name in PlanForm.base_fields}
    today = story.owner.day_of(at)
    return spread | {
        "total_words": max(NEW_PLAN_WORDS, -(-story.word_count * 2 // 1000) * 1000),
        "start_words": story.word_count,
        "start_on": today,
        "due_on": today + timedelta(days=NEW_PLAN_DAYS),
        "strategy": Plan.Strategy.STEADY,
    }
