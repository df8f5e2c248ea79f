"""The signatures of Tablestore's data plane: those of requests, old (V2, HMAC-SHA1) and new (V4), and of answers.

Recipes: tablestore 6.4.8 for Python (``auth.SignV2``, ``auth.SignV4``; 5.1.0 signs by the former) and
aliyun-tablestore-go-sdk 1.7.16 (``ots_header.go``). Both sign path, method and every ``x-ots-`` header but the
signature itself; the body is bound by its MD5 among them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

from yunfn.localcloud.alibaba.signatures.digests import hmac_base64, same
from yunfn.localcloud.alibaba.signatures.nonces import check_time
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.keys import Principal

PREFIX = "x-ots-"
_SIGNATURE, _SIGNATURE_V4 = "x-ots-signature", "x-ots-signaturev4"
_SIGNATURES = (_SIGNATURE, _SIGNATURE_V4)
# What V4 adds to the text that it signs.
_SALT = "ots"


class WrongBodyDigestError(AuthenticationError):
    """The body is another than that whose MD5 was signed."""

    def __init__(self, access_key_id: str, string_to_sign: str) -> None:
        super().__init__(Disbelief.MISMATCH, access_key_id, string_to_sign)


async def verify_ots(call: Call) -> Principal:
    """Whom a data operation speaks for.

    Raises AuthenticationError, or MalformedTimestamp for an ``x-ots-date`` that cannot be read.
    """
    headers = call.headers
    access_key_id = headers.get("x-ots-accesskeyid", "")
    signature = headers.get(_SIGNATURE_V4) or headers.get(_SIGNATURE, "")
    if not access_key_id or not signature:
        raise AuthenticationError(Disbelief.MISSING, access_key_id)
    key = call.cloud.keys.find(access_key_id, headers.get("x-ots-ststoken", ""))
    text = f"{call.raw_path}\n{call.method}\n{_query(call)}\n{_header_lines(headers)}\n"
    if _SIGNATURE_V4 in headers:
        text += _SALT
        computed = _base64(hmac.digest(_signing_key(headers, key.secret), text.encode(), "sha256"))
    else:
        computed = hmac_base64(key.secret, text)
    if not same(computed, signature):
        raise AuthenticationError(Disbelief.MISMATCH, key.id, text)
    if headers.get("x-ots-contentmd5", "") != body_md5(await call.body()):
        # The signature covers the digest only; the body must be the one it was made of.
        raise WrongBodyDigestError(key.id, text)
    # The clients write milliseconds, which the other services' do not.
    check_time(_whole_seconds(headers.get("x-ots-date", "")), key.id)
    return key.principal


def sign_answer(call: Call, headers: Mapping[str, str]) -> str:
    """The ``authorization`` header of an answer to an authenticated call: the Python clients check it.

    ``headers`` are the answer's own ``x-ots-`` headers. The key is that of the request, the digest SHA-1 for both
    versions (``auth.SignBase.make_response_signature`` of tablestore 6.4.8).
    """
    key = call.cloud.keys.find(call.headers["x-ots-accesskeyid"], call.headers.get("x-ots-ststoken", ""))
    text = f"{_header_lines(headers)}\n{call.raw_path}"
    signed = _base64(hmac.digest(_signing_key(call.headers, key.secret), text.encode(), "sha1"))
    return f"OTS {key.id}:{signed}"


def body_md5(body: bytes) -> str:
    """The value of ``x-ots-contentmd5`` for ``body``."""
    return _base64(hashlib.md5(body, usedforsecurity=False).digest())


def answer_date() -> str:
    """The value of an answer's ``x-ots-date``: real time, within 15 minutes of which the Python clients want it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _signing_key(headers: Mapping[str, str], secret: str) -> bytes:
    """The secret itself, or for V4 a key derived for day and region, and written in base64."""
    if _SIGNATURE_V4 not in headers:
        return secret.encode()
    key = ("aliyun_v4" + secret).encode()
    for part in (headers.get("x-ots-signdate", ""), headers.get("x-ots-signregion", ""), "ots", "aliyun_v4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return base64.b64encode(key)


def _header_lines(headers: Mapping[str, str]) -> str:
    lines = (
        f"{name.lower()}:{value.strip()}"
        for name, value in headers.items()
        if name.lower().startswith(PREFIX) and name.lower() not in _SIGNATURES
    )
    return "\n".join(sorted(lines))


def _query(call: Call) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(call.params))


def _whole_seconds(date: str) -> str:
    return date[:19] + "Z" if date[19:20] == "." else date


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
