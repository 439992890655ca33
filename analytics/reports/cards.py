"""A target as pages show it: one sentence, a share, and until when."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from analytics.reports.targets import PastPeriod, Progress
from stories.models import Target

# Kept and missed periods a page shows; the API has them all.
MOST_PAST = 31


def target_card(target: Target, progress: Progress) -> dict[str, Any]:
    """Return ready values for a template; `percent` is what a bar of 100 can show."""
    return {
        "id": target.pk,
        "frequency_label": target.get_frequency_display(),
        "sentence": target_sentence(target, progress),
        "percent": min(100, progress.percent) if progress.period else 0,
        "is_met": progress.is_met,
        "period": period_words(target, progress),
        "words": progress.words,
        "quota": target.quota,
        "history": [_past(past, target) for past in reversed(progress.history[-MOST_PAST:])],
    }


def _past(past: PastPeriod, target: Target) -> dict[str, Any]:
    state, label = _how_it_went(past)
    return {
        "label": _name_of(past, target),
        "words": _whole(past.words),
        "quota": _whole(past.quota),
        "state": state,
        "state_label": label,
    }


def _how_it_went(past: PastPeriod) -> tuple[str, str]:
    if past.is_kept:
        return "kept", _("kept")
    return ("missed", _("missed")) if past.is_missed else ("rest", _("rest"))


def _name_of(past: PastPeriod, target: Target) -> str:
    first, last = past.period.first, past.period.last
    if target.frequency == Target.Frequency.DAILY:
        return date_format(first, "D j F")
    if target.frequency == Target.Frequency.MONTHLY:
        return date_format(first, "F Y")
    return f"{date_format(first, 'j F')} – {date_format(last, 'j F')}"


def target_sentence(target: Target, progress: Progress) -> str:
    """Say how far the period is."""
    sentences = {
        Target.Frequency.DAILY: _("%(words)s of %(quota)s words today"),
        Target.Frequency.WEEKLY: _("%(words)s of %(quota)s words this week"),
        Target.Frequency.MONTHLY: _("%(words)s of %(quota)s words this month"),
    }
    if progress.period is None:
        return _("%(quota)s words") % {"quota": _whole(target.quota)}
    sentence = sentences[Target.Frequency(target.frequency)]
    return sentence % {"words": _whole(progress.words), "quota": _whole(target.quota)}


def period_words(target: Target, progress: Progress) -> str:
    """Say when the period ends, or the dates of a target that is not running."""
    dates = {"first": _date(target.from_date), "last": _date(target.to_date)}
    if progress.period is None:
        return _("from %(first)s to %(last)s") % dates
    kept = ""
    if progress.kept or progress.missed:
        kept = _("kept %(kept)d of %(all)d so far") % {
            "kept": progress.kept,
            "all": progress.kept + progress.missed,
        }
    until = _("until %(last)s") % dates
    return " · ".join(part for part in (until, kept) if part)


def _date(day: Any) -> str:
    return date_format(day, "j F Y")


def _whole(value: int) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)
