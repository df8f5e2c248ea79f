"""What buckets and objects may be called (OSS documentation: "Bucket naming", "Object naming")."""

from __future__ import annotations

import re

from yunfn.localcloud.alibaba.oss.exceptions import InvalidBucketName, InvalidObjectName
from yunfn.localcloud.objectstore import query

_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_LONGEST_KEY = 1023


def check_bucket_name(name: str) -> None:
    """Raise InvalidBucketName unless 3–63 lower-case letters, digits and inner hyphens."""
    if not _BUCKET.fullmatch(name):
        raise InvalidBucketName(BucketName=name)


def decode_key(raw: str) -> str:
    """The key that a percent-encoded path (without its first slash) stands for; InvalidObjectName unless UTF-8."""
    try:
        return query.decode_key(raw)
    except UnicodeDecodeError:
        raise InvalidObjectName("The specified object is not valid: its name is not UTF-8.") from None


def check_key(key: str) -> None:
    """Raise InvalidObjectName unless ``key`` is 1–1,023 bytes of UTF-8 and starts with neither slash nor backslash."""
    if not key:
        raise InvalidObjectName("The Object name can not be empty.")
    if len(key) > _LONGEST_KEY // 4 and len(key.encode()) > _LONGEST_KEY:
        raise InvalidObjectName("The Length of Object name must be less than 1024.")
    if key[0] in "/\\" or "\0" in key:
        raise InvalidObjectName(ObjectName=key)
