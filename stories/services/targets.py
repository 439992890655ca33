"""Setting and changing what a writer wants to reach: targets and the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from nexus.lib.errors import Conflict, FieldError, Invalid, NotFound
from stories.models import MAX_QUOTA, Plan, Story, Target
from stories.plans import MOST_DAYS
from stories.services.conflicts import refusing

EVERY_DAY = (1, 1, 1, 1, 1, 1, 1)
MAX_WEIGHT = 100


@transaction.atomic
def create_target(
    story: Story, *, quota: int, frequency: str, from_date: date, to_date: date
) -> Target:
    """Set a target; Conflict when the story has one of that frequency."""
    target = Target(
        story=story, quota=quota, frequency=frequency, from_date=from_date, to_date=to_date
    )
    _check_target(target)
    with refusing("target_once_per_frequency", _frequency_taken()):
        target.save(force_insert=True)
    return target


@transaction.atomic
def update_target(target: Target, **changes: Any) -> Target:
    """Change any of quota, frequency, from_date and to_date.

    The row is read again under a lock, so that two half changes cannot cross each other's dates.
    """
    stored = Target.objects.select_for_update(no_key=True).filter(pk=target.pk).first()
    if stored is None:
        raise NotFound(_("There is no such target."))
    for name, value in changes.items():
        setattr(stored, name, value)
    _check_target(stored)
    if changes:
        with refusing("target_once_per_frequency", _frequency_taken()):
            stored.save(update_fields=[*changes, "updated_at"])
    return stored


@transaction.atomic
def delete_target(target: Target) -> None:
    if not Target.objects.filter(pk=target.pk).delete()[0]:
        raise NotFound(_("There is no such target."))


@transaction.atomic
def set_plan(
    story: Story,
    *,
    total_words: int,
    start_on: date,
    due_on: date,
    start_words: int = 0,
    weekday_weights: Sequence[int] = EVERY_DAY,
    strategy: str = Plan.Strategy.STEADY,
) -> tuple[Plan, bool]:
    """Make or replace the story's plan; return it, and whether it is new."""
    _check_number("total_words", total_words)
    _check_number("start_words", start_words)
    check_terms(start_on, due_on, weekday_weights)
    _check_choice("strategy", strategy, Plan.Strategy.values)
    values = {
        "total_words": total_words,
        "start_words": start_words,
        "start_on": start_on,
        "due_on": due_on,
        "weekday_weights": list(weekday_weights),
        "strategy": strategy,
    }
    return Plan.objects.update_or_create(story=story, defaults=values)


@transaction.atomic
def delete_plan(story: Story) -> None:
    if not Plan.objects.filter(story=story).delete()[0]:
        raise NotFound(_("This story has no plan."), code="no_plan")


def check_terms(start_on: date, due_on: date, weekday_weights: Sequence[int]) -> None:
    """Raise Invalid unless a plan can run from one day to the other with these weekdays."""
    _check_dates(start_on, due_on, field="due_on")
    _check_length(start_on, due_on)
    _check_weights(weekday_weights)


def _check_target(target: Target) -> None:
    _check_number("quota", target.quota)
    _check_choice("frequency", target.frequency, Target.Frequency.values)
    _check_dates(target.from_date, target.to_date, field="to_date")


def _check_number(field: str, value: object) -> None:
    if type(value) is not int or not 0 <= value <= MAX_QUOTA:
        message = _("Please give a whole number from 0 to %(max)d.") % {"max": MAX_QUOTA}
        raise Invalid.field(field, message, code="out_of_range")


def _check_dates(first: date, last: date, *, field: str) -> None:
    if last < first:
        message = _("The last day must not come before the first.")
        raise Invalid.field(field, message, code="dates_reversed")


def _check_length(first: date, last: date) -> None:
    if (last - first).days >= MOST_DAYS:
        message = _("A plan may take a hundred years, and no longer.")
        raise Invalid.field("due_on", message, code="too_long")


def _check_choice(field: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        message = _("Please choose one of: %(allowed)s.") % {"allowed": ", ".join(allowed)}
        raise Invalid.field(field, message, code="invalid_choice")


def _check_weights(weights: Sequence[int]) -> None:
    fits = len(weights) == 7 and all(
        type(weight) is int and 0 <= weight <= MAX_WEIGHT for weight in weights
    )
    if not fits or not any(weights):
        message = _("Please give seven whole numbers from 0 to %(max)d, not all 0.") % {
            "max": MAX_WEIGHT
        }
        raise Invalid.field("weekday_weights", message)


def _frequency_taken() -> Conflict:
    message = _("This story has a target of that frequency already.")
    error = FieldError("frequency", message, "target_exists")
    return Conflict(message, code="target_exists", errors=[error])
