"""The registry of what an archive holds in rows: how they leave an account, and how they come back.

A further model joins by one line of SECTIONS. Its columns follow the model: a new column is in the
archive, and back in the account, without a word here. People and stored files are no columns: rows
come back to whoever brings the archive, and pictures travel as EXTRAS. Ids are never believed: each
row gets a new one, and references lead to the rows of the same archive or nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Field, FileField, Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from analytics.models import Forecast, RestDay, WritingDay, WritingSession
from nexus.account_data import mending
from nexus.account_data.archive import Archive
from nexus.account_data.pictures import restore_pictures, write_pictures
from stories.models import (
    Chapter,
    ChapterVersion,
    Comment,
    Plan,
    Replacement,
    Series,
    Story,
    StoryTag,
    Tag,
    Target,
    Volume,
)

if TYPE_CHECKING:
    from nexus.account_data.comeback import Comeback

Words = str | Promise


@dataclass(frozen=True)
class Section:
    """The rows of one model, as one JSON list of the archive.

    `rows` gives hers, parents before children, in the order they are to have again. `omitted` are
    columns that stay here because they follow from others; `mend`, called with a row that is
    rebuilt and not stored yet, derives them anew, cleans what is shown, and raises ArchiveRefused
    for what no Nexus wrote. A model that others refer to has a UUID for its key.
    """

    path: str
    label: Words
    model: type[Model]
    rows: Callable[[User], QuerySet[Any]]
    omitted: frozenset[str] = frozenset()
    mend: Callable[[Any, Comeback], None] = mending.leave
    # How many are read or written at a time: prose is long.
    batch: int = 500

    @property
    def columns(self) -> list[Field[Any, Any]]:
        return [
            column
            for column in self.model._meta.concrete_fields
            if column.name not in self.omitted
            and column.related_model is not User
            and not isinstance(column, FileField)
        ]


@dataclass(frozen=True)
class Extra:
    """What is no row, such as pictures: `restore` runs within the one transaction of an import."""

    label: Words
    write: Callable[[Archive, User], None]
    restore: Callable[[Comeback], None] = field(default=mending.bring_nothing)


VERSIONS = "data/versions.json"
LEDGER = "ledger/sessions.json"
DAYS = "ledger/days.json"
SECTIONS: tuple[Section, ...] = (
    Section(
        "data/stories.json",
        _("Stories"),
        Story,
        lambda user: Story.objects.visible_to(user).order_by("created_at", "pk"),
        frozenset({"title_key"}),
        mending.story,
    ),
    Section(
        "data/chapters.json",
        _("Chapters"),
        Chapter,
        # Those in the trash, which have no position, come last.
        lambda user: Chapter.objects.visible_to(user).order_by("story", "position", "pk"),
        frozenset({"title_key", "text", "count_rule", "content_hash"}),
        mending.chapter,
        batch=50,
    ),
    Section(
        VERSIONS,
        _("Kept versions"),
        ChapterVersion,
        lambda user: ChapterVersion.objects.filter(chapter__story__owner=user).order_by(
            "chapter", "created_at", "pk"
        ),
        frozenset({"content_hash"}),
        mending.version,
        batch=50,
    ),
    Section(
        "data/comments.json",
        _("Comments"),
        Comment,
        lambda user: Comment.objects.visible_to(user).order_by("created_at", "pk"),
    ),
    Section(
        "data/series.json",
        _("Series"),
        Series,
        lambda user: Series.objects.visible_to(user).order_by("created_at", "pk"),
        frozenset({"title_key"}),
        mending.series,
    ),
    Section(
        "data/volumes.json",
        _("Places in a series"),
        Volume,
        lambda user: Volume.objects.filter(series__owner=user).order_by("series", "position"),
    ),
    Section(
        "data/tags.json",
        _("Tags"),
        Tag,
        lambda user: Tag.objects.visible_to(user).order_by("pk"),
        frozenset({"key"}),
        mending.tag,
    ),
    Section(
        "data/story-tags.json",
        _("Tags of each story"),
        StoryTag,
        lambda user: StoryTag.objects.filter(tag__owner=user).order_by("story", "place"),
        frozenset({"id"}),
    ),
    Section(
        "data/replacements.json",
        _("Words replaced across a story"),
        Replacement,
        lambda user: Replacement.objects.filter(story__owner=user).order_by("created_at", "pk"),
        mend=mending.replacement,
    ),
    Section(
        "data/targets.json",
        _("Targets"),
        Target,
        lambda user: Target.objects.filter(story__owner=user).order_by("created_at", "pk"),
    ),
    Section(
        "data/plans.json",
        _("Plans"),
        Plan,
        lambda user: Plan.objects.filter(story__owner=user).order_by("story__created_at", "pk"),
        mend=mending.plan,
    ),
    Section(
        "data/forecasts.json",
        _("Forecasts of plans"),
        Forecast,
        lambda user: Forecast.objects.filter(story__owner=user).order_by("made_on", "pk"),
    ),
    Section(
        "data/rest-days.json",
        _("Rest days"),
        RestDay,
        lambda user: RestDay.objects.visible_to(user).order_by("created_at", "pk"),
    ),
    Section(
        LEDGER,
        _("Writing sessions"),
        WritingSession,
        lambda user: WritingSession.objects.visible_to(user).order_by("started_at", "pk"),
        # Marks of what was cut within the last hour.
        frozenset({"cuts", "updated_at"}),
        mending.session,
    ),
    # Of these only the goals come back: all else is summed from the sessions again.
    Section(
        DAYS,
        _("Writing days"),
        WritingDay,
        lambda user: WritingDay.objects.visible_to(user).order_by("day", "story"),
        frozenset({"id", "rolled_up_at"}),
    ),
)
EXTRAS: tuple[Extra, ...] = (Extra(_("Pictures"), write_pictures, restore_pictures),)
# What an account has besides these, and why it does not come back with an archive. Those of the
# first group are told in `profile.json`, `devices.json` and `api-tokens.json`.
LEFT_OUT = {
    "accounts.User": "the account itself: whoever brings an archive back has signed up already",
    "accounts.Profile": "told in profile.json; fills what is empty in the new account",
    "accounts.Preferences": "told in preferences.json; come back as settings",
    "accounts.Session": "a signed-in device; nobody signs in by an archive",
    "accounts.ApiToken": "a key; nobody signs in by an archive",
    "accounts.EmailChange": "an address that waits for its link",
    "account.EmailAddress": "belongs to the old account's sign-in",
    "account.EmailConfirmation": "a key that waits for its link",
    "mfa.Authenticator": "a secret; nobody signs in by an archive",
    "socialaccount.SocialAccount": "belongs to the old account's sign-in",
    "socialaccount.SocialToken": "a key; nobody signs in by an archive",
    "admin.LogEntry": "what staff did, which is the studio's",
    "jobs.Job": "work of the moment, and its files",
    "jobs.JobUpdate": "what was told of that work",
    "stories.SaveReceipt": "an answer kept for a day, so that a request may be sent twice",
    "stories.SearchEntry": "an index, made anew from the text",
}


def section_at(path: str) -> Section:
    return next(section for section in SECTIONS if section.path == path)
