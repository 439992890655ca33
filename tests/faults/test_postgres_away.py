"""A Postgres that stands still or has no place left: everybody is answered in time all the same."""

import time

from nexus import embedded
from tests.faults.harm import Crowd, paused, postgres_refused
from tests.faults.scene import (
    HEALED_IN,
    IS_FULL,
    SEED,
    TALLY,
    Writing,
    check_everything,
    make_writers,
)
from tests.faults.visitors import check_answers, visiting, were_sent_away

PAUSE = 20 if IS_FULL else 6
CROWDED = 20 if IS_FULL else 3
# Longer than any pause between two tries that has been doubled a few times.
REFUSED = 40 if IS_FULL else 3


def test_while_postgres_stands_still_everybody_is_answered_and_nothing_is_lost(runs):
    run = runs[-1]
    writers = make_writers(run.port, people=2, chapters=3, seed=SEED)
    pids = embedded.processes_of(embedded.Places(run.var).postgres)
    assert len(pids) > 3
    with Writing(writers) as writing:
        writing.all_save_again()
        with visiting(writers[:4]) as answers:
            with paused(pids):
                time.sleep(PAUSE)
            TALLY.fault()
            healed = writing.heal()
    check_answers(answers)
    assert were_sent_away(answers)
    assert healed <= HEALED_IN
    check_everything(run, writers)


def test_another_client_that_takes_all_connections_costs_time_and_no_text(runs):
    run = runs[-1]
    writers = make_writers(run.port, people=2, chapters=3, seed=SEED)
    with Writing(writers) as writing:
        writing.all_save_again()
        with visiting(writers[:2]) as answers:
            crowd = Crowd(run)
            try:
                time.sleep(CROWDED)
                # A few are enough to write on.
                crowd.leave(places=4)
                TALLY.fault()
                assert writing.heal() <= HEALED_IN
                time.sleep(1)
            finally:
                crowd.leave()
            assert writing.heal() <= HEALED_IN
    check_answers(answers)
    assert were_sent_away(answers)
    check_everything(run, writers)


def test_a_postgres_that_refused_for_long_is_found_again_as_soon_as_it_answers(runs):
    run = runs[-1]
    writers = make_writers(run.port, people=2, chapters=2, seed=SEED)
    with Writing(writers) as writing:
        writing.all_save_again()
        with visiting(writers[:2]) as answers:
            with postgres_refused(run):
                time.sleep(REFUSED)
            TALLY.fault()
            assert writing.heal() <= HEALED_IN
    check_answers(answers)
    assert were_sent_away(answers)
    check_everything(run, writers)
