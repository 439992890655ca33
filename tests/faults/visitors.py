"""People who only look around while something is broken: they are answered, and in time."""

import threading
import time
from contextlib import contextmanager
from http.client import HTTPException

from tests.faults.scene import copy_of

PATHS = ("/", "/targets/", "/api/v1/stories", "/health/ready", "/accounts/login/")
LONGEST = 5.0


class Visitor:
    """Asks for page after page and notes what came back, and after how long."""

    def __init__(self, program):
        self.program = copy_of(program)
        self.answers = []
        self.is_stopped = False

    def visit(self):
        while not self.is_stopped:
            for path in PATHS:
                self._look(path)
            time.sleep(0.05)

    def _look(self, path):
        started = time.monotonic()
        try:
            status, headers, _body = self.program._send("GET", path, None, {})
            wait = headers.get("Retry-After")
        except (OSError, HTTPException) as error:
            status, wait = type(error).__name__, None
        self.answers.append((path, status, wait, time.monotonic() - started))


@contextmanager
def visiting(writers):
    """Have people look around during the block; give the list their answers will be in."""
    visitors = [Visitor(writer.program) for writer in writers]
    threads = [threading.Thread(target=visitor.visit, daemon=True) for visitor in visitors]
    for thread in threads:
        thread.start()
    answers = []
    try:
        yield answers
    finally:
        for visitor in visitors:
            visitor.is_stopped = True
        for thread in threads:
            thread.join(15)
        answers += [answer for visitor in visitors for answer in visitor.answers]


def check_answers(answers, *, longest=LONGEST):
    """All were answered in time: with the page, or with when to ask again."""
    assert answers
    assert [answer for answer in answers if answer[3] > longest] == []
    assert [a for a in answers if a[1] not in {200, 302} and not (a[1] == 503 and a[2])] == []


def were_sent_away(answers):
    """Say whether anybody was asked to come back later."""
    return any(status == 503 for _path, status, _wait, _seconds in answers)
