"""HMACs and the escaping that all of Alibaba Cloud's signatures share."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import quote


def escape(text: str) -> str:
    """``text`` percent-encoded by RFC 3986: only letters, digits and ``-_.~`` stay."""
    return quote(text, safe="~")


def hmac_base64(secret: str, text: str, algorithm: str = "sha1") -> str:
    """The HMAC of ``text`` in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), algorithm)).decode()


def hmac_hex(secret: bytes, text: str) -> str:
    """The HMAC-SHA256 of ``text`` in lower-case hex."""
    return hmac.digest(secret, text.encode(), "sha256").hex()


def sha256_hex(data: bytes) -> str:
    """The SHA-256 of ``data`` in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def md5_hex(data: bytes) -> str:
    """The MD5 of ``data`` in upper-case hex, as SLS writes it."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest().upper()


def same(left: str, right: str) -> bool:
    """Whether two signatures are equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())
