"""A target as pages show it: one sentence, a share, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analytics.reports.targets import Progress
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
        "history": SafeString("".join(_past_rows(target, progress))),
    }


def _past_rows(target: Target, progress: Progress) -> Iterator[str]:
    """Yield the rows of the table, the newest first, ready: sixty targets have thousands."""
    kept, missed, rest = escape(_("kept")), escape(_("missed")), escape(_("rest"))
    language = get_language()
    for past in progress.history[: -MOST_PAST - 1 : -1]:
        how = f'<span class="muted">{missed if past.is_missed else rest}</span>'
        if past.is_kept:
            how = f'<span class="chip chip--gold">{kept}</span>'
        name = _name_of(past.first, past.last, target.frequency, language)
        words, quota = _said(past.words, language), _said(past.quota, language)
        yield (
            f'<tr><th scope="row">{name}</th><td class="table__number">{words}</td>'
            f'<td class="table__number">{quota}</td><td>{how}</td></tr>'
        )


# Many targets have the same days.
@lru_cache(1_000)
def _name_of(first: date, last: date, frequency: str, language: str | None) -> SafeString:
    if frequency == Target.Frequency.DAILY:
        return escape(date_format(first, "D j F"))
    if frequency == Target.Frequency.MONTHLY:
        return escape(date_format(first, "F Y"))
    return escape(f"{date_format(first, 'j F')} – {date_format(last, 'j F')}")


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
    reached, missed = progress.kept, progress.missed
    if reached or missed:
        kept = _("kept %(kept)d of %(all)d so far") % {"kept": reached, "all": reached + missed}
    until = _("until %(last)s") % dates
    return " · ".join(part for part in (until, kept) if part)


def _date(day: Any) -> str:
    return date_format(day, "j F Y")


def _whole(value: int) -> str:
    return _said(value, get_language())


@lru_cache(10_000)
def _said(value: int, language: str | None) -> SafeString:
    return escape(number_format(value, use_l10n=True, force_grouping=True))
