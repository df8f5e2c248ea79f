"""What S3 clients call things: their headers as OSS's, and OSS's answers with their headers added.

Pairs as in OSS's documentation, "Compatibility with Amazon S3".
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from yunfn.localcloud.alibaba.signatures import oss_s3
from yunfn.localcloud.call import Call

_AMZ, _OSS = "x-amz-", "x-oss-"
_STORAGE_CLASSES = {"STANDARD": "Standard", "STANDARD_IA": "IA", "GLACIER": "Archive"}
_ALGORITHMS = {"aws:kms": "KMS"}
# Signature and body: they keep their names.
_KEPT = ("x-amz-content-sha256", "x-amz-date", "x-amz-trailer", "x-amz-security-token")


def is_s3(call: Call) -> bool:
    """Whether the request is signed as S3's."""
    authorization = call.headers.get("authorization", "")
    return authorization.startswith(oss_s3.ALGORITHM) or call.param("X-Amz-Algorithm") is not None


def translate(headers: Mapping[str, str]) -> dict[str, str]:
    """The request's headers by OSS's names."""
    found = {}
    for name, value in headers.items():
        if not name.startswith(_AMZ) or name in _KEPT:
            found[name] = value
        elif name == "x-amz-acl":
            found["x-oss-acl"] = found["x-oss-object-acl"] = value
        elif name == "x-amz-storage-class":
            found["x-oss-storage-class"] = _STORAGE_CLASSES.get(value, value)
        elif name == "x-amz-server-side-encryption":
            found["x-oss-server-side-encryption"] = _ALGORITHMS.get(value, value)
        else:
            found[_OSS + name.removeprefix(_AMZ)] = value
    return found


def add(response: Response) -> None:
    """Repeat OSS's own headers of an answer under S3's names."""
    for name, value in list(response.headers.items()):
        if name.startswith(_OSS):
            response.headers[_AMZ + name.removeprefix(_OSS)] = value
