"""ACS3-HMAC-SHA256, the signature of today's SDKs, for RPC and ROA style alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

from yunfn.localcloud.alibaba.signatures.digests import escape, hmac_hex, same, sha256_hex
from yunfn.localcloud.alibaba.signatures.nonces import check_time, use_nonce
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.keys import Principal

ALGORITHM = "ACS3-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256\s+Credential=(?P<key>[^,\s]+),\s*SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>\S*)"
)


async def verify_acs3(call: Call) -> Principal:
    """Whom a request signed by ACS3-HMAC-SHA256 speaks for.

    The recipe is that of alibabacloud-tea-openapi 0.4.6 (``Utils.get_authorization``). Raises
    AuthenticationError, SignatureNonceUsed or MalformedTimestamp.
    """
    found = _AUTHORIZATION.fullmatch(call.headers.get("authorization", "").strip())
    if found is None:
        raise AuthenticationError(Disbelief.MISSING)
    key = call.cloud.keys.find(found["key"], call.headers.get("x-acs-security-token", ""))
    payload = call.headers.get("x-acs-content-sha256", "")
    names = found["headers"].split(";")
    wanted = ""
    for request in _canonical_requests(call, names, payload):
        to_sign = f"{ALGORITHM}\n{sha256_hex(request.encode())}"
        wanted = wanted or to_sign
        if same(hmac_hex(key.secret.encode(), to_sign), found["signature"]):
            break
    else:
        raise AuthenticationError(Disbelief.MISMATCH, key.id, wanted)
    if payload != sha256_hex(await call.body()):
        # The signature covers the digest only; the body must be the one it was made of.
        raise AuthenticationError(Disbelief.MISMATCH, key.id, wanted)
    check_time(call.headers.get("x-acs-date", ""), key.id)
    use_nonce(call.cloud, key.id, call.headers.get("x-acs-signature-nonce", ""))
    return key.principal


def _canonical_requests(call: Call, names: list[str], payload: str) -> Iterable[str]:
    """The canonical request, then its variants: SDKs differ in escaping the path and the query's names."""
    headers = "".join(f"{name}:{_header(call, name)}\n" for name in names)
    tail = f"{headers}\n{';'.join(names)}\n{payload}"
    path = call.raw_path or "/"
    for uri in dict.fromkeys((path, quote(call.path, safe="/~"))):
        for query in dict.fromkeys((_query(call, escape), _query(call, str))):
            yield f"{call.method}\n{uri}\n{query}\n{tail}"


def _header(call: Call, name: str) -> str:
    return ",".join(sorted(value.strip() for value in call.request.headers.getlist(name)))


def _query(call: Call, escape_name: Callable[[str], str]) -> str:
    return "&".join(f"{escape_name(name)}={escape(value)}" for name, value in sorted(call.params))
