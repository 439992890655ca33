"""Two years of writing, done again through the real services at the times it happened.

Every chapter grows save by save to exactly its text, with an editor's report of what was typed and
taken away; so the demo's ledger adds up to its words as any writer's does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from accounts.models import User
from analytics import rollups, services
from analytics.demo.margins import read_margins, write_margins
from analytics.demo.plan import declare_rests, make_plan
from analytics.demo.rhythm import Rhythm, Sitting
from analytics.demo.works import ChapterText, Work
from analytics.models import WritingSession
from stories.models import Chapter, Story, Target
from stories.saving import save_content
from stories.services.chapters import create_chapter, update_chapter
from stories.services.stories import Placing, create_story, update_story
from stories.services.targets import create_target
from stories.tags import split_tags

LONG_AGO = datetime.min.replace(tzinfo=UTC)
EMAIL = "demo@nexus.local"
PASSWORD = "write-a-little-daily"  # noqa: S105 - shown to visitors; the demo guards nothing
PEN_NAME = "Mara Ellery"
TIME_ZONE = "Europe/London"
# On the way to a word that stays, so many more are written and taken out again.
WORDS_A_DAY = 210
LONGEST_SAVE = 9.0
REVISING, PASTING = 0.14, 0.03
CAREFUL_HABIT = 0.2
TARGETS = (("Daily", 200, 240, 120), ("Weekly", 1200, 240, 120), ("Monthly", 4500, 90, 90))
# So many first chapters of an unfinished book have been shown to readers.
SHOWN = 3


@dataclass
class Desk:
    """A chapter being written: what of it stands there, and the base of the next save."""

    text: ChapterText
    chapter: Chapter
    etag: str
    words: int = 0


@dataclass
class Diary:
    user: User
    rhythm: Rhythm
    habit: float
    desks: list[Desk] = field(default_factory=list)
    stories: dict[str, Story] = field(default_factory=dict)
    now: datetime = LONG_AGO

    # --- Sittings -------------------------------------------------------------------

    def keep(self, works: list[Work], sittings: list[Sitting]) -> None:
        """Write all the works over all the sittings, each its share."""
        pages = [(work, chapter) for work in works for chapter in work.chapters]
        total = sum(work.words for work in works)
        page, due = 0, 0.0
        for place, sitting in enumerate(sittings):
            self.now = max(sitting.began, self.now + timedelta(minutes=6))
            due += sitting.share * total
            is_last = place == len(sittings) - 1
            while page < len(pages):
                written = sum(chapter.words for _work, chapter in pages[:page])
                goal = pages[page][1].words if is_last else round(due) - written
                desk = self._desk(page, pages)
                if goal <= desk.words:
                    break
                self._write(desk, min(goal, desk.text.words))
                if desk.words < desk.text.words:
                    break
                page += 1
            if self.desks and self.rhythm.happens(REVISING):
                self._revise()

    def _desk(self, page: int, pages: list[tuple[Work, ChapterText]]) -> Desk:
        """Return the desk with that chapter on it, begun now when it is new."""
        if page == len(self.desks):
            work, text = pages[page]
            chapter = create_chapter(
                self._story(work),
                by=self.user,
                title=text.title,
                part_title=text.part_title,
                source="form",
                at=self.now,
            )
            self.desks.append(Desk(text, chapter, chapter.etag))
        return self.desks[page]

    def _story(self, work: Work) -> Story:
        if work.title not in self.stories:
            self.stories[work.title] = create_story(
                self.user,
                title=work.title,
                synopsis=work.synopsis,
                genre=work.genre,
                tags=split_tags(work.tags),
                placing=Placing(work.series) if work.series else None,
                at=self.now,
            )
        return self.stories[work.title]

    # --- Saves ----------------------------------------------------------------------

    def _write(self, desk: Desk, goal: int) -> None:
        """Write on until `goal` words of the chapter stand there, in saves a few minutes apart."""
        start = desk.words
        minutes = self.rhythm.minutes(round((goal - start) * (1 + self.habit)))
        steps = max(1, round(minutes / LONGEST_SAVE))
        for step in range(1, steps + 1):
            content, words = desk.text.until(start + (goal - start) * step // steps)
            self._save(desk, content, words, minutes / steps, habit=self.habit, can_paste=True)

    def _revise(self) -> None:
        """Take a paragraph out of a finished chapter and write it anew."""
        finished = [desk for desk in self.desks if desk.words == desk.text.words]
        if not finished:
            return
        desk = self.rhythm.dice.choice(finished[-6:])
        self.now += timedelta(minutes=7)
        number = self.rhythm.dice.randrange(len(desk.text.blocks))
        self._save(desk, *desk.text.without(number), 2.5, habit=0)
        content, words = desk.text.until(desk.text.words)
        minutes = self.rhythm.minutes(words - desk.words)
        self._save(desk, content, words, minutes, habit=CAREFUL_HABIT)

    def _save(
        self,
        desk: Desk,
        content: str,
        words: int,
        minutes: float,
        *,
        habit: float,
        can_paste: bool = False,
    ) -> None:
        since, gained = self.now, words - desk.words
        self.now += timedelta(minutes=min(minutes, LONGEST_SAVE))
        removed = self.rhythm.removed(abs(gained), habit) + max(0, -gained)
        typed = removed + gained
        pasted = min(typed, 40) if can_paste and self.rhythm.happens(PASTING) else 0
        share = self.rhythm.dice.uniform(0.7, 0.97)
        activity = {
            "typed": typed - pasted,
            "pasted": pasted,
            "removed": removed,
            "active_ms": int((self.now - since).total_seconds() * 1000 * share),
            "since": since.astimezone(UTC).isoformat(),
        }
        result = save_content(
            desk.chapter.pk,
            by=self.user,
            content=content,
            base=desk.etag,
            activity=activity,
            at=self.now,
        )
        desk.etag, desk.words = result.etag, result.word_count


@transaction.atomic
def write_demo(user: User, works: list[Work], *, days: int, until: datetime) -> int:
    """Fill the demo writer's library and ledger up to `until`; return the sittings."""
    rhythm = Rhythm()
    sittings = rhythm.sittings(days=days, until=until, time_zone=TIME_ZONE)
    total = sum(work.words for work in works)
    waiting = len(connection.run_on_commit)
    habit = max(0.15, min(4.0, WORDS_A_DAY * len(sittings) / total - 1))
    diary = Diary(user, rhythm, habit)
    diary.keep(works, sittings)
    write_margins([desk.chapter.pk for desk in diary.desks], read_margins())
    _finish_works(diary, works)
    _set_targets(diary, works, until=until)
    services.close_idle_sessions(at=until)
    written = WritingSession.objects.filter(user=user).values_list("day", flat=True)
    declare_rests(user, set(written), today=user.day_of(until))
    roll_up(user)
    _plan(diary, works, until=until)
    # Nobody watches history being made: no live message follows it.
    del connection.run_on_commit[waiting:]
    return len(sittings)


