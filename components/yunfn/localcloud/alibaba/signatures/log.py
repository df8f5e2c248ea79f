"""The signatures of Simple Log Service: ``LOG key:signature`` and ``SLS4-HMAC-SHA256``."""

from __future__ import annotations

import hmac
import re

from yunfn.localcloud.alibaba.signatures.digests import escape, hmac_base64, hmac_hex, md5_hex, same, sha256_hex
from yunfn.localcloud.alibaba.signatures.nonces import check_time
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.keys import AccessKey, Principal

_V4 = re.compile(
    r"SLS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/(?P<day>\d{8})/(?P<region>[^/]+)/sls/aliyun_v4_request,"
    r"\s*Signature=(?P<signature>[0-9a-f]+)"
)
_DIGESTS = {"hmac-sha1": "sha1", "hmac-sha256": "sha256"}
_EMPTY = sha256_hex(b"")


async def verify_log(call: Call) -> Principal:
    """Whom a request to SLS speaks for; raises AuthenticationError or MalformedTimestamp."""
    authorization = call.headers.get("authorization", "").strip()
    if authorization.startswith("SLS4-"):
        return await _verify_v4(call, authorization)
    scheme, _, credential = authorization.partition(" ")
    access_key_id, colon, signature = credential.strip().partition(":")
    # aliyun-log-go-sdk issue 203: some releases wrote SLS in place of LOG.
    if scheme not in ("LOG", "SLS") or not colon or not access_key_id:
        raise AuthenticationError(Disbelief.MISSING, access_key_id if colon else "")
    return await _verify_v1(call, _key(call, access_key_id), signature)


async def _verify_v1(call: Call, key: AccessKey, signature: str) -> Principal:
    digest = _DIGESTS.get(call.headers.get("x-log-signaturemethod", "hmac-sha1").lower())
    if digest is None:
        raise AuthenticationError(
            Disbelief.MISMATCH, key.id, "x-log-signaturemethod is neither hmac-sha1 nor hmac-sha256"
        )
    wanted = ""
    # aliyun-log-python-sdk 0.9.52 adds x-log-date after signing; clients that cannot set Date sign it.
    for without_date in (True, False):
        to_sign = _string_to_sign(call, without_date)
        wanted = wanted or to_sign
        if same(hmac_base64(key.secret, to_sign, digest), signature):
            break
    else:
        raise AuthenticationError(Disbelief.MISMATCH, key.id, wanted)
    md5 = call.headers.get("content-md5", "")
    if md5 and md5.upper() != md5_hex(await call.body()):
        raise AuthenticationError(Disbelief.MISMATCH, key.id, wanted)
    check_time(call.headers.get("date") or call.headers.get("x-log-date", ""), key.id)
    return key.principal


def _string_to_sign(call: Call, without_date: bool) -> str:
    headers = call.headers
    date = headers.get("date") or headers.get("x-log-date", "")
    head = "\n".join((call.method, headers.get("content-md5", ""), headers.get("content-type", ""), date))
    signed = "".join(
        f"{name}:{value}\n"
        for name, value in sorted(headers.items())
        if _is_signed(name) and not (without_date and name == "x-log-date")
    )
    query = "&".join(f"{name}={value}" for name, value in sorted(call.params))
    return f"{head}\n{signed}{call.path}?{query}" if query else f"{head}\n{signed}{call.path}"


async def _verify_v4(call: Call, authorization: str) -> Principal:
    found = _V4.fullmatch(authorization)
    if found is None:
        raise AuthenticationError(Disbelief.MISSING)
    key = _key(call, found["key"])
    payload = call.headers.get("x-log-content-sha256", "")
    date = call.headers.get("x-log-date", "")
    names = sorted(name for name in set(call.headers) if name in ("content-type", "host") or _is_signed(name))
    headers = "".join(f"{name}:{call.headers[name].strip()}\n" for name in names)
    query = "&".join(f"{name}={escape(value)}" if value else name for name, value in sorted(call.params))
    request = f"{call.method}\n{call.path}\n{query}\n{headers}\n{';'.join(names)}\n{payload}"
    scope = f"{found['day']}/{found['region']}/sls/aliyun_v4_request"
    to_sign = f"SLS4-HMAC-SHA256\n{date}\n{scope}\n{sha256_hex(request.encode())}"
    secret = f"aliyun_v4{key.secret}".encode()
    for step in (found["day"], found["region"], "sls", "aliyun_v4_request"):
        secret = hmac.digest(secret, step.encode(), "sha256")
    if not date.startswith(found["day"]) or not same(hmac_hex(secret, to_sign), found["signature"]):
        raise AuthenticationError(Disbelief.MISMATCH, key.id, to_sign)
    # put_object of aliyun-log-python-sdk 0.9.52 signs the digest of nothing for a body it streams.
    if payload not in (_EMPTY, sha256_hex(await call.body())):
        raise AuthenticationError(Disbelief.MISMATCH, key.id, to_sign)
    check_time(date, key.id)
    return key.principal


def _key(call: Call, access_key_id: str) -> AccessKey:
    return call.cloud.keys.find(access_key_id, call.headers.get("x-acs-security-token", ""))


def _is_signed(name: str) -> bool:
    return name.startswith("x-acs-") or (name.startswith("x-log-") and not name.startswith("x-log-meta-"))
