"""A Postgres that stands still: requests are answered in time, and all text arrives after it."""

import os
import signal
import threading
import time

from nexus import embedded
from tests.faults.scene import HEALED_IN, IS_FULL, SEED, Writing, check_everything, make_writers
from tests.wire import Program

PAUSE = 20 if IS_FULL else 7
LONGEST = 5.0
PATHS = ("/", "/targets/", "/api/v1/stories", "/health/ready", "/accounts/login/")


class Visitor:
    """Asks for page after page and notes what came back, and after how long."""

    def __init__(self, port, cookie):
        self.program = Program(port)
        self.program.cookie = cookie
        self.answers = []
        self.is_stopped = False

    def visit(self):
        while not self.is_stopped:
            for path in PATHS:
                started = time.monotonic()
                status, headers, _body = self.program._send("GET", path, None, {})
                seconds = time.monotonic() - started
                self.answers.append((path, status, headers.get("Retry-After"), seconds))
            time.sleep(0.05)


def pause(run):
    """Stop Postgres with all its processes, as a host that swaps or a snapshot does."""
    pids = embedded.processes_of(embedded.Places(run.var).postgres)
    assert len(pids) > 3
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    return pids


def test_while_postgres_stands_still_everybody_is_answered_and_nothing_is_lost(runs):
    run = runs[-1]
    writers = make_writers(run.port, people=2, chapters=3, seed=SEED)
    visitors = [Visitor(run.port, writer.program.cookie) for writer in writers[:4]]
    threads = [threading.Thread(target=visitor.visit, daemon=True) for visitor in visitors]
    with Writing(writers) as writing:
        writing.all_save_again()
        for thread in threads:
            thread.start()
        pids = pause(run)
        try:
            time.sleep(PAUSE)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        healed = writing.all_save_again()
        for visitor in visitors:
            visitor.is_stopped = True
    for thread in threads:
        thread.join(10)
    answers = [answer for visitor in visitors for answer in visitor.answers]
    slow = [answer for answer in answers if answer[3] > LONGEST]
    assert slow == []
    wrong = [a for a in answers if a[1] not in {200, 302} and not (a[1] == 503 and a[2])]
    assert wrong == []
    assert any(status == 503 for _path, status, _wait, _seconds in answers)
    assert healed <= HEALED_IN
    check_everything(run, writers)
