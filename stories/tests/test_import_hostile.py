"""Hostile files are refused in time, with the reason, and nobody outside is asked."""

import http.server
import os
import sys
import threading
import time
import urllib.request

import pytest

from stories.importing import ImportRefused, read_book
from stories.tests import hostile
from stories.tests.samples import texts

SECONDS = 5
SECRET = "xylograph"
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_DEEDS = (
    "os.mkdir", "os.symlink", "os.link", "os.rename", "os.remove", "socket.connect",
    "socket.getaddrinfo", "subprocess.Popen", "tempfile.mkstemp", "tempfile.mkdtemp",
)  # fmt: skip
_seen: list[tuple[str, str]] | None = None


def _watch(event, args):
    """Note down whatever would leave a trace; an audit hook stays for the process's life."""
    if _seen is None or threading.current_thread() is not threading.main_thread():
        return
    if event in _DEEDS:
        _seen.append((event, repr(args)))
    elif event == "open" and args[2] and args[2] & _WRITING and "__pycache__" not in str(args[0]):
        _seen.append((event, str(args[0])))


sys.addaudithook(_watch)


@pytest.fixture
def deeds():
    global _seen
    _seen = []
    yield _seen
    _seen = None


@pytest.fixture(scope="module")
def canary():
    """A server that notes down who asked for what; nobody should."""
    asked = []

    class Canary(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_POST = do_GET

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    server.asked, server.url = asked, f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def upload(tmp_path, canary):
    """Make a hostile file; return its path."""
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)

    def _upload(make):
        content = make(canary=canary.url, secret=secret)
        path = tmp_path / "upload"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return _upload


def cases(rows):
    params = [pytest.param(name, make, id=f"{name}: {what}") for what, name, make in rows]
    return pytest.mark.parametrize(("filename", "make"), params)


def test_the_canary_and_the_watch_would_notice(canary, tmp_path, deeds):
    with pytest.raises(OSError, match="404"):
        urllib.request.urlopen(f"{canary.url}/seen")
    (tmp_path / "trace").write_text("x")
    assert canary.asked == ["/seen"]
    assert {"open", "socket.connect"} <= {event for event, _ in deeds}
    canary.asked.clear()


@cases(hostile.refused())
def test_a_hostile_file_is_refused(filename, make, upload, canary, deeds):
    path = upload(make)
    deeds.clear()
    started = time.process_time()
    with pytest.raises(ImportRefused) as caught:
        read_book(path, filename=filename)
    assert time.process_time() - started < SECONDS
    assert caught.value.reason.endswith(".") and SECRET not in caught.value.reason
    assert canary.asked == [] and deeds == []


@cases(hostile.harmless())
def test_what_a_file_asks_for_from_outside_is_never_fetched(
    filename, make, upload, canary, deeds
):  # fmt: skip
    path = upload(make)
    deeds.clear()
    book = read_book(path, filename=filename)
    said = " ".join(texts(book))
    assert hostile.PROSE in said and SECRET not in said
    assert canary.asked == [] and deeds == []
