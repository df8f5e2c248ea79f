"""OSS signature V1: HMAC-SHA1 over a line-wise digest of the request, in a header or in the query.

Recipe: OSS documentation "Include signatures in the Authorization header" / "in URLs"; oss2 2.19.1
``auth.ProviderAuth``; aliyun-oss-go-sdk 2.2.9 ``conn.go`` (the provider's ``sign_version.oss = v1``).
"""

from __future__ import annotations

import base64
import hmac
import time

from yunfn.localcloud.alibaba.signatures import oss_refusals, oss_times
from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import Principal

# Query parameters that belong to the signed resource: the lists of oss2 2.19.1 and aliyun-oss-go-sdk 2.2.9 together.
SIGNED_PARAMETERS = frozenset(
    [
        "accessPoint",
        "accessPointPolicy",
        "accessmonitor",
        "acl",
        "append",
        "asyncFetch",
        "bucketArchiveDirectRead",
        "bucketInfo",
        "callback",
        "callback-var",
        "cloudboxes",
        "cname",
        "comp",
        "continuation-token",
        "cors",
        "delete",
        "encryption",
        "endTime",
        "group",
        "httpsConfig",
        "img",
        "inventory",
        "inventoryId",
        "lifecycle",
        "link",
        "live",
        "location",
        "logging",
        "metaQuery",
        "objectInfo",
        "objectMeta",
        "partNumber",
        "policy",
        "position",
        "publicAccessBlock",
        "qos",
        "qosInfo",
        "qosRequester",
        "redundancyTransition",
        "referer",
        "regionList",
        "replication",
        "replicationLocation",
        "replicationProgress",
        "requestPayment",
        "requesterQosInfo",
        "resourceGroup",
        "resourcePool",
        "resourcePoolBuckets",
        "resourcePoolInfo",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "restore",
        "rtc",
        "security-token",
        "sequential",
        "startTime",
        "stat",
        "status",
        "style",
        "styleName",
        "symlink",
        "tagging",
        "transferAcceleration",
        "udf",
        "udfApplication",
        "udfApplicationLog",
        "udfId",
        "udfImage",
        "udfImageDesc",
        "udfName",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "vod",
        "website",
        "withHashContext",
        "worm",
        "wormExtend",
        "wormId",
        "x-oss-ac-forward-allow",
        "x-oss-ac-source-ip",
        "x-oss-ac-subnet-mask",
        "x-oss-ac-vpc-id",
        "x-oss-access-point-name",
        "x-oss-async-process",
        "x-oss-enable-md5",
        "x-oss-enable-sha1",
        "x-oss-enable-sha256",
        "x-oss-hash-ctx",
        "x-oss-md5-ctx",
        "x-oss-process",
        "x-oss-redundancy-transition-taskid",
        "x-oss-request-payer",
        "x-oss-target-redundancy-type",
        "x-oss-traffic-limit",
        "x-oss-write-get-object-response",
    ]
)


def verify_header(call: Call, authorization: str, resource: str) -> Principal:
    """Check ``OSS AK:signature``; raises AuthenticationError in OSS's words."""
    access_key_id, _, provided = authorization.removeprefix("OSS ").strip().partition(":")
    if not provided:
        raise oss_refusals.invalid("Authorization header is invalid.")
    date = call.headers.get("x-oss-date") or call.headers.get("date", "")
    oss_times.check_skew(date)
    key = call.cloud.keys.find(access_key_id, call.headers.get("x-oss-security-token", ""))
    _compare(call, resource, date, key.secret, access_key_id, provided)
    return key.principal


def verify_query(call: Call, resource: str) -> Principal:
    """Check OSSAccessKeyId, Expires and Signature of a presigned URL; raises AuthenticationError in OSS's words."""
    access_key_id = call.param("OSSAccessKeyId") or ""
    expires, provided = call.param("Expires"), call.param("Signature")
    if not expires or not provided:
        raise oss_refusals.invalid("An invalid request: Expires and Signature are required beside OSSAccessKeyId.")
    if not expires.isdecimal():
        raise oss_refusals.invalid("Expires must be seconds since the epoch.", ArgumentName="Expires")
    now = time.time()
    if int(expires) < now:
        raise oss_refusals.expired(oss_times.iso(int(expires)), oss_times.iso(now))
    token = call.param("security-token") or call.headers.get("x-oss-security-token", "")
    key = call.cloud.keys.find(access_key_id, token)
    _compare(call, resource, expires, key.secret, access_key_id, provided)
    return key.principal


def string_to_sign(call: Call, resource: str, date: str) -> bytes:
    """What V1 signs; ``resource`` is ``/``, ``/bucket/`` or ``/bucket/key``, decoded."""
    headers = call.headers
    lines = [call.method, headers.get("content-md5", ""), headers.get("content-type", ""), date]
    lines += sorted(f"{name}:{value}" for name, value in headers.items() if name.startswith("x-oss-"))
    parameters = sorted((name, value) for name, value in call.params if name in SIGNED_PARAMETERS)
    query = "&".join(f"{name}={value}" if value else name for name, value in parameters)
    # Header values reach us as Latin-1 text of the very bytes that were sent and signed.
    head = "\n".join(lines).encode("latin-1")
    return head + b"\n" + (resource + ("?" + query if query else "")).encode()


def _compare(call: Call, resource: str, date: str, secret: str, access_key_id: str, provided: str) -> None:
    text = string_to_sign(call, resource, date)
    digest = hmac.digest(secret.encode(), text, "sha1")
    if not hmac.compare_digest(base64.b64encode(digest), provided.encode()):
        raise oss_refusals.mismatch(access_key_id, provided, text.decode("utf-8", "replace"))
