"""RSA keys that sign tokens: how they are made, read and named."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

BITS = 2048
PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True)
class SigningKey:
    """A private key with the name its tokens carry."""

    private: RSAPrivateKey

    @cached_property
    def public(self) -> RSAPublicKey:
        return self.private.public_key()

    @cached_property
    def kid(self) -> str:
        """The thumbprint of RFC 7638: the same key has the same name everywhere."""
        members = {name: self.jwk[name] for name in ("e", "kty", "n")}
        canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
        return _base64url(hashlib.sha256(canonical.encode()).digest())

    @cached_property
    def jwk(self) -> dict[str, str]:
        """The public half alone, as RFC 7517 writes it."""
        numbers = self.public.public_numbers()
        return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}


def read_keys(text: str) -> tuple[SigningKey, ...]:
    r"""Return the keys of one or more PEM texts in their order; ValueError when one is unfit.

    A line break may be written as `\n`, since few environments take a real one.
    """
    blocks = [match[0] for match in PEM.finditer(text.replace("\\n", "\n"))]
    if not blocks:
        raise ValueError("there is no PEM text in it")
    return tuple(_read(block) for block in blocks)


def _read(pem: str) -> SigningKey:
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("the key is encrypted or of an unknown kind") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < BITS:
        raise ValueError(f"the key is not RSA of at least {BITS} bits")
    return SigningKey(key)


def are_fit(text: str) -> bool:
    """Say whether `read_keys` would take it."""
    try:
        read_keys(text)
    except ValueError:
        return False
    return True


def make_pem() -> tuple[str, str]:
    """Make a key; return its name and its PEM text."""
    key = generate_private_key(public_exponent=65537, key_size=BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningKey(key).kid, pem.decode("ascii")


def _number(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
