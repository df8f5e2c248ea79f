"""COS's V5 signature (``q-sign-algorithm=sha1&…``), in a header or in a presigned URL.

Recipe: COS documentation, "Request signature" (436/7778); cos-python-sdk-v5 1.9.44 ``cos_auth.py``; requests of
cos-go-sdk-v5 0.7.42. Only what the signature's own lists name is signed, as in the true cloud. Times are compared with
*real* time, not with the cloud's clock: the signer reads its own computer's.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha1
from urllib.parse import quote, unquote

from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import Disbelief
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.tencent.signatures import cos_refusals

MARK = "q-sign-algorithm"
TOKEN = "x-cos-security-token"  # noqa: S105 - a header's name
_FIELDS = ("q-ak", "q-sign-time", "q-key-time", "q-header-list", "q-url-param-list", "q-signature")
_SPAN = re.compile(r"(\d{1,12});(\d{1,12})")
_MAX_SKEW = 900


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a request says of its own signature."""

    secret_id: str
    sign_time: str
    key_time: str
    headers: tuple[str, ...]
    parameters: tuple[str, ...]
    signature: str


def verify_header(call: Call, authorization: str) -> Principal:
    """Check an Authorization header; raises AuthenticationError in COS's words."""
    pairs = (field.partition("=") for field in authorization.strip().split("&"))
    claim = _claim({name: unquote(value) for name, _, value in pairs})
    return _verify(call, claim, call.headers.get(TOKEN, ""))


def verify_query(call: Call) -> Principal:
    """Check a presigned URL's parameters; raises AuthenticationError in COS's words."""
    parameters = dict(call.params)
    return _verify(call, _claim(parameters), call.headers.get(TOKEN) or parameters.get(TOKEN, ""))


def http_string(
    method: str, path: str, parameters: Iterable[tuple[str, str]], headers: Iterable[tuple[str, bytes | str]]
) -> str:
    """The HttpString: method and names in lower case, the path decoded, lists sorted and percent-encoded."""
    return f"{method.lower()}\n{path}\n{_joined(parameters)}\n{_joined(headers)}\n"


def signature(secret_key: str, sign_time: str, key_time: str, text: str) -> str:
    """The signature of an HttpString in lower-case hex; the times are ``start;end`` in seconds since the epoch."""
    sign_key = hmac.digest(secret_key.encode(), key_time.encode(), "sha1").hex()
    return hmac.digest(sign_key.encode(), string_to_sign(sign_time, text).encode(), "sha1").hex()


def string_to_sign(sign_time: str, text: str) -> str:
    """What is signed of an HttpString."""
    return f"sha1\n{sign_time}\n{sha1(text.encode(), usedforsecurity=False).hexdigest()}\n"


def _joined(pairs: Iterable[tuple[str, bytes | str]]) -> str:
    encoded = sorted((quote(name.lower(), safe="-_.~").lower(), quote(value, safe="-_.~")) for name, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _claim(fields: Mapping[str, str]) -> _Claim:
    missing = [name for name in _FIELDS if name not in fields]
    if fields.get(MARK) != "sha1" or missing:
        raise cos_refusals.malformed(f"q-sign-algorithm must be sha1; missing: {', '.join(missing) or 'nothing'}")
    return _Claim(
        fields["q-ak"],
        fields["q-sign-time"],
        fields["q-key-time"],
        _names(fields["q-header-list"]),
        _names(fields["q-url-param-list"]),
        fields["q-signature"],
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(unquote(name).lower() for name in text.split(";") if name)


def _verify(call: Call, claim: _Claim, token: str) -> Principal:
    key = call.cloud.tencent_keys.find(claim.secret_id, token)
    _check_time(claim.sign_time)
    _check_time(claim.key_time)
    sent: dict[str, str] = {}
    for name, value in call.params:
        sent.setdefault(name.lower(), value)
    parameters = [(name, sent[name]) for name in claim.parameters if name in sent]
    # Header values reach us as Latin-1 text of the very bytes that were sent and signed.
    headers = [(name, call.headers[name].encode("latin-1")) for name in claim.headers if name in call.headers]
    text = http_string(call.method, call.path, parameters, headers)
    computed = signature(key.secret, claim.sign_time, claim.key_time, text)
    if not hmac.compare_digest(computed.encode(), claim.signature.encode()):
        raise cos_refusals.mismatch(
            claim.secret_id, claim.signature, string_to_sign(claim.sign_time, text), format_string=text
        )
    return key.principal


def _check_time(span: str) -> None:
    """Raise unless ``start;end`` has begun (15 minutes of skew allowed) and not ended by real time."""
    match = _SPAN.fullmatch(span)
    if match is None:
        raise cos_refusals.malformed(f"{span!r} is no start;end in seconds since the epoch")
    now = time.time()
    if int(match[1]) > now + _MAX_SKEW:
        raise cos_refusals.refuse(Disbelief.SKEWED, "RequestTimeTooSkewed")
    if int(match[2]) < now:
        raise cos_refusals.refuse(Disbelief.SKEWED, "AccessDenied", "Request has expired")
