"""Who sends an OSS request: signatures V1, V4 and S3's, in headers and presigned URLs."""

from __future__ import annotations

from yunfn.localcloud.alibaba.signatures import oss_refusals, oss_s3, oss_v1, oss_v4
from yunfn.localcloud.call import Call
from yunfn.localcloud.keys import Principal

_QUERY_MARKS = (
    "OSSAccessKeyId",
    "Signature",
    "X-Amz-Algorithm",
    "X-Amz-Signature",
    "x-oss-credential",
    "x-oss-signature",
    "x-oss-signature-version",
)


def is_signed(call: Call) -> bool:
    """Whether the request claims a sender at all; one that does not is anonymous."""
    if "authorization" in call.headers:
        return True
    return any(name in _QUERY_MARKS for name, _ in call.params)


async def verify_oss(call: Call) -> Principal:
    """Whom a signed request speaks for; the bucket is the host's, the key the path.

    Raises AuthenticationError (OSS's own words in :class:`oss_refusals.OssAuthenticationError`). Times of signing
    are compared with real time, see :mod:`oss_times`.
    """
    bucket, path = call.match.get("bucket"), call.path
    resource = f"/{bucket}{path}" if bucket else path
    authorization = call.headers.get("authorization", "")
    if authorization.startswith(oss_v4.ALGORITHM):
        return oss_v4.verify_header(call, authorization, resource)
    if authorization.startswith("OSS "):
        return oss_v1.verify_header(call, authorization, resource)
    if authorization.startswith(oss_s3.ALGORITHM):
        return oss_s3.verify_header(call, authorization)
    if authorization:
        raise oss_refusals.invalid(
            f"Unsupported Authorization type: {authorization.split(' ', 1)[0]}.", ArgumentName="Authorization"
        )
    if call.param("X-Amz-Algorithm") == oss_s3.ALGORITHM:
        return oss_s3.verify_query(call)
    version = call.param("x-oss-signature-version")
    if version == oss_v4.ALGORITHM or call.param("x-oss-credential"):
        return oss_v4.verify_query(call, resource)
    if version:
        raise oss_refusals.invalid(f"Unsupported signature version: {version}.", ArgumentName="x-oss-signature-version")
    return oss_v1.verify_query(call, resource)
