"""Storage and growth, a page of the admin: sizes, and sums of five writers and more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from analytics.charts import Chart, Column, columns_chart
from analytics.charts.chart import short_date, whole
from analytics.pages.studio import period_name, untold
from analytics.reports.growth import Growth, GrowthWeek, growth_report
from analytics.reports.studio import FEWEST
from nexus.lib.wording import ago
from nexus.storage_report import Folder, StorageReport, storage_report

# No model has it: an administrator may, and whichever role is given it in accounts.permissions.
PERMISSION = "nexus.view_storage_and_growth"
# The tables a host has heard of; any other is shown by the name it has in Postgres.
TABLES = {
    "stories_chapter": gettext_lazy("Chapters"),
    "stories_chapterversion": gettext_lazy("Kept versions"),
    "stories_searchentry": gettext_lazy("Search"),
    "stories_savereceipt": gettext_lazy("Receipts of saves"),
    "analytics_writingsession": gettext_lazy("Writing sessions"),
    "analytics_writingday": gettext_lazy("Writing days"),
    "accounts_session": gettext_lazy("Signed-in devices"),
    "jobs_job": gettext_lazy("Jobs"),
}


@require_safe
def growth(request: HttpRequest) -> HttpResponse:
    """Show an administrator how much room there is and how the studio grows."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    now = timezone.now()
    storage, found = storage_report(), growth_report(at=now)
    context = {
        **admin.site.each_context(request),
        "title": _("Storage and growth"),
        "as_of": _("As of %(time)s.") % {"time": f"{now:%Y-%m-%d %H:%M} UTC"},
        "rows": _rows(storage),
        "is_tight": storage.disk.is_tight,
        "disk": _disk(storage),
        "tables": [(str(TABLES.get(name, name)), _size(size)) for name, size in storage.tables],
        "totals": _totals(found),
        "charts": _charts(found.weeks) if found.has_weeks else [],
        "nothing": _("Nothing can be told yet: weeks begin with %(n)d writers.") % {"n": FEWEST},
    }
    return render(request, "admin/growth.html", context)


def _size(count: int) -> str:
    return filesizeformat(count)


def _disk(storage: StorageReport) -> str:
    values = {"free": _size(storage.disk.free), "total": _size(storage.disk.total)}
    return _("%(free)s of %(total)s are free.") % values


def _rows(storage: StorageReport) -> list[tuple[str, str, str]]:
    """Return name, size and a note of each part."""
    return [
        (_("Database"), _size(storage.database), ""),
        (_("Files"), *_folder(storage.files)),
        (_("Warehouse"), *_folder(storage.warehouse)),
        (_("Backups"), _size(storage.backups.size), _backups(storage)),
    ]


def _folder(found: Folder | None) -> tuple[str, str]:
    if found is None:
        return _("elsewhere"), _("Kept in a bucket, which counts for itself.")
    count = ngettext("%(n)s file", "%(n)s files", found.files)
    return _size(found.size), count % {"n": whole(found.files)}


def _backups(storage: StorageReport) -> str:
    if storage.last_backup is None:
        return _("There is none yet.")
    kept = ngettext("%(n)s backup", "%(n)s backups", storage.backups_kept)
    values = {"kept": kept % {"n": whole(storage.backups_kept)}}
    values["last"] = ago(storage.last_backup, now=timezone.now())
    return _("%(kept)s, the last %(last)s") % values


def _totals(found: Growth) -> list[tuple[str, str]]:
    return [
        (_("Writers"), whole(found.writers)),
        (_("Stories"), untold() if found.stories is None else whole(found.stories)),
        (_("Words"), untold() if found.words is None else whole(found.words)),
    ]


def _charts(weeks: Sequence[GrowthWeek]) -> list[Chart]:
    return [
        _chart(weeks, [week.writers for week in weeks], _("New writers by week"), "new-writers"),
        _chart(weeks, [week.stories for week in weeks], _("Stories begun by week"), "new-stories"),
        _chart(
            weeks,
            [week.words for week in weeks],
            _("Words written by week"),
            "new-words",
            why=_("Words written by hand, of the days on which at least %(n)d wrote.")
            % {"n": FEWEST},
        ),
    ]


def _chart(
    weeks: Sequence[GrowthWeek],
    values: Sequence[int | None],
    title: str,
    ident: str,
    *,
    why: str = "",
) -> Chart:
    told = [value for value in values if value is not None]
    said = _("%(sum)s in the weeks that can be told; %(most)s in the best of them.")
    figures: dict[str, Any] = {"sum": whole(sum(told)), "most": whole(max(told, default=0))}
    columns = [
        Column(period_name(week.period), short_date(week.period.first), value)
        for week, value in zip(weeks, values, strict=True)
    ]
    return columns_chart(
        columns,
        title=title,
        ident=ident,
        sentence=said % figures if told else _("No week can be told yet."),
        headings=(_("Week"), title),
        untold=untold(),
        why=why,
    )
