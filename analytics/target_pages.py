"""Ready values for the page of targets: groups by story, the month, the rest declared."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from analytics import reports
from analytics.charts.chart import long_date, whole
from analytics.models import RestDay
from analytics.periods import DAY
from analytics.reports.rest import MET, MISSED, REST, WRITTEN, CalendarDay, Month, month_report
from nexus.lib.wording import hue_of
from stories.models import Plan, Story, Target

MOST_RESTS_SHOWN = 50
THOUSAND = 1_000
STATES: dict[str, Promise] = {
    MET: gettext_lazy("target met"),
    MISSED: gettext_lazy("below the target"),
    REST: gettext_lazy("rest"),
    WRITTEN: gettext_lazy("written"),
}


def targets_context(user: User, *, month: date, at: datetime) -> dict[str, Any]:
    """Return everything the page shows. Constant queries."""
    today = user.day_of(at)
    own = list(Target.objects.visible_to(user).order_by("created_at", "id"))
    progress = reports.progress_of_targets(own, user=user, today=today)
    cards: dict[UUID, list[dict[str, Any]]] = {}
    for target in own:
        card = reports.target_card(target, progress[target.pk])
        cards.setdefault(target.story_id, []).append(card)
    stories = Story.objects.visible_to(user).live().with_counts().newest_first()
    groups = [
        {
            "story": _book(story),
            "targets": cards.get(story.pk, []),
            "plan": _plan(getattr(story, "plan", None), story, today),
        }
        for story in stories.select_related("plan")
    ]
    return {
        "groups": [group for group in groups if group["targets"] or group["plan"]],
        "others": [group["story"] for group in groups if not (group["targets"] or group["plan"])],
        "streak": reports.streak_sentence(reports.streak(user, at=at)),
        "calendar": _calendar(month_report(user, month, at=at), user),
        "rests": [_rest(rest, today) for rest in _rests(user, month)],
    }


def _book(story: Any) -> dict[str, Any]:
    return {
        "id": story.pk,
        "url": story.get_absolute_url(),
        "title": story.title,
        "hue": hue_of(story.title),
    }


def _plan(plan: Plan | None, story: Any, today: date) -> dict[str, Any] | None:
    if plan is None:
        return None
    values = {"words": whole(story.word_count), "total": whole(plan.total_words)}
    values["day"] = date_format(plan.due_on, "j F" if plan.due_on.year == today.year else "j F Y")
    total = plan.total_words
    percent = min(100, story.word_count * 100 // total) if total else 100
    return {
        "sentence": _("%(words)s of %(total)s words, due %(day)s") % values,
        "percent": percent,
        "is_met": percent == 100,
    }


def _calendar(month: Month, user: User) -> dict[str, Any]:
    first = month.period.first
    order = [(user.week_start - 1 + number) % 7 for number in range(7)]
    return {
        "label": date_format(first, "F Y"),
        "weekdays": [(WEEKDAYS_ABBR[number], WEEKDAYS[number]) for number in order],
        "weeks": [[_cell(day) for day in week] for week in month.weeks],
        "sentence": _month_sentence(month),
        "previous": _neighbour(first, -1),
        "next": _neighbour(month.period.last, +1),
    }


def _neighbour(day: date, step: int) -> dict[str, str] | None:
    number = day.toordinal() + step
    if not 1 <= number <= date.max.toordinal():
        return None
    other = date.fromordinal(number)
    return {"value": other.isoformat()[:7], "label": date_format(other, "M Y")}


def _month_sentence(month: Month) -> str:
    words = ngettext("%(words)s word", "%(words)s words", month.words)
    parts = [words % {"words": whole(month.words)}]
    if met := month.count(MET):
        parts.append(ngettext("%(n)d target met", "%(n)d targets met", met) % {"n": met})
    if rests := month.count(REST):
        parts.append(ngettext("%(n)d rest day", "%(n)d rest days", rests) % {"n": rests})
    return " · ".join(parts)


def _narrow(words: int) -> str:
    """Write words as wide as a day of the calendar; the day itself is told of in full."""
    if words < THOUSAND:
        return whole(words)
    places = 1 if words < 10 * THOUSAND else 0
    thousands = number_format(round(words / THOUSAND, places), places)
    return _("%(thousands)sk") % {"thousands": thousands}


def _cell(day: CalendarDay | None) -> dict[str, Any] | None:
    if day is None:
        return None
    said = [long_date(day.day)]
    if day.words or not day.is_ahead:
        words = ngettext("%(words)s word", "%(words)s words", day.words)
        said.append(words % {"words": whole(day.words)})
    if day.rest:
        said.append(f"{STATES[REST]}: {RestDay.Kind(day.rest).label}")
    elif day.state in {MET, MISSED}:
        said.append(str(STATES[day.state]))
    return {
        "number": day.day.day,
        "url": "" if day.is_ahead else reverse("analytics:day", args=[day.day]),
        "words": _narrow(day.words) if day.words else "",
        "state": day.state,
        "is_today": day.is_today,
        "said": ", ".join(said),
    }


def _rests(user: User, month: date) -> list[RestDay]:
    """Return what lasts, or ended in the month shown or later."""
    rests = RestDay.objects.visible_to(user).filter(Q(to_date=None) | Q(to_date__gte=month))
    return list(rests.order_by("weekday", "from_date", "created_at")[:MOST_RESTS_SHOWN])


def _rest(rest: RestDay, today: date) -> dict[str, Any]:
    is_running = rest.to_date is None or rest.to_date >= today
    return {
        "id": rest.pk,
        "days": _days_of(rest),
        "kind": rest.get_kind_display(),
        "note": rest.note,
        "can_end": is_running and rest.from_date <= today - DAY,
    }


def _days_of(rest: RestDay) -> str:
    first = long_date(rest.from_date)
    if rest.weekday is None:
        if rest.to_date in {None, rest.from_date}:
            return first
        return _("%(first)s to %(last)s") % {"first": first, "last": long_date(rest.to_date)}
    values = {"weekday": WEEKDAYS[rest.weekday], "first": first}
    if rest.to_date is None:
        return _("Every %(weekday)s from %(first)s") % values
    values["last"] = long_date(rest.to_date)
    return _("Every %(weekday)s from %(first)s to %(last)s") % values
