"""One chapter on two devices: what both wrote is joined or kept, and nothing is in there twice."""

import threading
import uuid
from collections import Counter

import pytest

from tests.faults.scene import IS_FULL, SEED, TALLY, check_people, copy_of, make_writers

ROUNDS = 40 if IS_FULL else 6
START = "<p>Left.</p><p>Between.</p><p>Right.</p>"


class Device:
    """One of a writer's devices: saves, and joins both texts when the other was faster."""

    def __init__(self, writer, name):
        self.program = copy_of(writer.program)
        self.chapter = writer.chapter["id"]
        self.name = name
        self.tokens = []
        self.revisions = []
        self.clashes = 0
        self.refresh()

    def refresh(self):
        head = self.program.get(f"/chapters/{self.chapter}")
        self.text = head["content"]
        self.base = f"{head['content_revision']}-{head['content_hash'][:8]}"

    def add(self, paragraph, choice="both"):
        """Type a word at the end of a paragraph and have it saved."""
        token = f"{self.name}n{len(self.tokens)}"
        pieces = self.text.split("</p>")
        pieces[paragraph] += f" {token}"
        self._save("</p>".join(pieces), choice)
        self.tokens.append(token)

    def _save(self, content, choice):
        while True:
            status, _headers, answer = self._put(content)
            if status == 200:
                self.base, self.text = f"{answer['revision']}-{answer['hash'][:8]}", content
                self.revisions.append(answer["revision"])
                return
            assert status == 412, answer
            TALLY.fault()
            content = self._joined(content, choice)

    def _put(self, content):
        body = {"content": content, "base_revision": self.base, "save_id": str(uuid.uuid4())}
        headers = {"If-Match": f'"{self.base}"', "Idempotency-Key": body["save_id"]}
        return self.program.ask("PUT", f"/chapters/{self.chapter}/content", body, **headers)

    def _joined(self, content, choice):
        body = {"content": content, "base_revision": self.base, "base_content": self.text}
        status, _headers, answer = self.program.ask("POST", f"/chapters/{self.chapter}/merge", body)
        assert status == 200, answer
        assert answer["is_base_known"]
        if answer["clashes"]:
            self.clashes += answer["clashes"]
            self._keep(content)
            self._keep(answer["head"]["content"])
            body["choices"] = [choice] * answer["clashes"]
            answer = self.program.ask("POST", f"/chapters/{self.chapter}/merge", body)[2]
        head = answer["head"]
        self.base, self.text = f"{head['revision']}-{head['hash'][:8]}", head["content"]
        return answer["merged"]

    def _keep(self, content):
        self.program.make(f"/chapters/{self.chapter}/versions", content=content, reason="conflict")


def prepared(run):
    """Return a writer whose chapter holds three paragraphs, and two devices of hers."""
    writer = make_writers(run.port, people=1, chapters=1, seed=SEED)[0]
    writer.program.ask("PATCH", f"/chapters/{writer.chapter['id']}", {"content": START})
    return writer, Device(writer, "w1"), Device(writer, "w2")


def check_chapter(run, devices):
    """Every acknowledged word is in the head, once, or in a listed conflict copy."""
    program, chapter = devices[0].program, devices[0].chapter
    head = program.get(f"/chapters/{chapter}?as_html=false")
    in_head = Counter(head["content"].split())
    kept = Counter()
    for version in program.get(f"/chapters/{chapter}/versions?limit=100")["versions"]:
        if version["reason"] == "conflict":
            whole = program.get(f"/chapters/{chapter}/versions/{version['id']}")
            kept.update(whole["content"].replace("<", " ").split())
    for token in (token for device in devices for token in device.tokens):
        assert in_head[token] == 1 or (not in_head[token] and kept[token]), token
    made = sorted(revision for device in devices for revision in device.revisions)
    assert made == list(range(made[0], head["content_revision"] + 1))
    assert head["word_count"] == len(head["content"].split())
    TALLY.acknowledged += len(made)
    check_people(run, [program])


def test_two_devices_that_write_in_different_paragraphs_lose_nothing(runs):
    _writer, left, right = prepared(runs[-1])

    def write(device, paragraph):
        for _ in range(ROUNDS):
            device.add(paragraph)

    other = threading.Thread(target=write, args=(right, 2), daemon=True)
    other.start()
    write(left, 0)
    other.join(60)
    # Whatever the race was like: this one was late.
    left.add(0)
    right.refresh()
    left.add(0)
    right.add(2)
    assert left.clashes + right.clashes == 0
    assert len(left.tokens) == ROUNDS + 2
    assert len(right.tokens) == ROUNDS + 1
    assert TALLY.faults >= 1
    check_chapter(runs[-1], [left, right])


@pytest.mark.parametrize("choice", ["mine", "theirs", "both"])
def test_two_devices_that_write_in_the_same_paragraph_keep_both_texts(runs, choice):
    _writer, first, second = prepared(runs[-1])
    first.add(1)
    second.add(1, choice)
    assert second.clashes == 1
    head = first.program.get(f"/chapters/{first.chapter}?as_html=false")["content"]
    assert ("w2n0" in head) is (choice != "theirs")
    assert ("w1n0" in head) is (choice != "mine")
    check_chapter(runs[-1], [first, second])
