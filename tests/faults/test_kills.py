"""Whatever is killed at whatever moment, no acknowledged word is lost and none comes twice.

NEXUS_KILLS sets how many kills there are (3 in the usual run), NEXUS_SEED their moments.
"""

import os
import random
import signal
import time

from nexus.tests.test_up import POSTGRES, WEB, WORKER, Nexus
from tests.faults.scene import (
    HEALED_IN,
    IS_FULL,
    KILLS,
    SEED,
    TALLY,
    Writing,
    check_everything,
    make_writers,
)

STEPS = (
    "save-claimed",
    "save-locked",
    "save-written",
    "save-announced",
    "save-answered",
    "save-committed",
)
KINDS = {"web": WEB, "postgres": POSTGRES, "worker": WORKER}
# One in ten takes the supervisor too, and with it everything at once.
ROUND = ["web", "postgres", "worker"] * 3 + ["everything"]


def kill(runs, what):
    """Kill -9; a killed supervisor is started again, as a person would."""
    run = runs[-1]
    if what == "everything":
        run.process.kill()
        run.process.wait()
        runs.append(Nexus(run.var, run.port, more=run.more).start())
        return
    run.wait(lambda: run.pid_of(KINDS[what]))
    os.kill(run.pid_of(KINDS[what]), signal.SIGKILL)


def test_no_acknowledged_word_is_lost_when_servers_are_killed(runs):
    chance = random.Random(SEED)
    people, chapters = (4, 5) if IS_FULL else (2, 3)
    writers = make_writers(runs[-1].port, people=people, chapters=chapters, seed=SEED)
    longest = 0.0
    with Writing(writers) as writing:
        order: list[str] = []
        for _ in range(KILLS):
            if not order:
                order = list(ROUND)
                chance.shuffle(order)
            time.sleep(chance.uniform(0.2, 1.0))
            kill(runs, order.pop())
            TALLY.fault()
            longest = max(longest, writing.heal())
    assert longest <= HEALED_IN, f"healing took {longest:.1f} s"
    check_everything(runs[-1], writers, least=2 * KILLS)


def test_dying_at_any_step_of_a_save_stores_it_once_and_never_conflicts_with_itself(studio):
    runs = studio.runs
    writers = make_writers(runs[-1].port, people=1, chapters=2, seed=SEED)
    with Writing(writers) as writing:
        for step in STEPS if IS_FULL else STEPS[1::2]:
            trap = studio.failpoints / step
            trap.touch()
            runs[-1].wait(lambda trap=trap: not trap.exists())
            TALLY.fault()
            assert writing.heal() <= HEALED_IN
    check_everything(runs[-1], writers, least=3)
    # Killed after the commit and before the answer: only a receipt knows the outcome.
    assert any(writer.replays for writer in writers)
