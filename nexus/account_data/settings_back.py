"""Settings that come back with an archive: how the studio behaves, and what a day is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import User
from nexus.account_data.comeback import Comeback
from nexus.account_data.rebuilding import in_words, value_of
from nexus.account_data.refusal import ArchiveRefused

PROFILE, PREFERENCES = "profile.json", "preferences.json"
# Every number depends on when her day begins. Who she is and how she signs in stays as it is.
WRITING_DAY = ("time_zone", "day_end_hour", "week_start")


def take_settings(into: Comeback) -> None:
    """Put the archive's settings on the account at hand, checked and not stored yet.

    What she told about herself fills what is empty; her words of today are not written over.
    """
    told, wanted = into.archive.values(PROFILE), into.archive.values(PREFERENCES)
    _take(into.owner, told, WRITING_DAY, into, PROFILE)
    into.owner.has_chosen_time_zone = into.owner.has_chosen_time_zone or "time_zone" in told
    _take(into.owner.preferences, wanted, _names(into.owner.preferences), into, PREFERENCES)
    profile = into.owner.profile
    empty = [name for name in _names(profile) if not getattr(profile, name)]
    _take(profile, told, empty, into, PROFILE)


def store_settings(owner: User) -> None:
    owner.save(update_fields=[*WRITING_DAY, "has_chosen_time_zone"])
    owner.preferences.save()
    owner.profile.save()


def _names(row: Model) -> list[str]:
    return [column.name for column in row._meta.concrete_fields if not column.primary_key]


def _take(
    row: Model, told: dict[str, Any], names: Collection[str], into: Comeback, path: str
) -> None:
    try:
        for name in names:
            if name in told:
                column: Any = row._meta.get_field(name)
                setattr(row, name, value_of(column, told[name], at=into.at))
        row.clean_fields(exclude=set(_names(row)) - set(names) | {row._meta.pk.name})
        row.validate_constraints(exclude=set(_names(row)) - set(names))
    except (ValidationError, ArchiveRefused) as error:
        reason = in_words(error) if isinstance(error, ValidationError) else error.reason
        message = _("%(file)s is not what Nexus writes: %(reason)s")
        raise ArchiveRefused(message % {"file": path, "reason": reason}) from error
