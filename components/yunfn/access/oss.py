"""Rights on the objects of one OSS bucket. Actions: OSS documentation, "RAM policy", list of actions."""

from __future__ import annotations

from yunfn.access.names import bucket_name, key_prefix
from yunfn.access.statement import Condition, Grant, Name, Statement, grant


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


def mount(bucket: Name, prefix: Name = "", *, writable: bool = False) -> Grant:
    """Have what lies under ``prefix`` in the function's file tree, to read or, ``writable``, to write and delete too.

    What the platform asks of the role before an instance starts (FCD "OSS mount", "invalid credentials"): more than
    ``read`` and ``write``, since folders are listed, and files half written are found again or given up. Listing is
    granted on the bucket as a whole. Raises ValidationError for a name OSS would not take.
    """
    return grant("oss.mount", _mount_writable if writable else _mount, bucket=bucket, prefix=prefix)


def _mount(bucket: str, prefix: str) -> tuple[Statement, ...]:
    return _mounted(bucket, prefix, ("oss:GetObject",))


def _mount_writable(bucket: str, prefix: str) -> tuple[Statement, ...]:
    actions = ("oss:AbortMultipartUpload", "oss:DeleteObject", "oss:GetObject", "oss:ListParts", "oss:PutObject")
    return _mounted(bucket, prefix, actions)


def _mounted(bucket: str, prefix: str, actions: tuple[str, ...]) -> tuple[Statement, ...]:
    whole = (f"acs:oss:*:*:{bucket_name('oss.mount', bucket)}",)
    return (Statement(("oss:ListObjects",), whole), Statement(actions, _objects("oss.mount", bucket, prefix)))


def list(bucket: Name, prefix: Name = "") -> Grant:
    """List the objects whose key starts with ``prefix``: ``oss:ListObjects``, of both versions of the call.

    Listing is of the bucket, so a prefix is a condition: the request has to ask for it, or for one that starts with it
    (OSS documentation, "RAM policy", oss:Prefix). Raises ValidationError for a name OSS would not take.
    """
    return grant("oss.list", _list, bucket=bucket, prefix=prefix)


def _list(bucket: str, prefix: str) -> tuple[Statement, ...]:
    at = f"acs:oss:*:*:{bucket_name('oss.list', bucket)}"
    asked = key_prefix("oss.list", prefix)
    conditions = (Condition("StringLike", "oss:Prefix", (f"{asked}*",)),) if asked else ()
    return (Statement(("oss:ListObjects",), (at,), conditions=conditions),)


def _read(bucket: str, prefix: str) -> tuple[Statement, ...]:
    return (Statement(("oss:GetObject",), _objects("oss.read", bucket, prefix)),)


def _write(bucket: str, prefix: str) -> tuple[Statement, ...]:
    return (Statement(("oss:PutObject",), _objects("oss.write", bucket, prefix)),)


def _objects(kind: str, bucket: str, prefix: str) -> tuple[str, ...]:
    # Region and account may be '*': a bucket's name is unique among all users.
    return (f"acs:oss:*:*:{bucket_name(kind, bucket)}/{key_prefix(kind, prefix)}*",)
