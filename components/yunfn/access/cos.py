"""Rights on the objects of one COS bucket. Actions: COS documentation, "COS API authorization policy use cases"."""

from __future__ import annotations

from urllib.parse import quote

from yunfn.access.names import cos_bucket_name, key_prefix
from yunfn.access.statement import Condition, Grant, Name, Statement, grant

_READ = ("name/cos:GetObject", "name/cos:HeadObject")
# COS has an action for each step of an upload in parts, and one of its own for forms.
_WRITE = (
    "name/cos:CompleteMultipartUpload",
    "name/cos:InitiateMultipartUpload",
    "name/cos:PostObject",
    "name/cos:PutObject",
    "name/cos:UploadPart",
)


def read(bucket: Name, prefix: Name = "", *, region: Name = "*") -> Grant:
    """Read the objects whose key starts with ``prefix``: ``GetObject`` is GET, ``HeadObject`` is HEAD.

    ``bucket`` is the full name, ``<name>-<APPID>``. Listing is not reading and is not granted. Raises ValidationError
    for a name COS would not take.
    """
    return grant("cos.read", _read, bucket=bucket, prefix=prefix, region=region)


def write(bucket: Name, prefix: Name = "", *, region: Name = "*") -> Grant:
    """Write objects whose key starts with ``prefix``, at once, by a form, or in parts.

    Neither deleting nor listing is granted, nor aborting an upload half-way: parts left behind are a lifecycle rule's
    work. Raises ValidationError for a name COS would not take.
    """
    return grant("cos.write", _write, bucket=bucket, prefix=prefix, region=region)


def list(bucket: Name, prefix: Name = "", *, region: Name = "*") -> Grant:
    """List the objects whose key starts with ``prefix``: ``GetBucket``, of both versions of the call.

    Listing is of the bucket, so a prefix is a condition: the request has to ask for it, or for one that starts with it
    (COS documentation, "Condition keys", cos:prefix). COS compares it as it stands in the URL, with ``%2F`` for ``/``:
    no document says so, but programs in use found it; both spellings stand in the policy. Raises ValidationError for a
    name COS would not take.
    """
    return grant("cos.list", _list, bucket=bucket, prefix=prefix, region=region)


def _list(bucket: str, prefix: str, region: str) -> tuple[Statement, ...]:
    asked = key_prefix("cos.list", prefix)
    spellings = tuple(sorted({f"{asked}*", f"{quote(asked, safe='')}*"}))
    conditions = (Condition("string_like", "cos:prefix", spellings),) if asked else ()
    # The bucket and all below it, as the document has it for listing by prefix: the action takes the bucket alone.
    at = _objects("cos.list", bucket, "", region)
    return (Statement(("name/cos:GetBucket",), at, conditions=conditions),)


def _read(bucket: str, prefix: str, region: str) -> tuple[Statement, ...]:
    return (Statement(_READ, _objects("cos.read", bucket, prefix, region)),)


def _write(bucket: str, prefix: str, region: str) -> tuple[Statement, ...]:
    return (Statement(_WRITE, _objects("cos.write", bucket, prefix, region)),)


def _objects(kind: str, bucket: str, prefix: str, region: str) -> tuple[str, ...]:
    # COS calls accounts by their APPID, which every bucket's name ends with; the name is unique in all regions.
    name = cos_bucket_name(kind, bucket)
    return (f"qcs::cos:{region}:uid/{name.rpartition('-')[2]}:{name}/{key_prefix(kind, prefix)}*",)
