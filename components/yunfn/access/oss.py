"""Rights on the objects of one OSS bucket. Actions: OSS documentation, "RAM policy", list of actions."""

from __future__ import annotations

from yunfn.access.names import bucket_name, key_prefix
from yunfn.access.statement import Grant, Name, Statement, grant


def read(bucket: Name, prefix: Name = "") -> Grant:
    """Read the objects whose key starts with ``prefix``: ``oss:GetObject`` covers GET and HEAD.

    Listing is not reading and is not granted. Raises ValidationError for a name OSS would not take.
    """
    return grant("oss.read", _read, bucket=bucket, prefix=prefix)


def write(bucket: Name, prefix: Name = "") -> Grant:
    """Write objects whose key starts with ``prefix``: ``oss:PutObject`` covers PUT, POST and multipart upload.

    Neither deleting nor aborting an upload half-way is granted: parts left behind are a lifecycle rule's work.
    Raises ValidationError for a name OSS would not take.
    """
    return grant("oss.write", _write, bucket=bucket, prefix=prefix)


def _read(bucket: str, prefix: str) -> tuple[Statement, ...]:
    return (Statement(("oss:GetObject",), _objects("oss.read", bucket, prefix)),)


def _write(bucket: str, prefix: str) -> tuple[Statement, ...]:
    return (Statement(("oss:PutObject",), _objects("oss.write", bucket, prefix)),)


def _objects(kind: str, bucket: str, prefix: str) -> tuple[str, ...]:
    # Region and account may be '*': a bucket's name is unique among all users.
    return (f"acs:oss:*:*:{bucket_name(kind, bucket)}/{key_prefix(kind, prefix)}*",)
