"""An authenticator app for tests: RFC 6238 written a second time, from the document."""

import base64
import hmac
import struct
import time


def code_at(secret: str, at: float) -> str:
    """Return the six digits that an app shows at the Unix time `at`."""
    counter = struct.pack(">Q", int(at) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[19] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 1_000_000).zfill(6)


def code_now(secret: str, *, steps: int = 0) -> str:
    return code_at(secret, time.time() + 30 * steps)
