"""What a write's headers say about the new object, and what a read's headers tell of it."""

from __future__ import annotations

from urllib.parse import parse_qsl

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.tencent.cos import encryption, tags
from yunfn.localcloud.tencent.cos.exceptions import FileAlreadyExists, InvalidArgument
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses.answers import one_of

OBJECT_ACLS = ("default", "private", "public-read")
STORAGE_CLASSES = (
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "MAZ_STANDARD",
    "MAZ_STANDARD_IA",
    "MAZ_INTELLIGENT_TIERING",
    "ARCHIVE",
    "DEEP_ARCHIVE",
)
_KEPT = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
_META = "x-cos-meta-"
_LARGEST_META = 2048
# Headers that change what a write does, and that this cloud does not know.
_UNSUPPORTED = (
    "x-cos-callback",
    "x-cos-server-side-encryption-customer-algorithm",
    "x-cos-grant-read",
    "x-cos-grant-write",
    "x-cos-grant-read-acp",
    "x-cos-grant-write-acp",
    "x-cos-grant-full-control",
    "pic-operations",
    "if-match",
    "if-none-match",
)


def template(request: CosRequest) -> StoredObject:
    """A new object of no bytes as the request's headers describe it; raises for what COS refuses."""
    bucket = request.bucket
    refuse_unsupported(request)
    algorithm, kms_key = encryption.requested(request, bucket)
    return StoredObject(
        version="",
        order=0,
        modified=request.state.clock.time(),
        storage_class=one_of(
            "x-cos-storage-class", request.header("x-cos-storage-class") or "STANDARD", STORAGE_CLASSES
        ),
        acl=one_of("x-cos-acl", request.header("x-cos-acl") or "default", OBJECT_ACLS),
        encryption=algorithm,
        kms_key=kms_key,
        headers=_described(request),
        tags=tags.collect(parse_qsl(request.header("x-cos-tagging"), keep_blank_values=True)),
    )


def refuse_unsupported(request: CosRequest) -> None:
    """Raise UnknownOperationError for a header that this cloud would have to heed and does not know."""
    for name in _UNSUPPORTED:
        if request.header(name):
            raise UnknownOperationError("cos", f"{request.call.operation} with header {name}")


def _described(request: CosRequest) -> dict[str, str]:
    """The headers kept with an object: its content's description and the user's own ``x-cos-meta-*``."""
    kept = {"content-type": request.header("content-type") or "application/octet-stream"}
    size = 0
    for name, value in request.headers.items():
        if name in _KEPT and value:
            kept[name] = value
        elif name.startswith(_META):
            kept[name] = value
            size += len(name) + len(value)
    if size > _LARGEST_META:
        raise InvalidArgument("The metadata of an object is at most 2 KB.", ArgumentName=_META)
    return kept


def check_overwrite(request: CosRequest, bucket: Bucket) -> None:
    """Raise FileAlreadyExists if the key is taken and x-cos-forbid-overwrite is true.

    On a versioned or suspended bucket the header has no effect (COS API reference, "PUT Object").
    """
    if (
        request.header("x-cos-forbid-overwrite").lower() == "true"
        and not bucket.keeps_versions
        and request.state.objects.current(bucket, request.key) is not None
    ):
        raise FileAlreadyExists()


def written(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """The headers that answer a write."""
    headers = {
        "etag": f'"{stored.etag}"',
        "x-cos-hash-crc64ecma": str(stored.crc),
        **encryption.headers(stored),
    }
    if stored.storage_class != "STANDARD":
        headers["x-cos-storage-class"] = stored.storage_class
    if bucket.keeps_versions:
        headers["x-cos-version-id"] = stored.version
    return headers


def told(bucket: Bucket, stored: StoredObject) -> dict[str, str]:
    """The headers that describe an object to its reader, all but Content-Length."""
    headers = {
        **stored.headers,
        **written(bucket, stored),
        "accept-ranges": "bytes",
        "last-modified": stored.last_modified,
    }
    if stored.tags:
        headers["x-cos-tagging-count"] = str(len(stored.tags))
    return headers
