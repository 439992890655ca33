"""One evening's work, one number: the same keystrokes give the same days, however they are saved.

The recording holds 2,000 transactions of the real editor with what it counted of each
(`static/js/tests/recorder.js` made it). It is replayed through the saving protocol: receipts,
bases, and a meter that works as the editor's does.
"""

import json
import random
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from accounts.models import User
from analytics import rollups
from analytics.models import WritingDay, WritingSession
from analytics.tests.builders import at, make_chapter
from analytics.words import CAUSES
from stories.models import Chapter
from stories.receipts import Answer, once
from stories.saving import write_content

pytestmark = pytest.mark.django_db
RECORDING = json.loads((Path(__file__).parent / "recordings" / "two-evenings.json").read_text())
BEGAN = at("2026-03-11 18:00")
AFTER = at("2026-03-20 12:00")
LONGEST_PAUSE = 30_000
COUNTED = ("typed", "pasted", "restored", "replaced", "applied", "removed", "undone", "cut")


class Crash(Exception):
    """The server dies before it has committed."""


@dataclass
class Meter:
    """The twin of the editor's ActivityMeter."""

    activity: dict = field(default_factory=lambda: Counter(active_ms=0))
    moves: list = field(default_factory=list)
    since: int | None = None
    last: int | None = None

    def note(self, line):
        now, _chapter, _from, _deleted, _inserted, cause, count, mark = line
        at_work = self.last is not None and 0 <= now - self.last <= LONGEST_PAUSE
        start = self.last if at_work else now
        self.since = start if self.since is None else self.since
        self.activity["active_ms"] += now - start
        self.activity[cause] += count
        if mark:
            self.moves.append({"cause": cause, "words": count, "mark": mark})
        self.last = now

    def take(self):
        rest = self.activity["active_ms"] % 1000
        self.activity["active_ms"] -= rest
        taken = {**self.activity, "moves": self.moves, "since": moment(self.since).isoformat()}
        self.activity, self.moves, self.since = Counter(active_ms=rest), [], None
        return taken


def moment(milliseconds):
    return BEGAN + timedelta(milliseconds=milliseconds)


class Desk:
    """A writer's editor: two chapters, autosave after so many milliseconds, and its mishaps."""

    def __init__(self, user, autosave, luck):
        first = make_chapter(user, title="One")
        self.user, self.autosave, self.luck = user, autosave, luck
        self.chapters = [first, make_chapter(user, story=first.story, title="Two")]
        self.bases = [chapter.etag for chapter in self.chapters]
        self.texts = ["", ""]
        self.meter, self.unsaved_since, self.open = Meter(), None, 0

    def play(self, recording):
        for line in recording:
            now, chapter, start, deleted, inserted, *_counted = line
            if self.unsaved_since is not None and now > self.unsaved_since + self.autosave:
                self.save(self.unsaved_since + self.autosave)
            if chapter != self.open:
                self.save(now)
                self.meter, self.open = Meter(), chapter
            text = self.texts[chapter]
            self.texts[chapter] = text[:start] + inserted + text[start + deleted :]
            self.meter.note(line)
            self.unsaved_since = now if self.unsaved_since is None else self.unsaved_since
        self.save(now + 1)

    def save(self, now):
        if self.unsaved_since is None:
            return
        self.unsaved_since = None
        send = partial(self.send, self.texts[self.open], self.meter.take(), uuid.uuid4())
        if self.luck and self.luck.random() < 0.1:
            with pytest.raises(Crash):
                send(now, dies=True)
        answer = send(now + 20 if self.luck else now)
        while self.luck and self.luck.random() < 0.2:
            again = send(now + 40)
            assert again.is_replayed and again.body == answer.body
        self.bases[self.open] = answer.body["base"]

    def send(self, text, activity, key, now, *, dies=False):
        act = partial(self.write, text, activity, now, dies)
        return once(act, user=self.user, key=key, route="test", body_hash=str(hash(text)))

    def write(self, text, activity, now, dies):
        saved = write_content(
            self.chapters[self.open].pk,
            by=self.user,
            content=text,
            base=self.bases[self.open],
            activity=activity,
            at=moment(now),
        )
        if dies:
            raise Crash
        return Answer(200, {"base": saved.etag})


def days_of(user):
    """Return the words of each cause and the seconds at work of every day, from the rollup."""
    for day in set(WritingSession.objects.filter(user=user).values_list("day", flat=True)):
        rollups.roll_up_day(user, day, at=AFTER)
    rows = WritingDay.objects.filter(user=user, story=None).order_by("day")
    return {row.day: {cause: getattr(row, cause) for cause in CAUSES} for row in rows}


def replayed(autosave, *, luck=None):
    name = f"w{autosave}{'-' if luck else ''}"
    user = User.objects.create_user(f"{name}@example.com", username=name)
    desk = Desk(user, autosave, luck)
    desk.play(RECORDING)
    for chapter, text in zip(desk.chapters, desk.texts, strict=True):
        kept = Chapter.objects.get(pk=chapter.pk)
        assert kept.text.split() == text.split()
        net = sum(row.net for row in WritingSession.objects.filter(chapter=chapter))
        assert net == kept.word_count
    return user


def test_the_same_keystrokes_give_the_same_days_whatever_the_rhythm_and_the_mishaps():
    writers = [replayed(autosave) for autosave in (500, 2_000, 10_000, 60_000)]
    writers.append(replayed(10_000, luck=random.Random(4)))
    days, *others = [days_of(writer) for writer in writers]
    assert len(days) == 2
    assert all(other == days for other in others)
    assert recorded() == told(days)
    seconds = [
        sum(WritingDay.objects.filter(user=w, story=None).values_list("active_seconds", flat=True))
        for w in writers
    ]
    # The part of a second after the last save of a chapter is all that may be missing.
    assert max(seconds) - min(seconds) <= 5
    sessions = WritingSession.objects.all()
    assert all(s.active_seconds <= (s.last_change_at - s.started_at).seconds for s in sessions)


def recorded():
    sums = Counter()
    for line in RECORDING:
        sums[line[5]] += line[6]
    return {cause: sums[cause] for cause in COUNTED}


def told(days):
    """Return the same from the ledger, where a part of what was cut and pasted is moved."""
    sums = Counter()
    for day in days.values():
        sums.update(day)
    assert sums["moved_in"] == sums["moved_out"] > 0
    sums["pasted"] += sums["moved_in"]
    sums["cut"] += sums["moved_out"]
    return {cause: sums[cause] for cause in COUNTED}
