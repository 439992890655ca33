"""A bucket on a real S3 server in this process, which can be made to fail like real ones do."""

import threading
import time
from contextlib import contextmanager

from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.serving import WSGIRequestHandler, make_server

KEY, SECRET, BUCKET = "nexus", "nexus-secret", "nexus-files"
REFUSAL = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"


class Quiet(WSGIRequestHandler):
    def log(self, *args):
        pass


class BucketServer:
    """`fault` is None, "silent", or the status and code with which changes (or all) are refused."""

    def __init__(self):
        self.app = DomainDispatcherApplication(create_backend_app)
        self.fault = None
        self.released = threading.Event()
        self.server = make_server("127.0.0.1", 0, self, True, request_handler=Quiet)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __call__(self, environ, start_response):
        if self.fault == "silent":
            self.released.wait(20)
        signer = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2]
        if signer.partition("/")[0] != KEY:
            return self.refuse(environ, start_response, "403 Forbidden", "InvalidAccessKeyId")
        is_change = environ["REQUEST_METHOD"] in {"PUT", "POST"}
        if isinstance(self.fault, tuple) and is_change:
            return self.refuse(environ, start_response, *self.fault)
        return self.app(environ, start_response)

    def refuse(self, environ, start_response, status, code):
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(status, [("Content-Type", "application/xml")])
        return [REFUSAL.format(code=code).encode()]

    @contextmanager
    def failing(self, fault):
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None
            self.released.set()

    def url(self, *, key=KEY, bucket=BUCKET):
        return f"s3://{key}:{SECRET}@127.0.0.1:{self.server.port}/{bucket}/studio?tls=off"

    def begin(self):
        """Forget all that is kept, and make the bucket."""
        backend = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
        backend.reset()
        backend.create_bucket(BUCKET, "us-east-1")
        self.released = threading.Event()

    def names(self):
        """Return the keys that are kept, in order, but for the check of writing."""
        bucket = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets.get(BUCKET)
        return sorted(name for name in bucket.keys if not name.endswith("write-check"))

    def stop(self):
        self.server.shutdown()
        # The next test's server may want what this one's threads hold.
        time.sleep(0)
