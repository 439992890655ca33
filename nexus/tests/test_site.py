"""The real server process: what only a socket can ask, and only a browser can see."""

import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

HANDSHAKE = (
    "GET /ws/live/ HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{origin}\r\n"
)


def send_raw(site, request):
    """Return the answer's beginning, or nothing when the server waits for more or hung up."""
    address = urlsplit(site.url)
    with socket.create_connection((address.hostname, address.port), 2) as connection:
        connection.sendall(request)
        try:
            return connection.recv(65536)
        except TimeoutError:
            return b""


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\xff /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /caf\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /?q=\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /%ff%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: local host\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: \xff=\xfe; session_id=\xff\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nDaphne-Root-Path: /\xff\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: a\xffb\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data\r\n"
        b"Content-Length: 3\r\n\r\nabc",
        b"GET //evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"PROPFIND / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_no_malformed_request_gives_a_500_or_an_inside(live_site, request_bytes):
    answer = send_raw(live_site, request_bytes)
    status = answer.split(b" ", 2)[1] if answer.startswith(b"HTTP/") else b""
    assert not status.startswith(b"5")
    assert b"Traceback" not in answer


def shake_hands(site, origin):
    line = f"Origin: {origin}\r\n" if origin else ""
    request = HANDSHAKE.format(host=site.host, origin=line).encode()
    address = urlsplit(site.url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(request)
        return connection.recv(4096).split(b"\r\n", 1)[0]


@pytest.mark.parametrize("origin", ["", "http://evil.example", "https://{host}", "null"])
def test_a_socket_from_elsewhere_is_refused(live_site, origin):
    assert b"403" in shake_hands(live_site, origin.format(host=live_site.host))


def test_an_unknown_socket_path_is_refused_without_an_error(live_site):
    address = urlsplit(live_site.url)
    request = HANDSHAKE.replace("/ws/live/", "/ws/absent/")
    request = request.format(host=live_site.host, origin=f"Origin: {live_site.url}\r\n")
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.sendall(request.encode())
        assert b"403" in connection.recv(4096).split(b"\r\n", 1)[0]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/accounts/login/", "text/html; charset=utf-8"),
        ("/api/v1/imports", "application/problem+json"),
    ],
)
def test_a_body_past_the_limit_is_refused_by_a_page_or_a_document(live_site, path, kind):
    connection = HTTPConnection(live_site.host, timeout=60)
    connection.request("POST", path, b"x" * (61 * 1024 * 1024))
    response = connection.getresponse()
    assert response.status == 413
    assert response.headers["Content-Type"] == kind
    assert response.headers["X-Request-ID"]


def test_every_status_has_its_phrase(live_site):
    connection = HTTPConnection(live_site.host, timeout=10)
    body, headers = b"{}", {"Content-Type": "application/json"}
    connection.request("POST", "/api/v1/auth/login", body, headers)
    response = connection.getresponse()
    assert (response.status, response.reason) == (422, "Unprocessable Entity")


@pytest.mark.parametrize("path", ["/api/v1/imports", "/import/"])
def test_a_broken_upload_is_refused_by_the_application(live_site, path):
    connection = HTTPConnection(live_site.host, timeout=10)
    headers = {"Content-Type": "multipart/form-data; boundary=x", "X-Request-ID": "one"}
    connection.request("POST", path, b"no such boundary", headers)
    response = connection.getresponse()
    assert 400 <= response.status < 500
    assert response.headers["X-Request-ID"] == "one"
    assert response.read()


def test_static_files_carry_their_request_id_through_the_real_server(live_site):
    connection = HTTPConnection(live_site.host, timeout=10)
    connection.request("GET", "/static/css/app.css", headers={"X-Request-ID": "one"})
    response = connection.getresponse()
    assert (response.status, response.headers["X-Request-ID"]) == (200, "one")


@pytest.mark.browser
def test_a_browser_opens_the_sign_in_page_without_a_breach_of_the_policy(live_site, browser_page):
    complaints = []
    browser_page.on("console", lambda message: complaints.append((message.type, message.text)))
    browser_page.goto(f"{live_site.url}/accounts/login/")
    assert browser_page.locator("form input[type=password]").count() >= 1
    assert [text for kind, text in complaints if kind == "error"] == []
