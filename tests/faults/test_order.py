"""Chapters moved, added, thrown away and brought back all at once, while somebody writes in one."""

import random
import threading
import time
from http.client import HTTPException

from tests.faults.scene import (
    IS_FULL,
    SEED,
    TALLY,
    Writing,
    check_everything,
    copy_of,
    make_writers,
)

SECONDS = 20 if IS_FULL else 2
# One page of the trash holds a hundred.
MOST_MADE = 80
# Somebody else was faster, or the studio is busy: nothing that harms.
FORESEEN = {200, 201, 204, 404, 409, 422, 503}


class Mover:
    """Does one kind of thing to a story's chapters, again and again."""

    def __init__(self, writer, seed):
        self.program = copy_of(writer.program)
        self.story = writer.chapter["story_id"]
        self.written_in = writer.chapter["id"]
        self.chance = random.Random(seed)
        self.seed = seed
        self.made = 0
        self.answers = []
        self.is_stopped = False

    def go_on(self):
        acts = [self.reorder, self.move, self.insert, self.throw_away]
        while not self.is_stopped:
            acts[self.seed % len(acts)]()

    def ask(self, method, path, body=None):
        try:
            status, _headers, answer = self.program.ask(method, path, body)
        except (OSError, HTTPException) as error:
            self.answers.append((method, path, repr(error)))
            return None
        self.answers.append((method, path, status))
        return answer if status < 300 else None

    def chapters(self):
        answer = self.ask("GET", f"/stories/{self.story}/chapters")
        return [chapter["id"] for chapter in answer["chapters"]] if answer else []

    def reorder(self):
        order = self.chapters()
        self.chance.shuffle(order)
        self.ask("POST", f"/stories/{self.story}/chapters/reorder", {"order": order})

    def move(self):
        places = {"from_pos": self.chance.randrange(8), "to_pos": self.chance.randrange(8)}
        self.ask("POST", f"/stories/{self.story}/chapters/reorder", places)

    def insert(self):
        if self.made == MOST_MADE:
            time.sleep(0.05)
            return
        self.made += 1
        body = {"title": f"Velvet {self.seed} {self.made}", "position": self.chance.randrange(3)}
        if self.ask("POST", f"/stories/{self.story}/chapters", body) is None:
            self.made -= 1
        time.sleep(0.05)

    def throw_away(self):
        chapters = [chapter for chapter in self.chapters() if chapter != self.written_in]
        if len(chapters) < 3:
            return
        chosen = self.chance.choice(chapters)
        self.ask("DELETE", f"/chapters/{chosen}")
        if self.chance.random() < 0.7:
            self.ask("POST", f"/chapters/{chosen}/restore")


def test_reordering_against_inserting_and_deleting_keeps_every_chapter_in_one_place(runs):
    writers = make_writers(runs[-1].port, people=1, chapters=6, seed=SEED)
    writer = writers[0]
    movers = [Mover(writer, SEED + number) for number in range(4)]
    threads = [threading.Thread(target=mover.go_on, daemon=True) for mover in movers]
    with Writing([writer]) as writing:
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        for mover in movers:
            mover.is_stopped = True
        for thread in threads:
            thread.join(20)
        writing.heal()
    answers = [answer for mover in movers for answer in mover.answers]
    assert [answer for answer in answers if answer[2] not in FORESEEN] == []
    TALLY.fault(sum(method != "GET" for method, _path, _status in answers))
    check_all_are_there(writer, 6 + sum(mover.made for mover in movers))
    check_everything(runs[-1], [writer])


def check_all_are_there(writer, count):
    """Each chapter ever made is listed or in the trash, none twice, in places without gaps."""
    chapters = writer.program.get(f"/stories/{writer.chapter['story_id']}/chapters")["chapters"]
    assert [chapter["position"] for chapter in chapters] == list(range(len(chapters)))
    thrown = writer.program.get("/trash?limit=100")["chapters"]
    ids = [chapter["id"] for chapter in chapters] + [chapter["id"] for chapter in thrown]
    assert len(set(ids)) == len(ids) == count
