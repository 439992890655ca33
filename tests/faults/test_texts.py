"""Texts that are too large, nearly so, or made of what text should not be made of."""

import json
import re
import socket
import time
import uuid

import pytest

from tests.faults.scene import IS_FULL, SEED, TALLY, check_people, copy_of, make_writers

SECONDS = 2.0 if IS_FULL else 10.0
BIDI = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ODD = (
    "<p>w0n0\x00 w0n1\ud800 \udfffw0n2 {bidi}w0n3{bidi} \ufeffw0n4\ufffe\uffff "
    "\x01\x02w0n5\x1f\x7f w0\u200bn6 \U0001f600w0n7 w0n8\u0301</p>"
    "<p>{open}w0n9{close}</p>{quotes}w0n10{ends}<p>{marks}w0n11{marks}</p>"
).format(
    bidi=BIDI,
    open="<b>" * 40,
    close="</b>" * 40,
    quotes="<blockquote>" * 40 + "<p>",
    ends="</p>" + "</blockquote>" * 40,
    marks="\u201c\u2018" * 20,
)
WORDS = [f"w0n{number}" for number in range(12)]


def put(writer, content, **activity):
    """Save a text as the writer's editor would; return status, headers, answer and seconds."""
    key = str(uuid.uuid4())
    raw = json.dumps({"content": content, "activity": activity}).encode()
    headers = {"If-Match": f'"{writer.base}"', "Idempotency-Key": key}
    began = time.monotonic()
    path = f"/chapters/{writer.chapter['id']}/content"
    status, answered, answer = writer.program.ask("PUT", path, raw, **headers)
    seconds = time.monotonic() - began
    if status == 200:
        writer.base = f"{answer['revision']}-{answer['hash'][:8]}"
        TALLY.acknowledged += 1
    return status, answered, answer, seconds


def one_writer(run):
    return make_writers(run.port, people=1, chapters=1, seed=SEED)[0]


def test_ten_megabytes_are_refused_kindly_and_one_is_saved_both_in_two_seconds(runs):
    writer = one_writer(runs[-1])
    status, answered, refusal, seconds = put(writer, "<p>" + "word " * 2_000_000 + "</p>")
    TALLY.fault()
    assert (status, refusal["status"], refusal["code"]) == (413, 413, "too_large")
    assert answered["Content-Type"] == "application/problem+json"
    assert seconds <= SECONDS
    assert writer.program.connection is not None
    status, _answered, answer, seconds = put(writer, "<p>" + "word " * 200_000 + "</p>")
    assert (status, answer["word_count"]) == (200, 200_000)
    assert seconds <= SECONDS
    check_people(runs[-1], [writer.program])


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_beyond_all_limits_is_answered_as_json_and_the_line_closed_cleanly(
    runs, is_announced
):
    writer = one_writer(runs[-1])
    program = copy_of(writer.program)
    size = 61 * 1024 * 1024
    kind = f"Content-Length: {size}" if is_announced else "Transfer-Encoding: chunked"
    head = (
        f"PUT /api/v1/chapters/{writer.chapter['id']}/content HTTP/1.1\r\nHost: {program.host}\r\n"
        f"Cookie: {program.cookie}\r\nContent-Type: application/json\r\n{kind}\r\n\r\n"
    )
    piece = b"a" * (1024 * 1024)
    with socket.create_connection(("127.0.0.1", program.port), timeout=30) as line:
        line.sendall(head.encode())
        for _ in range(61):
            line.sendall(piece if is_announced else b"100000\r\n" + piece + b"\r\n")
        line.sendall(b"" if is_announced else b"0\r\n\r\n")
        answer = b""
        while received := line.recv(65536):
            answer += received
            if b'"too_large"' in answer:
                break
    TALLY.fault()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    assert put(writer, "<p>w0n0</p>", typed=1)[0] == 200
    check_people(runs[-1], [writer.program])


def test_odd_characters_are_cleaned_without_eating_a_word_and_poison_no_list(runs):
    writer = one_writer(runs[-1])
    status, _answered, answer, _seconds = put(writer, ODD, typed=12)
    assert status == 200, answer
    TALLY.fault()
    chapter, story = writer.chapter["id"], writer.chapter["story_id"]
    head = writer.program.get(f"/chapters/{chapter}?as_html=false")
    seen = re.sub(r"[^\w\s]", "", head["content"].replace("\u200b", ""))
    assert re.findall(r"w0n\d+", seen) == WORDS
    for title in ("Velvet\x00", "Velvet \ud800", f"Velvet {BIDI}", "\u201c" * 40 + "Velvet"):
        for path in ("/stories", f"/stories/{story}/chapters"):
            body = {"title": title, "content": ODD} if "chapters" in path else {"title": title}
            status = writer.program.ask("POST", path, body)[0]
            assert status in {201, 409, 422}, title
            TALLY.fault()
    writer.program.ask("DELETE", f"/chapters/{chapter}")
    assert writer.program.ask("POST", f"/chapters/{chapter}/restore")[0] == 200
    assert put(writer, "<p>w0n0</p>")[0] == 200
    check_lists(writer)
    check_people(runs[-1], [writer.program])


def check_lists(writer):
    """Everything that lists what was written still opens."""
    chapter, story = writer.chapter["id"], writer.chapter["story_id"]
    for path in (
        "/stories",
        f"/stories/{story}",
        f"/stories/{story}/chapters",
        f"/stories/{story}/analytics",
        f"/chapters/{chapter}",
        f"/chapters/{chapter}/versions",
        f"/chapters/{chapter}/diff?from=2&to=3",
        "/sessions",
        "/trash",
        "/me/dashboard",
    ):
        assert writer.program.ask("GET", path)[0] == 200, path
    for page in (
        "/",
        f"/stories/{story}/",
        f"/stories/{story}/analytics/",
        f"/chapters/{chapter}/",
        f"/chapters/{chapter}/history/",
    ):
        assert writer.program.page(page) == 200, page
