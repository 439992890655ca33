"""The archive of one writer: everything of hers, nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from nexus.account_data import facts, leaves
from nexus.account_data.archive import Archive
from nexus.account_data.books import Bookbinder, Shelved, as_index_line, pieces_of
from nexus.account_data.figures import PAGE, write_figures
from nexus.account_data.leaving_rows import write_rows, write_versions
from nexus.account_data.sections import DAYS, EXTRAS, LEDGER, SECTIONS
from nexus.account_data.settings_back import PREFERENCES, PROFILE

INDEX = "index.html"
# Two pieces for the account's facts and its rows, besides those of the stories.
OTHER_PIECES = 2


def write_everything(
    target: IO[bytes],
    owner: User,
    *,
    at: datetime,
    progress: Callable[[int, int], None],
    check: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Write the zip to `target`, piece by piece, and return what it holds, in numbers.

    `progress(step, steps)` and `check()` may raise to stop the work; the zip is then worth nothing.
    """
    done, steps = 0, pieces_of(owner) + OTHER_PIECES

    def tick() -> None:
        nonlocal done
        done += 1
        progress(min(done, steps), steps)

    progress(0, steps)
    archive = Archive(target, at=at)
    _write_account(archive, owner)
    tick()
    write_versions(archive, owner, tick)
    write_rows(archive, owner, check)
    write_figures(archive, owner)
    tick()
    shelf = Bookbinder(archive, owner, tick).bind_all()
    with archive.entry(INDEX) as entry:
        entry.write(_index(owner, shelf))
    counts = {"stories": len(shelf), "words": sum(story.words for story in shelf)}
    archive.close(_about(owner, shelf, at=at))
    return counts | {"files": len(archive.files) + 1}


def _write_account(archive: Archive, owner: User) -> None:
    archive.add_json(PROFILE, facts.profile(owner))
    archive.add_json(PREFERENCES, facts.preferences(owner))
    archive.add_json("devices.json", facts.devices(owner))
    archive.add_json("api-tokens.json", facts.api_tokens(owner))
    for extra in EXTRAS:
        extra.write(archive, owner)


def _about(owner: User, shelf: Sequence[Shelved], *, at: datetime) -> dict[str, Any]:
    return {
        "made_by": f"Nexus {settings.VERSION}",
        "made_at": at,
        "account": str(owner.pk),
        "stories": [as_index_line(story) for story in shelf],
    }


def _index(owner: User, shelf: Sequence[Shelved]) -> str:
    """Return the page one begins with; all its links stay within the archive."""
    live = [story for story in shelf if not story.is_trashed]
    trashed = [story for story in shelf if story.is_trashed]
    parts = [
        leaves.head(_("All the work of %s") % owner.username),
        leaves.note(_("This is read without Nexus and without the internet.")),
        leaves.heading(_("Stories")),
        "".join(map(_entry, live)) or leaves.note(_("There is no story yet.")),
    ]
    if trashed:
        parts += [leaves.heading(_("In the trash")), *map(_entry, trashed)]
    parts += [leaves.heading(_("Numbers")), leaves.links(_links(_numbers()))]
    parts += [leaves.heading(_("For Nexus and other programs")), leaves.links(_links(_rows()))]
    parts += [leaves.heading(_("Your account")), leaves.links(_links(_account()))]
    return "".join([*parts, leaves.foot()])


def _entry(story: Shelved) -> str:
    read = [(f"{story.folder}/story.html", _("Read")), (f"{story.folder}/story.md", "Markdown")]
    if story.versions:
        read.append((f"{story.folder}/versions.html", _("Versions")))
    words = ngettext("%(count)s word", "%(count)s words", story.words)
    chapters = ngettext("%(count)s chapter", "%(count)s chapters", story.chapters)
    said = [words % {"count": f"{story.words:,}"}, chapters % {"count": story.chapters}]
    ways = " · ".join(_links(read))
    return f"{leaves.heading(story.title, level=3)}{leaves.note(*said)}<p>{ways}</p>\n"


def _links(found: Sequence[tuple[str, str]]) -> list[str]:
    return [leaves.link(address, text) for address, text in found]


def _numbers() -> list[tuple[str, str]]:
    return [
        (PAGE, _("Month by month")),
        (LEDGER.replace(".json", ".csv"), _("Writing sessions, as a table")),
        (DAYS.replace(".json", ".csv"), _("Writing days, as a table")),
    ]


def _rows() -> list[tuple[str, str]]:
    return [(section.path, str(section.label)) for section in SECTIONS]


def _account() -> list[tuple[str, str]]:
    return [
        (PROFILE, _("Profile and sign-in")),
        (PREFERENCES, _("Preferences")),
        ("devices.json", _("Devices")),
        ("api-tokens.json", _("API tokens, without the tokens themselves")),
        ("manifest.json", _("List of all files, with a checksum of each")),
    ]
