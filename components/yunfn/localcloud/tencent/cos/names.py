"""What buckets and objects may be called (COS documentation: "Bucket overview", "Object overview")."""

from __future__ import annotations

import re

from yunfn.localcloud.objectstore import query
from yunfn.localcloud.tencent.cos.exceptions import InvalidBucketName, InvalidObjectName, KeyTooLong

_BUCKET = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-(?P<app_id>[0-9]{10})")
_LONGEST_HOST = 60
_LONGEST_KEY = 850


def check_bucket_name(name: str, region: str) -> str:
    """The APPID that ``name`` ends with; raises InvalidBucketName.

    Lower-case letters, digits and inner hyphens, a hyphen and the APPID; the whole host has at most 60 characters.
    """
    match = _BUCKET.fullmatch(name)
    if match is None or len(f"{name}.cos.{region}.myqcloud.com") > _LONGEST_HOST:
        raise InvalidBucketName(BucketName=name)
    return match["app_id"]


def decode_key(raw: str) -> str:
    """The key that a percent-encoded path (without its first slash) stands for; InvalidObjectName unless UTF-8."""
    try:
        return query.decode_key(raw)
    except UnicodeDecodeError:
        raise InvalidObjectName("The specified object name is not UTF-8.") from None


def check_key(key: str) -> None:
    """Raise KeyTooLong or InvalidObjectName unless ``key`` is 1–850 bytes of UTF-8 without control characters."""
    if not key or "\0" in key or key.startswith("/"):
        raise InvalidObjectName()
    if len(key.encode()) > _LONGEST_KEY:
        raise KeyTooLong(KeyLength=str(len(key.encode())), MaxSizeAllowed=str(_LONGEST_KEY))
