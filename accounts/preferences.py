"""What a writer sets for herself: pages and API both end here.

Preferences come in sections, each changed on its own. A section's names are those of the API and of
the forms; where a value is kept, on the person or beside her, is known only here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from accounts.models import Preferences, Profile, User
from accounts.signals import writing_day_changed
from nexus.lib.days import time_zones
from nexus.lib.names import clean_title

# Pixels, multiples of the size, characters, hours after midnight, minutes.
SIZES = range(14, 29)
LINE_HEIGHTS = (1.3, 2.0)
WIDTHS = range(56, 81)
DAY_ENDS = range(7)
IDLE_MINUTES = range(1, 31)
# Words, or minutes: what a day needs to count for the streak.
DAILY_MINIMA = range(1, 10_001)
PEN_NAME_LENGTH = 100
PORTRAIT_LENGTH = 500

PROFILE = ("first_name", "last_name", "country", "city", "phone", "bio", "website")
OF_THE_PERSON = frozenset({"time_zone", "day_end_hour", "week_start"})
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "appearance": {"theme": "theme", "reduced_motion": "reduced_motion"},
    "editor": {
        "font": "editor_font",
        "size": "editor_size",
        "line_height": "editor_line_height",
        "width": "editor_width",
        "spell_check": "spell_check",
        "typewriter": "typewriter",
        "focus_mode": "focus_mode",
    },
    "writing_day": {
        "time_zone": "time_zone",
        "day_end_hour": "day_end_hour",
        "week_start": "week_start",
        "idle_minutes": "idle_minutes",
        "counting_rule": "counting_rule",
        "daily_minimum": "daily_minimum",
        "minimum_unit": "minimum_unit",
    },
    "notifications": {
        "mail_new_device": "mail_new_device",
        "mail_finished_jobs": "mail_finished_jobs",
    },
}


def section_of(user: User, section: str) -> dict[str, Any]:
    """Return one section as it stands, by the names of the API."""
    return {
        name: getattr(user if column in OF_THE_PERSON else user.preferences, column)
        for name, column in SECTIONS[section].items()
    }


@transaction.atomic
def change_section(user: User, section: str, **changes: Any) -> None:
    """Change some of a section; the database refuses what is out of range."""
    columns = {SECTIONS[section][name]: value for name, value in changes.items()}
    own = {name: value for name, value in columns.items() if name in OF_THE_PERSON}
    _store(user.preferences, {k: v for k, v in columns.items() if k not in OF_THE_PERSON})
    _change_day(user, own)


@transaction.atomic
def update_profile(user: User, **changes: Any) -> User:
    """Change what a writer tells about herself, and how her days run.

    Raise Invalid for a pen name that is none.
    """
    if "username" in changes:
        changes["username"] = clean_title(
            changes["username"], field="username", max_length=PEN_NAME_LENGTH
        )
    told = {name: changes.pop(name) for name in PROFILE if name in changes}
    if told:
        _store(user.profile, told)
    _change_day(user, changes)
    return user


def adopt_time_zone(user: User, name: str) -> bool:
    """Take the browser's time zone for a writer who has not chosen one; return whether it was."""
    if name not in time_zones() or user.has_chosen_time_zone:
        return False
    # Asked again under the row's lock: two tabs may have just opened, or she has chosen meanwhile.
    with transaction.atomic():
        if User.objects.select_for_update().get(pk=user.pk).has_chosen_time_zone:
            return False
        _change_day(user, {"time_zone": name})
    return True


def is_web_address(raw: str) -> bool:
    """Say whether `raw` may be shown as a link one day; then `javascript:` would be code."""
    try:
        parts = urlsplit(raw)
    except ValueError:
        return False
    # Without a scheme it is a place of ours, not of another host.
    return parts.scheme in {"http", "https"} or not (parts.scheme or parts.netloc)


def _change_day(user: User, changes: dict[str, Any]) -> None:
    """Store what is kept on the person; today begins anew where its bounds have moved."""
    before = (user.time_zone, user.day_end_hour)
    if "time_zone" in changes:
        changes = changes | {"has_chosen_time_zone": True}
    _store(user, changes)
    if (user.time_zone, user.day_end_hour) != before:
        writing_day_changed.send(User, user=user, at=timezone.now())


def _store(row: User | Profile | Preferences, changes: Mapping[str, Any]) -> None:
    if not changes:
        return
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))
