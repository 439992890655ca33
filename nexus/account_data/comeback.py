"""What is known of an archive's rows while they become rows of an account again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Model

from accounts.models import User
from analytics.models import WritingSession
from analytics.rollups import Bundle
from analytics.words import ADDED, TAKEN
from nexus.account_data.opening import OpenArchive
from nexus.account_data.refusal import ArchiveRefused
from nexus.lib.ids import new_id
from stories.counting import RULE
from stories.models import Chapter, Story

Day = tuple[date, UUID | None]


class Head(NamedTuple):
    """What has to be known of a chapter after its prose was set aside."""

    story_id: UUID
    title: str
    words: int
    revision: int
    is_live: bool


@dataclass
class Comeback:
    """One archive on its way into one account: what became of its ids, and what its ledger says."""

    owner: User
    at: datetime
    archive: OpenArchive
    ids: dict[tuple[type[Model], str], UUID] = field(default_factory=dict)
    stories: dict[UUID, Story] = field(default_factory=dict)
    heads: dict[UUID, Head] = field(default_factory=dict)
    days: dict[Day, Bundle] = field(default_factory=lambda: defaultdict(Bundle))
    goals: dict[Day, int | None] = field(default_factory=dict)
    _named: set[UUID] = field(default_factory=set)
    _places: Counter[UUID] = field(default_factory=Counter)
    _told: Counter[UUID] = field(default_factory=Counter)

    def id_of(self, model: type[Model], old: str) -> UUID:
        """Return the new id of a row, which may not have come by yet."""
        return self.ids.setdefault((model, old), new_id())

    def name(self, row: Model, old: object) -> None:
        """Give a row its new id; ArchiveRefused when its old one is none, or there twice."""
        new = self.id_of(type(row), old) if isinstance(old, str) and len(old) < 50 else None
        if new is None or new in self._named:
            raise ArchiveRefused("its id is missing, or there twice")
        self._named.add(new)
        row.pk = new

    def place(self, chapter: Chapter) -> int:
        """Return the next place in the chapter's story, so that there are no gaps."""
        self._places[chapter.story_id] += 1
        return self._places[chapter.story_id] - 1

    def note_chapter(self, chapter: Chapter) -> None:
        words = 0 if chapter.merged_into_id else chapter.word_count
        self.heads[chapter.pk] = Head(
            chapter.story_id,
            chapter.title,
            words,
            chapter.content_revision,
            is_live=chapter.trashed_at is None,
        )

    def note_session(self, session: WritingSession) -> None:
        """Sum a session into its day, and keep what it says of its chapter's words."""
        self.days[session.day, None].add(session)
        if session.story_id:
            self.days[session.day, session.story_id].add(session)
        if session.chapter_id:
            self._told[session.chapter_id] += _explains(session)

    def unexplained(self) -> Iterator[WritingSession]:
        """Give a session for each chapter whose words the ledger of the archive does not add up to.

        None for what Nexus wrote. Words that somebody else put in come as any book's: `imported`.
        """
        for chapter_id, head in self.heads.items():
            missing = head.words - self._told[chapter_id]
            if missing:
                yield self._made_up(chapter_id, head, missing)

    def _made_up(self, chapter_id: UUID, head: Head, missing: int) -> WritingSession:
        return WritingSession(
            user=self.owner,
            story_id=head.story_id,
            chapter_id=chapter_id,
            story_title=self.stories[head.story_id].title,
            chapter_title=head.title,
            started_at=self.at,
            last_change_at=self.at,
            ended_at=self.at,
            day=self.owner.day_of(self.at),
            time_zone=self.owner.time_zone,
            saves=1,
            words_end=head.words,
            imported=max(missing, 0),
            removed=max(-missing, 0),
            source=WritingSession.Source.IMPORT,
            count_rule=RULE,
        )


def _explains(session: WritingSession) -> int:
    """Return by how many words a session changed its chapter.

    A program's own session tells words without a save: they are no part of the text.
    """
    if session.source == WritingSession.Source.API and not session.saves:
        return 0
    added = sum(getattr(session, name) for name in ADDED)
    return added - sum(getattr(session, name) for name in TAKEN)
