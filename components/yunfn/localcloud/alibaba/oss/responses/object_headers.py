"""What a write's headers say about the new object, and what a read's headers tell of it."""

from __future__ import annotations

from urllib.parse import parse_qsl

from yunfn.localcloud.alibaba.oss.exceptions import AccessDenied, FileAlreadyExists, InvalidArgument
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import encryption
from yunfn.localcloud.alibaba.oss.responses.buckets import STORAGE_CLASSES, check_one_of
from yunfn.localcloud.alibaba.oss.setting_rules import InvalidTag, add_tag
from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject

OBJECT_ACLS = ("default", "private", "public-read", "public-read-write")
MOST_TAGS, LONGEST_TAG_KEY, LONGEST_TAG_VALUE = 10, 128, 256
_KEPT = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
_META = "x-oss-meta-"
_LARGEST_META = 8192
# Headers that change what a write does, and that this cloud does not know.
_UNSUPPORTED = ("x-oss-callback", "x-oss-server-side-data-encryption", "x-oss-object-worm-mode")


def template(request: OssRequest, bucket: Bucket) -> StoredObject:
    """A new object of no bytes as the request's headers describe it; raises for what OSS refuses."""
    for name in _UNSUPPORTED:
        if request.header(name):
            raise UnknownOperationError("oss", f"{request.call.operation} with header {name}")
    acl = request.header("x-oss-object-acl") or "default"
    check_one_of("x-oss-object-acl", acl, OBJECT_ACLS)
    if acl.startswith("public") and "true" in bucket.settings.get("publicAccessBlock", ""):
        raise AccessDenied("Put public object acl is not allowed.")
    storage_class = request.header("x-oss-storage-class") or bucket.storage_class
    check_one_of("x-oss-storage-class", storage_class, STORAGE_CLASSES)
    algorithm, kms_key = encryption.requested(request, bucket)
    return StoredObject(
        version=request.state.objects.new_version(bucket),
        order=request.state.objects.next_order(),
        modified=request.state.clock.time(),
        storage_class=storage_class,
        acl=acl,
        encryption=algorithm,
        kms_key=kms_key,
        headers=described(request),
        tags=header_tags(request),
    )


def described(request: OssRequest) -> dict[str, str]:
    """The headers kept with an object: its content's description and the user's own ``x-oss-meta-*``."""
    headers = request.headers
    kept = {"content-type": headers.get("content-type") or "application/octet-stream"}
    size = 0
    for name, value in headers.items():
        if name in _KEPT and value:
            kept[name] = value
        elif name.startswith(_META):
            kept[name] = value
            size += len(name) - len(_META) + len(value)
    if size > _LARGEST_META:
        raise InvalidArgument("The user metadata is too large, at most 8 KB.", ArgumentName="x-oss-meta-")
    return kept


def header_tags(request: OssRequest) -> dict[str, str]:
    """The tags of the header x-oss-tagging (``a=1&b=2``, URL-encoded)."""
    text = request.header("x-oss-tagging")
    tags: dict[str, str] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        add_tag(tags, key, value, LONGEST_TAG_KEY, LONGEST_TAG_VALUE)
    if len(tags) > MOST_TAGS:
        raise InvalidTag(f"An object has at most {MOST_TAGS} tags.")
    return tags


def check_overwrite(request: OssRequest, bucket: Bucket) -> None:
    """Raise FileAlreadyExists if the key is taken and x-oss-forbid-overwrite is true.

    On a versioned or suspended bucket the header has no effect (OSS API reference, PutObject).
    """
    if (
        request.header("x-oss-forbid-overwrite").lower() == "true"
        and not bucket.keeps_versions
        and request.state.objects.current(bucket, request.key) is not None
    ):
        raise FileAlreadyExists(BucketName=bucket.name, Key=request.key)


def written(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """The headers that answer a write."""
    headers = {
        "etag": f'"{stored.etag}"',
        "x-oss-hash-crc64ecma": str(stored.crc),
        **encryption.headers(stored),
    }
    if bucket.keeps_versions:
        headers["x-oss-version-id"] = stored.version
    return headers


def told(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """The headers that describe an object to its reader, all but Content-Length."""
    headers = {
        **stored.headers,
        "accept-ranges": "bytes",
        "etag": f'"{stored.etag}"',
        "last-modified": stored.last_modified,
        "x-oss-object-type": stored.kind,
        "x-oss-storage-class": stored.storage_class,
        "x-oss-hash-crc64ecma": str(stored.crc),
        **encryption.headers(stored),
    }
    if stored.kind == "Appendable":
        headers["x-oss-next-append-position"] = str(stored.size)
    if stored.tags:
        headers["x-oss-tagging-count"] = str(len(stored.tags))
    if bucket.keeps_versions:
        headers["x-oss-version-id"] = stored.version
    return headers
