"""Slow, cut and lossy lines between a writer and the studio: every word arrives, once."""

import time

from tests.faults.proxy import Proxy
from tests.faults.scene import IS_FULL, SEED, Writing, check_everything, make_writers


def go_home(writers, port):
    """Let the check ask over a good line."""
    for writer in writers:
        writer.program.port = port
        writer.program.connection = None


def through(runs, proxy, **options):
    port = runs[-1].port
    return make_writers(port, people=2, chapters=2, seed=SEED, through=proxy.port, **options)


def test_slow_lines_that_break_lose_nothing(runs):
    proxy = Proxy(runs[-1].port, seed=SEED)
    writers = through(runs, proxy)
    proxy.latency, proxy.cut_share = (2.0 if IS_FULL else 0.1), 0.1
    with Writing(writers) as writing:
        for _ in range(3):
            writing.all_save_again(60)
        if not IS_FULL:
            deadline = time.monotonic() + 20
            proxy.cut_share = 0.5
            while not proxy.cuts and time.monotonic() < deadline:
                # A kept connection meets its fate when it is made.
                for writer in writers:
                    if writer.program.connection is not None:
                        writer.program.connection.close()
                time.sleep(0.1)
            proxy.cut_share = 0.0
            writing.all_save_again()
        proxy.latency = proxy.cut_share = 0.0
    go_home(writers, runs[-1].port)
    check_everything(runs[-1], writers)
    proxy.close()


def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(runs):
    proxy = Proxy(runs[-1].port, seed=SEED)
    writers = through(runs, proxy)
    with Writing(writers) as writing:
        for _ in range(3):
            proxy.loses_answers = True
            lost = proxy.cuts
            runs[-1].wait(lambda lost=lost: proxy.cuts >= lost + 8)
            proxy.loses_answers = False
            writing.all_save_again()
    go_home(writers, runs[-1].port)
    check_everything(runs[-1], writers)
    assert sum(writer.replays for writer in writers) >= 3
    proxy.close()


def test_a_line_that_says_nothing_is_given_up_and_tried_again(runs):
    proxy = Proxy(runs[-1].port, seed=SEED)
    writers = through(runs, proxy)
    with Writing(writers) as writing:
        proxy.is_silent = True
        for writer in writers:
            if writer.program.connection is not None:
                writer.program.connection.close()
        time.sleep(1)
        proxy.is_silent = False
        writing.all_save_again()
    go_home(writers, runs[-1].port)
    check_everything(runs[-1], writers)
    proxy.close()