def _finish_works(diary: Diary, works: list[Work]) -> None:
    for work in works:
        story = diary.stories.get(work.title)
        if story is None:
            continue
        touched = Chapter.objects.filter(story=story).order_by("-updated_at").first()
        at = touched.updated_at if touched else diary.now
        chapters = Chapter.objects.filter(story=story).without_prose().in_order()
        for chapter in chapters if work.status == Story.Status.COMPLETE else chapters[:SHOWN]:
            update_chapter(chapter, by=diary.user, published=True, at=chapter.updated_at)
        update_story(story, status=work.status, at=at)


def _set_targets(diary: Diary, works: list[Work], *, until: datetime) -> None:
    """Set the targets of the book on the desk, as of the days they begin."""
    story = diary.stories.get(works[-1].title)
    today = diary.user.day_of(until)
    if story is None:
        return
    for frequency, quota, back, ahead in TARGETS:
        target = create_target(
            story,
            quota=quota,
            frequency=frequency,
            from_date=today - timedelta(days=back),
            to_date=today + timedelta(days=ahead),
        )
        set_at = until - timedelta(days=back)
        Target.objects.filter(pk=target.pk).update(created_at=set_at, updated_at=set_at)


def _plan(diary: Diary, works: list[Work], *, until: datetime) -> None:
    """Plan the book on the desk, once its days are there to plan by."""
    if story := diary.stories.get(works[-1].title):
        words = sum(desk.words for desk in diary.desks if desk.chapter.story_id == story.pk)
        make_plan(story, words=words, at=until)


def roll_up(user: User) -> None:
    """Roll up every day as its own evening would have, and let the rows count as settled."""
    sessions = WritingSession.objects.filter(user=user)
    sessions.update(updated_at=F("last_change_at"))
    ends = sessions.order_by("day", "last_change_at").values_list("day", "last_change_at")
    for day, last in dict(ends).items():
        rollups.roll_up_day(user, day, at=last)
