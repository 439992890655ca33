"""What nginx makes of a request before the application sees it, with the containers' own file."""

import json
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.layout import free_ports, write_nginx

SEEN = ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "Upgrade", "Connection", "X-Request-Start")


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_GET(self):
        told = {name: self.headers[name] for name in SEEN} | {"path": self.path}
        body = json.dumps(told | {"server": self.server.name}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args):
        pass


@contextmanager
def echo(name):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.name = name
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@contextmanager
def running(folder, *, trusted=""):
    """Run nginx before two echoes; yield what asks it."""
    nginx = require_nginx()
    (folder / "trusted").mkdir()
    (folder / "trusted" / "proxy.conf").write_text(trusted)
    with echo("web") as web, echo("realtime") as realtime:
        (port,) = free_ports(1)
        configuration = write_nginx(folder, port, web, realtime)
        process = subprocess.Popen([nginx, "-e", "stderr", "-c", str(configuration)])
        try:
            wait_for(port, process)
            yield lambda path, **headers: ask(port, path, headers)
        finally:
            process.terminate()
            process.wait(10)


def require_nginx():
    from nexus.testing import require

    return require(shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"), "nginx")


def wait_for(port, process):
    while True:
        assert process.poll() is None, "nginx did not start"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def ask(port, path, headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    method = "POST" if "Content-Length" in headers else "GET"
    connection.request(method, path, headers={"Host": "write.example"} | headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if answer.status == 200 else None


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    with running(tmp_path_factory.mktemp("nginx")) as asks:
        yield asks


@pytest.mark.parametrize(
    ("path", "server"),
    [
        ("/", "web"),
        ("/api/v1/stories?q=a%20b&status=Draft", "web"),
        ("/static/css/app.css", "web"),
        ("/media/covers/a%2Fb.jpg", "web"),
        ("/stories/../admin/", "web"),
        ("/ws/live/", "realtime"),
        ("/ws/tasks/1?after=3", "realtime"),
    ],
)
def test_an_address_arrives_as_it_was_asked_for(asked, path, server):
    status, told = asked(path)
    assert (status, told["server"], told["path"]) == (200, server, path)
    assert told["Host"] == "write.example"


def test_only_a_socket_is_upgraded(asked):
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade"}
    assert asked("/ws/live/", **upgrade)[1]["Upgrade"] == "websocket"
    assert asked("/ws/live/", **upgrade)[1]["Connection"] == "upgrade"
    assert asked("/ws/live/")[1]["Connection"] == "close"
    assert asked("/", **upgrade)[1]["Upgrade"] is None


def test_a_visitor_says_nothing_of_her_address_and_the_waiting_begins_now(asked):
    told = asked("/", **{"X-Forwarded-For": "203.0.113.9", "X-Request-Start": "t=1"})[1]
    assert told["X-Forwarded-For"] == "127.0.0.1"
    assert abs(time.time() - float(told["X-Request-Start"].removeprefix("t="))) < 60


def test_behind_a_proxy_that_is_named_the_address_is_the_visitors(tmp_path):
    with running(tmp_path, trusted="set_real_ip_from 127.0.0.1;\n") as asks:
        told = asks("/", **{"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})[1]
    assert told["X-Forwarded-For"] == "203.0.113.9"


@pytest.mark.parametrize("path", ["/", "/ws/live/"])
def test_who_ends_tls_before_it_is_believed(asked, path):
    assert asked(path)[1]["X-Forwarded-Proto"] == "http"
    for said, heard in (("https", "https"), ("http", "http"), ("gopher", "http")):
        assert asked(path, **{"X-Forwarded-Proto": said})[1]["X-Forwarded-Proto"] == heard


def test_metrics_and_bodies_of_more_than_sixty_megabytes_end_here(asked):
    assert asked("/metrics")[0] == 404
    assert asked("/", **{"Content-Length": str(60 * 1024 * 1024 + 1)})[0] == 413
