"""The signature of ROA style calls (Function Compute 3.0, Tablestore control): version 1.0 or ACS3."""

from __future__ import annotations

from yunfn.localcloud.alibaba.signatures.acs3 import ALGORITHM, verify_acs3
from yunfn.localcloud.alibaba.signatures.digests import hmac_base64, same
from yunfn.localcloud.alibaba.signatures.nonces import check_time, use_nonce
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.keys import Principal

_DIGESTS = {"HMAC-SHA1": "sha1", "HMAC-SHA256": "sha256"}


async def verify_roa(call: Call) -> Principal:
    """Whom a ROA style call speaks for; raises AuthenticationError, SignatureNonceUsed or MalformedTimestamp."""
    authorization = call.headers.get("authorization", "").strip()
    if authorization.startswith(ALGORITHM):
        return await verify_acs3(call)
    scheme, _, credential = authorization.partition(" ")
    access_key_id, colon, signature = credential.strip().partition(":")
    if scheme != "acs" or not colon or not access_key_id or not signature:
        raise AuthenticationError(Disbelief.MISSING, access_key_id if colon else "")
    key = call.cloud.keys.find(access_key_id, call.headers.get("x-acs-security-token", ""))
    wanted = ""
    digest = _DIGESTS.get(call.headers.get("x-acs-signature-method", "HMAC-SHA1").upper(), "sha1")
    # SDKs sign the path as they hold it, escaped or not, and an empty value with or without its equals sign.
    for path in dict.fromkeys((call.raw_path, call.path)):
        for bare in (True, False):
            to_sign = _string_to_sign(call, path, bare)
            wanted = wanted or to_sign
            if same(hmac_base64(key.secret, to_sign, digest), signature):
                check_time(call.headers.get("date", ""), key.id)
                use_nonce(call.cloud, key.id, call.headers.get("x-acs-signature-nonce", ""))
                return key.principal
    raise AuthenticationError(Disbelief.MISMATCH, key.id, wanted)


def _string_to_sign(call: Call, path: str, bare: bool) -> str:
    headers = call.headers
    head = "\n".join(
        (call.method, *(headers.get(name, "") for name in ("accept", "content-md5", "content-type", "date")))
    )
    canonical = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()) if name.startswith("x-acs-"))
    query = "&".join(name if bare and not value else f"{name}={value}" for name, value in sorted(call.params))
    return f"{head}\n{canonical}{path}?{query}" if query else f"{head}\n{canonical}{path}"
