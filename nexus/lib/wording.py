"""Sentences with times in them, ready for a page."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

HUES = 6
LONG_AGO_DAYS = 14
ONE_DAY = timedelta(days=1)


def ago(at: datetime, *, now: datetime) -> str:
    """Return “2 hours ago” for the near past, the date for what is further away."""
    if (now - at).days < LONG_AGO_DAYS:
        # “5 days, 14 hours ago” says more than anybody asked.
        return str(naturaltime(at)) if now - at < ONE_DAY else _days_ago((now - at).days)
    return _("on %(date)s") % {"date": date_format(timezone.localtime(at), "j F Y")}


def agos(now: datetime, *, day_format: str = "") -> Callable[[datetime], str]:
    """Return `ago` for a page with hundreds of times: what is said twice is worked out once.

    With a `day_format` what is further away is that date alone, short enough for a column.
    """
    known: dict[object, str] = {}

    def said(at: datetime) -> str:
        since = now - at
        is_long_ago = since.days >= LONG_AGO_DAYS
        seconds = int(since.total_seconds())
        near = seconds if seconds < 60 else -(seconds // 60)
        key: object = timezone.localtime(at).date() if is_long_ago else near
        if key not in known:
            is_short = is_long_ago and day_format
            known[key] = (
                date_format(timezone.localtime(at), day_format) if is_short else ago(at, now=now)
            )
        return known[key]

    return said


def _days_ago(days: int) -> str:
    return ngettext("yesterday", "%(days)d days ago", days) % {"days": days}


def day_name(day: date) -> str:
    """Return “Friday 20 November”."""
    return date_format(day, "l j F")


def hue_of(title: str) -> int:
    """Return which of the cover colours a title has, always the same for the same title."""
    return zlib.crc32(title.casefold().encode("utf-8", "ignore")) % HUES
