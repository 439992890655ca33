"""Slow, cut and lossy lines between a writer and the studio: every word arrives, once."""

import socket
import time
import uuid

from tests.faults.proxy import Proxy
from tests.faults.scene import (
    IS_FULL,
    SEED,
    TALLY,
    Writing,
    check_everything,
    copy_of,
    go_home,
    make_writers,
)


def through(runs, proxy, **options):
    port = runs[-1].port
    return make_writers(port, people=2, chapters=2, seed=SEED, through=proxy.port, **options)


def test_slow_lines_that_break_lose_nothing(runs):
    proxy = Proxy(runs[-1].port, seed=SEED)
    writers = through(runs, proxy)
    proxy.latency, proxy.cut_share = (2.0, 0.1) if IS_FULL else (0.05, 0.3)
    with Writing(writers) as writing:
        for _ in range(3):
            writing.all_save_again(120)
        runs[-1].wait(lambda: proxy.cuts)
        proxy.latency = proxy.cut_share = 0.0
    TALLY.fault(proxy.cuts)
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
            writing.heal()
    TALLY.fault(proxy.cuts)
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
        time.sleep(8 if IS_FULL else 1)
        proxy.is_silent = False
        TALLY.fault()
        writing.heal()
    go_home(writers, runs[-1].port)
    check_everything(runs[-1], writers)
    proxy.close()


def test_a_request_cut_in_the_middle_of_its_body_stores_nothing(runs):
    writer = make_writers(runs[-1].port, people=1, chapters=1, seed=SEED)[0]
    path = f"/api/v1/chapters/{writer.chapter['id']}/content"
    program = copy_of(writer.program)
    for share in (0.0, 0.1, 0.5, 0.99):
        key = str(uuid.uuid4())
        raw = writer.body(1, key)
        head = f"PUT {path} HTTP/1.1\r\nHost: {program.host}\r\nCookie: {program.cookie}\r\n"
        head += f'If-Match: "{writer.base}"\r\nIdempotency-Key: {key}\r\n'
        head += f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", program.port)) as line:
            line.sendall(head.encode() + raw[: int(len(raw) * share)])
        TALLY.fault()
    time.sleep(0.5)
    now = program.get(f"/chapters/{writer.chapter['id']}")
    assert now["content_revision"] == writer.chapter["content_revision"]
    with Writing([writer]) as writing:
        writing.heal()
    check_everything(runs[-1], [writer])
