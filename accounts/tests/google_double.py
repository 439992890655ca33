"""A Google for tests, on loopback: it really signs, and checks what Google checks.

`/authorize` sends the browser back with a code, `/token` trades it once for an id_token when the
secret and the PKCE verifier are right, `/keys` publishes the keys.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID = "1234-nexus.apps.googleusercontent.com"
CLIENT_SECRET = "a-secret-for-tests"
ISSUER = "https://accounts.google.com"
GRACE = {
    "sub": "110248495921238986420",
    "email": "grace@example.com",
    "email_verified": True,
    "name": "Grace Hopper",
    "picture": "https://lh3.googleusercontent.com/a/grace",
}
KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


class GoogleDouble:
    """Whom it vouches for (`person`), and what it was asked."""

    def __init__(self):
        self.person = dict(GRACE)
        self.keys = {"first": KEYS[0]}
        self.cache_control = "public, max-age=3600"
        self.refuses_with = ""
        self.spoils_token = str
        self.codes = {}
        self.times_asked_for_keys = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def endpoints(self):
        return {name: f"{self.url}/{name}" for name in ("authorize", "token", "keys")}

    @contextmanager
    def running(self):
        thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.close()

    def close(self):
        """Go away: from now on nobody listens."""
        self.server.shutdown()
        self.server.server_close()

    def token(self, *, key=None, kid="first", algorithm="RS256", without=(), **claims):
        now = int(time.time())
        said = {"iss": ISSUER, "aud": CLIENT_ID, "iat": now, "exp": now + 3600} | self.person
        said = {name: value for name, value in (said | claims).items() if name not in without}
        key = KEYS[0] if key is None else key
        return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid})

    # --- What it answers ---

    def authorize(self, query):
        """Return where the browser is sent."""
        back, state = query["redirect_uri"], query["state"]
        assert query["response_type"] == "code" and query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(query["scope"].split())
        if self.refuses_with:
            return f"{back}?{urlencode({'error': self.refuses_with, 'state': state})}"
        code = secrets.token_urlsafe()
        self.codes[code] = (query["code_challenge"], back)
        return f"{back}?{urlencode({'code': code, 'state': state})}"

    def trade(self, form):
        """Return the status and the answer of the token endpoint."""
        challenge, back = self.codes.pop(form["code"], ("", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_hers = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
        is_ours = (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        if not (is_hers and is_ours and form["redirect_uri"] == back):
            return 400, {"error": "invalid_grant"}
        token = self.spoils_token(self.token())
        return 200, {"access_token": "opaque", "expires_in": 3599, "id_token": token}

    def published(self):
        self.times_asked_for_keys += 1
        algorithm = jwt.algorithms.RSAAlgorithm
        return {
            "keys": [
                algorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"}
                for kid, key in self.keys.items()
            ]
        }

    def handler(double):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                address = urlsplit(self.path)
                if address.path == "/keys":
                    self.say(200, double.published(), double.cache_control)
                else:
                    self.send_response(302)
                    self.send_header("Location", double.authorize(plain(address.query)))
                    self.end_headers()

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.say(*double.trade(plain(body)))

            def say(self, status, answer, cache_control="no-store"):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Cache-Control", cache_control)
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *args):
                pass

        return Handler


def plain(query):
    """Return a query or a form as a mapping of each name to its one value."""
    return {name: values[0] for name, values in parse_qs(query).items()}
