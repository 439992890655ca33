"""Many saves at once: the same one a hundred times, fifty from one base."""

import json
import random
import threading
import time
import uuid
from http.client import HTTPException

from tests.faults.scene import SEED, TALLY, check_everything, check_people, copy_of, make_writers
from tests.wire import RETRIED

SAME, RIVALS = 100, 50


def at_once(asks):
    """Let everybody begin at the same moment; return their answers in order."""
    answers = [None] * len(asks)
    gate = threading.Barrier(len(asks))

    def run(number, ask):
        gate.wait()
        answers[number] = ask()

    threads = [
        threading.Thread(target=run, args=(number, ask), daemon=True)
        for number, ask in enumerate(asks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def saving(writer, raw, key):
    """Return a save on a connection of its own, asked again until it has a final answer."""
    program = copy_of(writer.program)
    chance = random.Random(key)
    path = f"/chapters/{writer.chapter['id']}/content"
    headers = {"If-Match": f'"{writer.base}"', "Idempotency-Key": key}

    def ask():
        deadline = time.monotonic() + 45
        while time.monotonic() < deadline:
            try:
                status, answered, body = program.ask("PUT", path, raw, **headers)
            except (OSError, HTTPException):
                status, answered, body = 504, {}, {}
            if status == 503:
                assert answered["Retry-After"]
            is_twin = status == 409 and body["code"] == "in_progress"
            if status not in RETRIED and not is_twin:
                return status, answered, body
            time.sleep(chance.uniform(0.1, 0.6))
        return None

    return ask


def took(writer, answer):
    """Have the writer know of a save that was made in her name."""
    writer.base = f"{answer['revision']}-{answer['hash'][:8]}"
    writer.revisions.append(answer["revision"])
    writer.acknowledged += 1


def test_the_same_save_a_hundred_times_at_once_makes_one_revision(runs):
    writer = make_writers(runs[-1].port, people=1, chapters=1, seed=SEED)[0]
    key = str(uuid.uuid4())
    raw = writer.body(1, key)
    answers = at_once([saving(writer, raw, key) for _ in range(SAME)])
    assert [answer[0] for answer in answers] == [200] * SAME
    bodies = {json.dumps(body, sort_keys=True) for _status, _headers, body in answers}
    assert len(bodies) == 1
    replayed = [headers.get("Idempotency-Replayed") for _status, headers, _body in answers]
    assert replayed.count("true") == SAME - 1
    took(writer, answers[0][2])
    TALLY.fault(SAME - 1)
    check_everything(runs[-1], [writer], least=1)


def test_of_fifty_saves_from_one_base_one_is_taken_and_the_others_are_told_the_head(runs):
    writer = make_writers(runs[-1].port, people=1, chapters=1, seed=SEED)[0]
    rivals = []
    for number in range(RIVALS):
        key = str(uuid.uuid4())
        raw = json.dumps({"content": f"<p>w9n{number}</p>", "activity": {"typed": 1}}).encode()
        rivals.append(saving(writer, raw, key))
    answers = at_once(rivals)
    taken = [number for number, answer in enumerate(answers) if answer[0] == 200]
    assert len(taken) == 1
    assert [answer[0] for answer in answers].count(412) == RIVALS - 1
    won = answers[taken[0]][2]
    for status, _headers, body in answers:
        if status == 412:
            assert body["head_revision"] == won["revision"]
            assert body["head_hash"] == won["hash"]
            assert body["head_saved_at"] == won["saved_at"]
            assert body["head_word_count"] == 1
    head = writer.program.get(f"/chapters/{writer.chapter['id']}?as_html=false")
    assert head["content"] == f"w9n{taken[0]}"
    assert head["content_revision"] == writer.chapter["content_revision"] + 1
    TALLY.fault(RIVALS - 1)
    TALLY.acknowledged += 1
    check_people(runs[-1], [writer.program])
