"""Sentences with times in them, ready for a page."""

from __future__ import annotations

import zlib
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


def _days_ago(days: int) -> str:
    return ngettext("yesterday", "%(days)d days ago", days) % {"days": days}


def day_name(day: date) -> str:
    """Return “Friday 20 November”."""
    return date_format(day, "l j F")


def hue_of(title: str) -> int:
    """Return which of the cover colours a title has, always the same for the same title."""
    return zlib.crc32(title.casefold().encode("utf-8", "ignore")) % HUES
