"""The numbers of a writing life on one page: each year, and each of its months."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.models import WritingSession
from nexus.account_data import leaves
from nexus.account_data.archive import Archive

PAGE = "numbers.html"


def write_figures(archive: Archive, owner: User) -> None:
    """Write a table of months, newest first, summed from the sessions."""
    with archive.entry(PAGE) as entry:
        entry.write(leaves.head(_("Your writing in numbers"), up="index.html"))
        names = [_("Month"), _("Words written"), _("Writing days"), _("Sessions"), _("Hours")]
        entry.write(leaves.table(names, _months(owner)))
        entry.write(leaves.foot())


def _months(owner: User) -> Iterator[tuple[str, ...]]:
    months = WritingSession.objects.visible_to(owner).annotate(month=TruncMonth("day"))
    summed = months.values("month").annotate(
        written=Sum(F("typed") + F("applied")),
        days=Count("day", distinct=True),
        sessions=Count("pk"),
        seconds=Sum("active_seconds"),
    )
    for row in summed.order_by("-month"):
        yield (
            date_format(row["month"], "F Y"),
            f"{row['written']:,}",
            f"{row['days']:,}",
            f"{row['sessions']:,}",
            f"{row['seconds'] / 3600:,.1f}",
        )
