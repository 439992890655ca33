"""A writer's day in a real studio: logs, metrics, Sentry and output hold none of her words.

Every canary goes where words and secrets go: prose, titles, synopses, notes, comments, tags, names
of files, searches, passwords, tokens, cookies, links that work once. Then a fault is provoked, and
followed by its request's id from the answer to the log to Sentry.
"""

import json
import re
import socketserver
import threading
import uuid
from contextlib import contextmanager

import pytest

from nexus.tests.test_up import Nexus
from nexus.tests.test_watching import sentry  # noqa: F401 - a fixture
from tests.faults.harm import ask_postgres
from tests.faults.scene import a_stranger
from tests.faults.studio import copy_of_template, started, stop

CANARY = "Xylograph"
PASSWORD = "Xylograph-Quillon-Marram-7"
LINK = re.compile(r"/accounts/[\w./:=-]+")


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as it takes to be handed a letter."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            verb = line[:4].upper().strip()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                letter = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.letters.append(
                    letter.replace(b"=\r\n", b"").replace(b"=3D", b"=").decode()
                )
            self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 yes\r\n")


@pytest.fixture
def post():
    """A mail server that keeps what it is given."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.daemon_threads, server.letters = True, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@contextmanager
def studio(folder, sentry_at, port_of_mail):
    var = copy_of_template(folder / "var")
    own = {
        "SENTRY_DSN": sentry_at,
        "LOG_DIR": str(folder / "logs"),
        "LOG_LEVEL": "DEBUG",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port_of_mail),
        "EMAIL_USE_TLS": "0",
    }
    run = Nexus(var, more=own)
    try:
        yield started(run)
        stop(run)
    finally:
        run.end()


def sign_up(run, letters):
    """Return a person's program, with every secret it was given by answers and cookies."""
    program = a_stranger(run.port)
    body = {"email": f"{uuid.uuid4()}@example.com", "password": PASSWORD, "username": CANARY}
    status, _headers, made = program.ask("POST", "/auth/register", body)
    assert status == 201, made
    run.wait(lambda: links_in(letters))
    token = links_in(letters)[0]
    status, _headers, answer = program.ask("POST", "/auth/verify", {"token": token})
    assert status == 200, answer
    status, headers, answer = program.ask("POST", "/auth/login", body)
    assert status == 200, answer
    cookies = [one.partition(";")[0] for one in headers.get_all("Set-Cookie")]
    program.cookie = next(one for one in cookies if one.startswith("session_id="))
    tokens = [answer[name] for name in ("access_token", "refresh_token") if name in answer]
    return program, body, [token, *tokens, *(one.partition("=")[2] for one in cookies)]


def a_day(program, body):
    """Write, name, note, ask, search, change, fail; return what else is secret."""
    told = f"{CANARY} words"
    facts = {"synopsis": told, "genre": CANARY, "tags": [CANARY]}
    story = program.make("/stories", title=told, **facts)
    chapters = [
        program.make(f"/stories/{story['id']}/chapters", title=f"{told} {n}", content=told)
        for n in range(2)
    ]
    path = f"/chapters/{chapters[0]['id']}"
    program.ask("PATCH", path, {"notes": told, "synopsis": told, "part_title": told})
    program.make(f"{path}/comments", text=told, anchor={"quote": CANARY})
    program.make("/series", title=told)
    program.make("/rest-days", from_date="2030-01-01", note=told)
    for asked in (f"/search?q={CANARY}", "/stories?status=Nonsense", "/chapters/nonsense"):
        program.ask("GET", asked)
    program.ask("PATCH", path, f'{{"title": "{CANARY}'.encode())
    program.ask("POST", "/stories", {"title": told, "status": CANARY})
    program.ask("POST", f"/stories/{story['id']}/exports", {"format": "epub"})
    made = program.make("/auth/tokens", name=CANARY, scopes=["read"])
    keys = [value for value in made.values() if isinstance(value, str) and len(value) > 30]
    a_stranger(program.port).ask("GET", "/stories", Authorization=f"Bearer {keys[0]}x")
    a_stranger(program.port).ask("POST", "/auth/login", body | {"password": f"{CANARY}-wrong"})
    a_stranger(program.port).ask("POST", "/auth/password/reset", {"email": body["email"]})
    for page in ("/", f"/search/?q={CANARY}", f"/stories/{story['id']}/", f"{path}/"):
        program.page(page)
    return keys, chapters[0]


def a_fault(run, program, chapter):
    """Take a table away under a save; return the id its 500 names."""
    ask_postgres(run, "ALTER TABLE stories_savereceipt RENAME TO stories_away")
    body = {"content": f"<p>{CANARY} lost</p>", "activity": {"typed": 1, "active_ms": 5}}
    base = f'"{chapter["content_revision"]}-{chapter["content_hash"][:8]}"'
    headers = {"If-Match": base, "Idempotency-Key": str(uuid.uuid4())}
    path = f"/chapters/{chapter['id']}/content"
    status, answered, problem = program.ask("PUT", path, body, **headers)
    ask_postgres(run, "ALTER TABLE stories_away RENAME TO stories_savereceipt")
    assert (status, problem["correlation_id"]) == (500, answered["X-Request-ID"])
    return problem["correlation_id"]


def links_in(letters):
    """Return the parts of mailed links by which they are known."""
    return [part for letter in letters for link in LINK.findall(letter) for part in longest(link)]


def longest(link):
    return [part for part in re.split(r"[/?=]", link) if len(part) > 20]


def test_a_day_leaves_no_word_and_no_secret_behind(tmp_path, sentry, post):  # noqa: F811
    address, sent = sentry
    with studio(tmp_path, address, post.server_address[1]) as run:
        program, body, secrets = sign_up(run, post.letters)
        keys, chapter = a_day(program, body)
        fault = a_fault(run, program, chapter)
        run.wait(lambda: len(post.letters) > 1)
        run.wait(lambda: any(fault in one for one in sent))
        metrics = program.page_text("/metrics")
    written = {path.name: path.read_text() for path in (tmp_path / "logs").rglob("*.log")}
    assert fault in written["http.log"] and fault in written["errors.log"]
    assert any(fault in one and json.dumps("request_id")[1:-1] in one for one in sent)
    assert "nexus_" in metrics
    places = written | {"output": run.said(), "metrics": metrics, "sentry": "\n".join(sent)}
    hidden = [CANARY, PASSWORD, body["email"], *secrets, *keys, *links_in(post.letters)]
    assert len(hidden) >= 8 and all(len(one) >= 9 for one in hidden)
    for where, text in places.items():
        for secret in hidden:
            found = text.lower().find(secret.lower())
            assert found < 0, (where, secret, text[max(found - 300, 0) : found + 100])
