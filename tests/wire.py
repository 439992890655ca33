"""A writer's program over the wire: signs up, saves and asks again as the editor does."""

import json
import random
import time
import uuid
from http.client import HTTPConnection, HTTPException

ATTEMPT_SECONDS = 10
PASSWORD = "a quiet desk by the sea"
RETRIED = {408, 425, 429, 500, 502, 503, 504}


class Program:
    """Speaks JSON to one port, on a connection that is kept while it lasts."""

    def __init__(self, port, *, source=None):
        self.port = port
        self.source = source and (source, 0)
        self.host = f"localhost:{port}"
        self.cookie = ""
        self.connection = None

    def ask(self, method, path, body=None, **headers):
        """Return status, headers and body; OSError or HTTPException when the outcome is unknown."""
        status, answered, content = self._send(method, f"/api/v1{path}", body, headers)
        return status, answered, json.loads(content or b"null")

    def page(self, address):
        """Return the status with which a page answers."""
        return self._send("GET", address, None, {})[0]

    def page_text(self, address):
        """Return what a page says."""
        return self._send("GET", address, None, {})[2].decode()

    def _send(self, method, address, body, headers):
        if self.connection is None:
            self.connection = HTTPConnection(
                "127.0.0.1", self.port, timeout=ATTEMPT_SECONDS, source_address=self.source
            )
        sent = {"Host": self.host, "Cookie": self.cookie} | headers
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if raw is not None:
            sent["Content-Type"] = "application/json"
        try:
            self.connection.request(method, address, raw, sent)
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException):
            self.connection.close()
            self.connection = None
            raise
        return answer.status, answer.headers, content

    def sign_up(self, email):
        body = {"email": email, "password": PASSWORD}
        self.make("/auth/register", **body)
        return self.sign_in(email)

    def sign_in(self, email):
        body = {"email": email, "password": PASSWORD}
        status, headers, answer = self.ask("POST", "/auth/login", body)
        assert status == 200, answer
        cookies = headers.get_all("Set-Cookie")
        self.cookie = next(c.partition(";")[0] for c in cookies if c.startswith("session_id="))
        return self

    def make(self, path, **body):
        status, _headers, answer = self.ask("POST", path, body)
        assert status == 201, answer
        return answer

    def get(self, path):
        status, _headers, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer


class Writer:
    """Saves numbered tokens in one chapter: one request at a time, the same bytes until answered.

    `acknowledged` counts the saves that were answered with success; the token after them may be on
    its way. `refusals` are answers that no writer should ever see. `since` is what her clock says
    when she began to type, if it is to be told; `pause` the longest wait between two saves.
    """

    since = None
    pause = 0.05

    def __init__(self, program, chapter, *, name, seed):
        self.program = program
        self.chapter = chapter
        self.name = name
        self.chance = random.Random(seed)
        self.base = f"{chapter['content_revision']}-{chapter['content_hash'][:8]}"
        self.acknowledged = 0
        self.headers = {}
        self.replays = 0
        self.revisions = []
        self.refusals = []
        self.is_stopped = False

    def tokens(self, count):
        return [f"{self.name}n{number}" for number in range(count)]

    def write(self):
        """Go on saving until stopped, then bring the last save to its answer."""
        while not self.is_stopped:
            self._save(self.acknowledged + 1)
            time.sleep(self.chance.uniform(0, self.pause))

    def _save(self, count):
        key = str(uuid.uuid4())
        raw = self.body(count, key)
        headers = self.headers | {"If-Match": f'"{self.base}"', "Idempotency-Key": key}
        answer = self._until_answered(raw, headers)
        if answer is not None:
            self.base = f"{answer['revision']}-{answer['hash'][:8]}"
            self.revisions.append(answer["revision"])
            self.acknowledged = count

    def body(self, count, key):
        """Return the bytes of a save of so many tokens."""
        since = self.since and self.since()
        body = {
            "content": f"<p>{' '.join(self.tokens(count))}</p>",
            "base_revision": self.base,
            "save_id": key,
            "activity": {"typed": 1, "active_ms": 50, "since": since},
        }
        return json.dumps(body).encode()

    def _until_answered(self, raw, headers):
        path = f"/chapters/{self.chapter['id']}/content"
        while True:
            try:
                status, answered, body = self.program.ask("PUT", path, raw, **headers)
            except (OSError, HTTPException):
                self._wait()
                continue
            if status == 200:
                self.replays += answered.get("Idempotency-Replayed") == "true"
                return body
            if status >= 500 and not (status == 503 and "Retry-After" in answered):
                self.refusals.append((status, body))
            if status in RETRIED or (status == 409 and body["code"] == "in_progress"):
                self._wait()
                continue
            self.refusals.append((status, body))
            self.is_stopped = True
            return None

    def _wait(self):
        time.sleep(self.chance.uniform(0.05, 0.3))
