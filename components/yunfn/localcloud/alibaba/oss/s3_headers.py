"""What S3 clients call things: their headers as OSS's, and OSS's answers with their headers added.

Pairs as in OSS's documentation, "Compatibility with Amazon S3".
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from yunfn.localcloud.objectstore import s3_headers
from yunfn.localcloud.objectstore.s3_headers import AMZ, KEPT

_OSS = "x-oss-"
_STORAGE_CLASSES = {"STANDARD": "Standard", "STANDARD_IA": "IA", "GLACIER": "Archive"}
_ALGORITHMS = {"aws:kms": "KMS"}


def translate(headers: Mapping[str, str]) -> dict[str, str]:
    """The request's headers by OSS's names."""
    found = {}
    for name, value in headers.items():
        if not name.startswith(AMZ) or name in KEPT:
            found[name] = value
        elif name == "x-amz-acl":
            found["x-oss-acl"] = found["x-oss-object-acl"] = value
        elif name == "x-amz-storage-class":
            found["x-oss-storage-class"] = _STORAGE_CLASSES.get(value, value)
        elif name == "x-amz-server-side-encryption":
            found["x-oss-server-side-encryption"] = _ALGORITHMS.get(value, value)
        else:
            found[_OSS + name.removeprefix(AMZ)] = value
    return found


def add(response: Response) -> None:
    """Repeat OSS's own headers of an answer under S3's names."""
    s3_headers.add(response, _OSS)
