"""A save that finds its chapter gone, its writer signed out, or somebody else at the machine."""

import uuid

from tests.faults.harm import ask_postgres
from tests.faults.scene import (
    SEED,
    TALLY,
    Writing,
    check_everything,
    copy_of,
    make_writers,
    sign_up,
)

EXPIRE = """
    UPDATE accounts_session SET expire_date = now() - interval '1 minute'
    WHERE user_id = (SELECT id FROM accounts_user WHERE email = %s)
"""


class Frozen:
    """A save whose bytes, key and base stay what they are until it is answered."""

    def __init__(self, writer):
        self.writer = writer
        self.key = str(uuid.uuid4())
        self.raw = writer.body(writer.acknowledged + 1, self.key)
        self.headers = {"If-Match": f'"{writer.base}"', "Idempotency-Key": self.key}

    def send(self, program=None):
        path = f"/chapters/{self.writer.chapter['id']}/content"
        program = program or self.writer.program
        return program.ask("PUT", path, self.raw, **self.headers)

    def is_taken(self):
        """Send it for good; the writer knows of it."""
        status, headers, answer = self.send()
        assert status == 200, answer
        self.writer.base = f"{answer['revision']}-{answer['hash'][:8]}"
        self.writer.revisions.append(answer["revision"])
        self.writer.acknowledged += 1
        return headers.get("Idempotency-Replayed") == "true"


def a_writer(run):
    writer = make_writers(run.port, people=1, chapters=1, seed=SEED)[0]
    with Writing([writer]) as writing:
        writing.all_save_again()
    return writer


def owner_of(run, writer):
    question = (
        "SELECT email FROM accounts_user JOIN stories_story ON owner_id = accounts_user.id"
        " WHERE stories_story.id = %s"
    )
    return ask_postgres(run, question, [writer.chapter["story_id"]])[0][0]


def test_a_save_into_a_chapter_thrown_away_elsewhere_is_taken_once_it_is_back(runs):
    writer = a_writer(runs[-1])
    elsewhere = copy_of(writer.program)
    places = (f"/chapters/{writer.chapter['id']}", f"/stories/{writer.chapter['story_id']}")
    for place in places:
        assert elsewhere.ask("DELETE", place)[0] == 204
        TALLY.fault()
        frozen = Frozen(writer)
        for _ in range(2):
            status, _headers, refusal = frozen.send()
            assert status == 404, refusal
            assert refusal["detail"]
        assert elsewhere.ask("POST", f"{place}/restore")[0] == 200
        assert not frozen.is_taken()
    check_everything(runs[-1], [writer])


def test_a_session_that_ended_while_typing_is_resumed_with_the_same_save(runs):
    writer = a_writer(runs[-1])
    email = owner_of(runs[-1], writer)
    was_acknowledged = Frozen(writer)
    assert was_acknowledged.send()[0] == 200
    for frozen, is_replay in ((was_acknowledged, True), (None, False)):
        frozen = frozen or Frozen(writer)
        ask_postgres(runs[-1], EXPIRE, [email])
        TALLY.fault()
        status, _headers, refusal = frozen.send()
        assert (status, refusal["code"]) == (403, "not_authenticated")
        writer.program.sign_in(email)
        assert frozen.is_taken() is is_replay
    check_everything(runs[-1], [writer])


def test_another_person_who_signs_in_can_neither_send_nor_see_what_waits(runs):
    writer = a_writer(runs[-1])
    frozen = Frozen(writer)
    other = sign_up(runs[-1].port)
    for _ in range(2):
        status, headers, refusal = frozen.send(other)
        assert status == 403, refusal
        assert set(refusal) <= {"type", "title", "status", "detail", "code", "request_id"}
        assert "Velvet" not in str(refusal)
        assert "ETag" not in headers
    TALLY.fault(2)
    chapter, story = writer.chapter["id"], writer.chapter["story_id"]
    for path in (
        f"/chapters/{chapter}",
        f"/chapters/{chapter}/versions",
        f"/chapters/{chapter}/diff?from=1&to=2",
        f"/stories/{story}/chapters",
        f"/stories/{story}/analytics",
    ):
        status, _headers, refusal = other.ask("GET", path)
        assert status in {403, 404}, path
        assert "w0n" not in str(refusal)
    assert other.get("/stories")["stories"] == []
    assert other.get("/sessions")["sessions"] == []
    assert not frozen.is_taken()
    check_everything(runs[-1], [writer])
